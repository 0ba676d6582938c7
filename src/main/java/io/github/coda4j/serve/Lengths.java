package io.github.coda4j.serve;

/**
 * How long a canvas is made for an answer whose length nobody knows: the one place where a ceiling becomes a number of
 * masks. A mask costs what a token costs, whether or not it is needed in the end.
 */
interface Lengths {
    /** As many as are likely to be enough. What needs more ends with its length as the reason. */
    Lengths LIKELY = new Lengths() {
        @Override
        public int completion(int ceiling, int usual) {
            return Math.min(ceiling, usual);
        }

        @Override
        public int hole(int ceiling, int usual) {
            return Math.min(ceiling, Math.min(usual, LONGEST_HOLE));
        }
    };

    /** Tokens of the longest hole that is opened for a ceiling. */
    int LONGEST_HOLE = 32;

    /**
     * Masks behind a text.
     *
     * @param ceiling the most tokens that there may be, at least 1
     * @param usual the length of answers for which nobody says anything
     */
    int completion(int ceiling, int usual);

    /** Masks between two texts. */
    int hole(int ceiling, int usual);
}
