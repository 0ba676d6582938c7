package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * CAL's search for the length with the best score: from a start upwards, a span at a time, until as many lengths in a
 * row as its patience allows were no better than the best; then from the start downwards likewise. A length that is
 * equally good is not better.
 *
 * <p>It asks for several lengths at once, all of which it needs whatever they score, so that one forward answers them.
 */
public final class LengthClimb {
    private final int start;
    private final int span;
    private final int max;
    private final int patience;
    private final List<Integer> probed = new ArrayList<>();
    private double bestScore;
    private int best;
    /** Where it goes: up, then down. */
    private boolean up = true;

    private int last;
    private int inVain;

    /**
     * A search that has asked for nothing yet.
     *
     * @param start in [1, max]
     * @param span between neighbors, at least 1
     * @param max the longest length
     * @param patience how many in a row may be in vain, at least 1
     */
    public LengthClimb(int start, int span, int max, int patience) {
        check(max >= 1, "the longest length must be at least 1, got %d", max);
        check(start >= 1 && start <= max, "the first length must be in [1, %d], got %d", max, start);
        check(span >= 1, "the span between lengths must be at least 1, got %d", span);
        check(patience >= 1, "the patience must be at least 1, got %d", patience);
        this.start = start;
        this.span = span;
        this.max = max;
        this.patience = patience;
    }

    /** The next lengths that it needs, in the order in which it looks at them; none when the search is over. */
    public List<Integer> wanted() {
        if (probed.isEmpty()) {
            // The first is the best so far whatever it scores, and so many more are needed whatever they score.
            return IntStream.rangeClosed(0, patience)
                    .map(i -> start + i * span)
                    .filter(length -> length <= max)
                    .boxed()
                    .toList();
        }
        turn();
        int step = up ? span : -span;
        return IntStream.rangeClosed(1, Math.max(0, patience - inVain))
                .map(i -> last + i * step)
                .filter(length -> length >= 1 && length <= max)
                .boxed()
                .toList();
    }

    /**
     * Takes the scores of {@link #wanted}.
     *
     * @param scores in its order
     */
    public void answer(List<Double> scores) {
        List<Integer> asked = wanted();
        check(asked.size() == scores.size(), "%d lengths were asked for, got %d scores", asked.size(), scores.size());
        for (int i = 0; i < asked.size(); i++) {
            last = asked.get(i);
            double score = scores.get(i);
            if (probed.isEmpty() || score > bestScore) {
                bestScore = score;
                best = last;
                inVain = 0;
            } else {
                inVain++;
            }
            probed.add(last);
        }
    }

    /** The best length so far. */
    public int best() {
        check(!probed.isEmpty(), "no length was tried yet");
        return best;
    }

    /** All lengths tried, in their order. */
    public List<Integer> probed() {
        return List.copyOf(probed);
    }

    /** Goes down once the way up is at its end. */
    private void turn() {
        if (up && (inVain >= patience || last + span > max)) {
            up = false;
            last = start;
            inVain = 0;
        }
    }
}
