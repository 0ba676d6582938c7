package io.github.coda4j.eval;

import java.util.Map;

/**
 * Somebody who looks on while a {@link QualityBench} measures; called by its thread, in this order but for
 * {@link #working}, which is called all the time.
 */
public interface QualityListener {
    /** One that does not listen. */
    QualityListener NONE = new QualityListener() {};

    /** What takes time. */
    enum Work {
        /** The n-gram baseline learns; counted in tokens. */
        BASELINE,
        /** Held-out losses; counted in rows. */
        LOSSES,
        /** Spans are filled in, by all methods; counted in spans. */
        INFILLING
    }

    /** So much of the work is done, of so much. */
    default void working(Work work, long done, long all) {}

    /** The n-gram baseline has learned from so many tokens. */
    default void baseline(int order, long tokens) {}

    /** The held-out losses by task; not called where none are measured. */
    default void losses(Map<String, Double> losses) {}

    /** One more method was measured on one more kind of spans. */
    default void result(InfillResult result) {}

    /** A method of filling holes of unknown length is measured. */
    default void unknown(LengthResult result) {}
}
