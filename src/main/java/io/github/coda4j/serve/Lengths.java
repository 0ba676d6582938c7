package io.github.coda4j.serve;

import io.github.coda4j.generate.Document;

/**
 * How long a canvas is made for an answer whose length nobody knows: the one place where a ceiling becomes a number of
 * masks. A mask costs what a token costs, whether or not it is needed in the end.
 */
interface Lengths {
    /**
     * As many as are likely to be enough behind a text: what needs more ends with its length as the reason. The length
     * of a hole between two texts is found by the engine.
     */
    Lengths LIKELY = new Lengths() {
        @Override
        public int completion(int ceiling, int usual) {
            return Math.min(ceiling, usual);
        }

        @Override
        public Document.Hole hole(int ceiling) {
            return Document.Hole.upTo(Math.min(ceiling, Document.DEFAULT_CEILING));
        }
    };

    /**
     * Masks behind a text.
     *
     * @param ceiling the most tokens that there may be, at least 1
     * @param usual the length of answers for which nobody says anything
     */
    int completion(int ceiling, int usual);

    /** A hole between two texts; what is behind it says where its answer ends. */
    Document.Hole hole(int ceiling);
}
