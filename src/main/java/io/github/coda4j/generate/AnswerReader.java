package io.github.coda4j.generate;

import java.util.List;
import java.util.stream.IntStream;

/** Reads the answers of a layout's holes. */
@FunctionalInterface
interface AnswerReader {
    /**
     * A stream for each hole of a layout.
     *
     * @param holes which holes of the request they are
     */
    List<HoleStream> read(PromptLayout layout, List<Integer> holes);

    /** The same for a layout that has all holes of the request. */
    default List<HoleStream> read(PromptLayout layout) {
        return read(layout, IntStream.range(0, layout.holes().size()).boxed().toList());
    }
}
