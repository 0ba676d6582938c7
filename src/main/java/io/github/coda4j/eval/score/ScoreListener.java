package io.github.coda4j.eval.score;

/** Hears how far scoring is. Calls come from several threads, one after another. */
public interface ScoreListener {
    /** Something the person should know, in one line. */
    void note(String line);

    /**
     * So many samples are judged.
     *
     * @param alone how many of them are to be judged again, alone, because they ran out of time
     */
    void judged(int done, int all, int alone);
}
