package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

/**
 * How often, with a cache, the whole sequence is run again. The first forward always runs all of it. Where a block
 * begins without such a run, the rows of the block that was finished are run once more, so that their keys and values
 * are those of its tokens and not of the masks that it had in its last step: together with the new block's where it
 * follows directly, else by themselves.
 */
public sealed interface Refresh {
    /**
     * At the start of each block, as the original does.
     *
     * @param every 0: then only; n: every n-th forward of a block too, counted from its first
     */
    record Blocks(int every) implements Refresh {
        public Blocks {
            check(every >= 0, "the cache refresh interval must be 0 (block starts only) or positive, got %d", every);
        }

        @Override
        public String toString() {
            return every == 0 ? BLOCK : BLOCK + "=" + every;
        }
    }

    /**
     * Every so many forwards, wherever blocks begin.
     *
     * @param forwards at least 1; 1: every forward, which is exact
     */
    record Every(int forwards) implements Refresh {
        public Every {
            check(forwards >= 1, "every=N needs at least 1 forward, got %d", forwards);
        }

        @Override
        public String toString() {
            return EVERY + forwards;
        }
    }

    /**
     * After a forward that shows that what is stored has aged. Looked at are the values of the deepest layer, at the
     * positions that a forward runs again and that hold what they held when the whole sequence was run last, a token or
     * a mask: the norm of their change since then over the norm of what they were. Values drift with what a position
     * attends to (dLLM-Cache, arXiv 2506.06295) and most in deep layers (Elastic-Cache, arXiv 2510.14973); theirs are
     * other measures of it. It costs no operation of the model, and a copy of one layer's values at each run of the
     * whole sequence.
     *
     * @param most the change from which on the next forward runs everything, positive
     */
    record Drift(double most) implements Refresh {
        public Drift {
            check(most > 0 && Double.isFinite(most), "drift=X needs a positive number, got %s", most);
        }

        @Override
        public String toString() {
            return DRIFT + most;
        }
    }

    /** Never: the sequence is run as a whole once. */
    record Never() implements Refresh {
        @Override
        public String toString() {
            return NEVER;
        }
    }

    /** At block starts only: what decoding does unless told otherwise. */
    Refresh AT_BLOCKS = new Blocks(0);

    /** What {@link #of} takes, for messages and help. */
    String KNOWN = "block, block=N, every=N, drift=X or never";

    /** The name of {@link Blocks}. */
    String BLOCK = "block";

    /** What the name of {@link Every} begins with. */
    String EVERY = "every=";

    /** What the name of {@link Drift} begins with. */
    String DRIFT = "drift=";

    /** The name of {@link Never}. */
    String NEVER = "never";

    /**
     * The policy of that name, as its text says it.
     *
     * @param text {@code block}, {@code block=N}, {@code every=N}, {@code drift=X} or {@code never}
     * @throws IllegalArgumentException for anything else
     */
    static Refresh of(String text) {
        try {
            if (text.equals(BLOCK)) {
                return AT_BLOCKS;
            }
            if (text.equals(NEVER)) {
                return new Never();
            }
            if (text.startsWith(BLOCK + "=")) {
                return new Blocks(Integer.parseInt(text.substring(BLOCK.length() + 1)));
            }
            if (text.startsWith(EVERY)) {
                return new Every(Integer.parseInt(text.substring(EVERY.length())));
            }
            if (text.startsWith(DRIFT)) {
                return new Drift(Double.parseDouble(text.substring(DRIFT.length())));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no number behind =: use " + KNOWN, e);
        }
        throw new IllegalArgumentException("a refresh is " + KNOWN + ", got '" + text + "'");
    }
}
