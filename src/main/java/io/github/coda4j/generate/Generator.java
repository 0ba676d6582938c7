package io.github.coda4j.generate;

/** Answers requests: the seam that command line, server and evaluation call. Safe to use from several threads. */
public interface Generator {
    /**
     * Starts a request.
     *
     * @throws IllegalArgumentException for a request that cannot be run, such as one longer than the model takes;
     *     nothing has run then
     * @throws EngineBusyException when too many requests are under way
     */
    Generation submit(GenerateRequest request, GenerationListener listener);

    /**
     * Answers a request and waits for it.
     *
     * @throws InterruptedException when the calling thread is interrupted; the request ends with its running step
     */
    default Completion generate(GenerateRequest request) throws InterruptedException {
        return submit(request, GenerationListener.NONE).await();
    }
}
