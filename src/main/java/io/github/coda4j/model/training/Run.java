package io.github.coda4j.model.training;

/**
 * A document among the tokens that a pass runs: tokens [start, end) of all.
 *
 * @param sight which of them see each other; they see nothing else
 */
record Run(int start, Sight sight) {
    int length() {
        return sight.length();
    }

    int end() {
        return start + length();
    }
}
