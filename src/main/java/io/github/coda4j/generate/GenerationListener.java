package io.github.coda4j.generate;

/**
 * Watches one request. Called in order, one event at a time, from one thread that is the request's own: a listener that
 * takes its time or blocks holds up its own request and no other. A document in several windows has a thread for each
 * of them, one after the other.
 *
 * <p>In an engine, steps wait in a queue. When those of 8 steps wait, the request is not run any further until its
 * listener has caught up; if another request waits for its place, it is run all the same, and its events wait, at worst
 * all of them. Cancelling, deadlines and closing the engine do not wait for a listener; its answer does. A listener may
 * cancel its request or close the engine; it must not wait for its own request's answer.
 *
 * <p>An exception ends this request with it and no other; nothing more is told.
 */
public interface GenerationListener {
    /** One that does nothing. */
    GenerationListener NONE = new GenerationListener() {};

    /**
     * A part of a document that is too long begins; steps until the next one are about its sequence. Not called for a
     * document that is seen whole.
     */
    default void onWindow(Window window) {}

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
