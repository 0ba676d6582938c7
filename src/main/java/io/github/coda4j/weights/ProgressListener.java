package io.github.coda4j.weights;

/**
 * Hears how far a long piece of work over tensors is. May throw, for example a
 * {@link java.util.concurrent.CancellationException}, to stop the work: it cleans up and the exception comes through.
 */
@FunctionalInterface
public interface ProgressListener {
    ProgressListener NONE = (tensor, doneBytes, totalBytes) -> {};

    /**
     * @param tensor the tensor at work
     * @param doneBytes of the source, over all tensors; grows to {@code totalBytes}
     */
    void progress(String tensor, long doneBytes, long totalBytes);
}
