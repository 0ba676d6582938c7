package io.github.coda4j.kernel;

/** Whether the JVM was started with the module that the kernels are written with. */
public final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    /**
     * To be called before the first kernel, which would die in the middle of something.
     *
     * @throws IllegalStateException naming the flag that is missing
     */
    public static void require() {
        if (ModuleLayer.boot().findModule(NAME).isEmpty()) {
            throw new IllegalStateException("the JVM was started without its vector module, which coda4j computes with:"
                    + " add --add-modules=" + NAME + " to the JVM's flags (docs/embedding.md)");
        }
    }
}
