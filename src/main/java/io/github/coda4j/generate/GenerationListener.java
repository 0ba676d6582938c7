package io.github.coda4j.generate;

/**
 * Watches one request. Called in order, from one thread, which in an engine is the one that runs all requests: hand
 * long work to another thread. An exception ends this request with it and no other.
 */
public interface GenerationListener {
    /** One that does nothing. */
    GenerationListener NONE = new GenerationListener() {};

    /** A step was done. */
    default void onStep(StepEvent event) {}

    /**
     * The next piece of a hole's text: everything left of its end in that hole is committed. The pieces of a hole in
     * order are its text in the {@link Completion}; whole characters only, nothing that a stop string takes back.
     *
     * @param hole index of the hole, from 0
     * @param text not empty
     */
    default void onText(int hole, String text) {}
}
