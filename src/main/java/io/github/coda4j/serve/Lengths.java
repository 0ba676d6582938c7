package io.github.coda4j.serve;

import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.Document;

/**
 * How long a canvas is made for an answer whose length nobody knows: the one place where a ceiling becomes a number of
 * masks. A mask costs what a token costs, whether or not it is needed in the end.
 */
interface Lengths {
    /**
     * Behind a text the canvas grows by 64 masks until the answer ends. What cannot grow has as many masks as are
     * likely to be enough: what needs more ends with its length as the reason. The length of a hole between two texts
     * is found by the engine.
     */
    Lengths GROWING = new Lengths() {
        @Override
        public Growth growth() {
            return new Growth.Chunks(64);
        }

        @Override
        public int whole(int ceiling, int usual) {
            return Math.min(ceiling, usual);
        }

        @Override
        public Document.Hole hole(int ceiling) {
            return Document.Hole.upTo(Math.min(ceiling, Document.DEFAULT_CEILING));
        }
    };

    /** How the canvas behind a text grows to its ceiling. */
    Growth growth();

    /**
     * Masks behind a text where the canvas does not grow.
     *
     * @param ceiling the most tokens that there may be, at least 1
     * @param usual the length of answers for which nobody says anything
     */
    int whole(int ceiling, int usual);

    /** A hole between two texts; what is behind it says where its answer ends. */
    Document.Hole hole(int ceiling);
}
