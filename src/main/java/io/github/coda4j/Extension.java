package io.github.coda4j;

/**
 * Something that a config names and that may be a class of somebody else: it lies on the class path and is named in a
 * file {@code META-INF/services/INTERFACE}, where {@link java.util.ServiceLoader} finds it.
 */
public interface Extension {
    /** What a config calls it; the full name of its class unless it has a shorter one, which must be its own. */
    default String name() {
        return getClass().getName();
    }
}
