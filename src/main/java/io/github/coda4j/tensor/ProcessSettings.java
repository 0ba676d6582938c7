package io.github.coda4j.tensor;

import io.github.coda4j.CodaException;

/**
 * What loading the native libraries changes for the whole process: three system properties of JavaCPP (where they are
 * not set already) and the settings of the C heap. The system property {@value #PROPERTY} with the value {@code keep}
 * leaves all of it alone.
 */
final class ProcessSettings {
    static final String PROPERTY = "coda.processSettings";

    private ProcessSettings() {}

    /** Makes the changes, unless the property forbids them. */
    static void apply() {
        if (changes(System.getProperty(PROPERTY, "change"))) {
            // Memory is freed by scopes, never by the collector; JavaCPP's own accounting would stop large models.
            setIfAbsent("org.bytedeco.javacpp.nopointergc", "true");
            setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
            setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
            NativeHeap.keepFreedBlocks();
        }
    }

    /** Whether a value of the property allows changes. */
    static boolean changes(String value) {
        return switch (value) {
            case "change" -> true;
            case "keep" -> false;
            default ->
                throw CodaException.of("the system property %s must be change or keep, got '%s'", PROPERTY, value);
        };
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
