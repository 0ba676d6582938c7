package io.github.coda4j.train.memory;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Google's chips by the names that their machines have, with the memory that their makers publish. */
public enum Chip {
    V4("v4", 32),
    V5E("v5e", 16),
    V5P("v5p", 95),
    V6E("v6e", 32);

    private final String text;
    private final int gibibytes;

    Chip(String text, int gibibytes) {
        this.text = text;
        this.gibibytes = gibibytes;
    }

    /** Of the memory that a chip's programs have, in bytes. */
    public long memory() {
        return (long) gibibytes << 30;
    }

    /** {@code v4} and so on; empty for another name. */
    public static Optional<Chip> named(String name) {
        return Arrays.stream(values()).filter(chip -> chip.text.equals(name)).findFirst();
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(Chip::toString).toList();
    }

    @Override
    public String toString() {
        return text;
    }
}
