package io.github.coda4j.eval.score;

/** Hears how far scoring is. Calls come from several threads, one after another. */
public interface ScoreListener {
    /** Something the person should know, in one line. */
    void note(String line);

    /** Tasks without a sample are left out, as it is allowed. */
    default void leftOut(String line) {
        note(line);
    }

    /**
     * What a worker of Python cost.
     *
     * @param start seconds from its start to its first answer
     * @param imports of these, seconds for modules
     * @param program seconds of an empty program, from its process's start to its verdict
     */
    default void worker(double start, double imports, double program) {}

    /**
     * So many samples are judged.
     *
     * @param alone how many of them are to be judged again, alone, because they ran out of time
     */
    void judged(int done, int all, int alone);
}
