package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** Native memory and the kind of the elements that lie in it. */
public record Elements(MemorySegment memory, NumberKind kind) {}
