package io.github.coda4j.generate;

import java.util.List;

/** A part of a search that says in turn which forwards it needs. */
interface SearchStage extends AutoCloseable {
    /** The forwards that it needs next, once those before are answered; none when it is done. */
    List<SearchForward> next();

    @Override
    void close();
}
