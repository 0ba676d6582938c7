package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

/**
 * How the canvas of a completion becomes as long as its answer, where the number of its tokens is a ceiling. A mask
 * costs what a token costs, so that a canvas that begins at its ceiling makes a short answer as expensive as the
 * longest one. Only the run of masks at the end of a canvas grows.
 */
public sealed interface Growth {
    /** The canvas has all its masks from the beginning. */
    record None() implements Growth {
        @Override
        public String toString() {
            return NAME_OF_NONE;
        }
    }

    /**
     * Chunk by chunk: once all masks are committed and nothing among them ended the answer, as many follow, until the
     * ceiling. A chunk is decoded as the last part of a shorter canvas would be, with its share of the steps; what it
     * holds does not change any more. With a chunk of the ceiling or more nothing grows.
     *
     * @param tokens of a chunk, at least 1; a multiple of the block length where there are blocks
     */
    record Chunks(int tokens) implements Growth {
        public Chunks {
            check(tokens >= 1, "a canvas grows by at least 1 token, got %d", tokens);
        }

        @Override
        public String toString() {
            return Integer.toString(tokens);
        }
    }

    /**
     * rho-EOS (samplers of that name; no training): after a forward, rho is the share of the masks that are left whose
     * proposed token ends the text. Below 0.4 masks are appended, above 0.6 the canvas is cut. The change grows with
     * the distance from these bounds in steps of 0.1, from {@code unit} to 8 times {@code unit}. A session cuts nothing
     * but places that would end the text, which is less than the published program does.
     *
     * @param start masks at the beginning, at least 1
     * @param unit the least change, at least 1
     * @param changes after so many forwards the length stays, 0 or more
     */
    record RhoEos(int start, int unit, int changes) implements Growth {
        private static final int MOST_DOUBLINGS = 3;

        public RhoEos {
            check(start >= 1, "a completion begins with at least 1 mask, got %d", start);
            check(unit >= 1, "the least change of a completion must be at least 1 token, got %d", unit);
            check(changes >= 0, "the number of changes must be 0 or more, got %d", changes);
        }

        /**
         * The new length.
         *
         * @param forward number of the forward, from 1
         * @param masks of the completion that are left, at least 1
         * @param endBest how many of them have a token proposed that ends the text
         * @param length the length now
         * @param ceiling the longest
         * @return in [0, ceiling], unless it was longer before
         */
        public int next(int forward, int masks, int endBest, int length, int ceiling) {
            check(masks >= 1 && endBest >= 0 && endBest <= masks, "%d of %d masks cannot end the text", endBest, masks);
            // Tenths as integers: the bounds and steps are exact.
            long below = 4L * masks - 10L * endBest;
            long above = 10L * endBest - 6L * masks;
            if (length >= ceiling || forward > changes || (below <= 0 && above <= 0)) {
                return length;
            }
            return below > 0
                    ? (int) Math.min(ceiling, length + change(below, masks))
                    : (int) Math.max(0, length - change(above, masks));
        }

        private long change(long gap, int masks) {
            return (long) unit << Math.min(MOST_DOUBLINGS, gap / masks);
        }

        @Override
        public String toString() {
            return NAME_OF_RHO_EOS;
        }
    }

    /**
     * A window slides over the masks: while a block is at work there are no masks further right than so many positions
     * from its start (DPad's plain form, arXiv 2508.14148, with an edge where the original has a falling probability).
     * Masks far to the right cost what masks near by cost, and say little.
     *
     * @param tokens of the window, at least the block length
     */
    record Window(int tokens) implements Growth {
        public Window {
            check(tokens >= 1, "a window has at least 1 token, got %d", tokens);
        }

        @Override
        public String toString() {
            return Integer.toString(tokens);
        }

        @Override
        public String setting() {
            return "window " + this;
        }
    }

    /** What it is called where it is given: {@code grow 64}, {@code window 64}. */
    default String setting() {
        return "grow " + this;
    }

    /** What {@link #of} calls the canvas that does not grow. */
    String NAME_OF_NONE = "none";

    /** What {@link #of} calls the published rho-EOS. */
    String NAME_OF_RHO_EOS = "rho-eos";

    /** The whole canvas from the beginning, as in the original. */
    Growth NONE = new None();

    /** rho-EOS as published: 64 masks, changes by 8 or more, at most 64 of them. */
    Growth RHO_EOS = new RhoEos(64, 8, 64);

    /**
     * The growth of that name.
     *
     * @param text a number of tokens, {@code rho-eos} or {@code none}
     * @throws IllegalArgumentException for anything else
     */
    static Growth of(String text) {
        return switch (text) {
            case NAME_OF_NONE -> NONE;
            case NAME_OF_RHO_EOS -> RHO_EOS;
            default -> {
                int tokens;
                try {
                    tokens = Integer.parseInt(text);
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "a canvas grows by a number of tokens, rho-eos or none, got '" + text + "'", e);
                }
                yield new Chunks(tokens);
            }
        };
    }
}
