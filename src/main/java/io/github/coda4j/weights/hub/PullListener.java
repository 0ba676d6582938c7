package io.github.coda4j.weights.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * Hears how a pull goes, on the thread that pulls. May throw to stop it: what was fetched stays in the cache's hidden
 * part and the next pull continues there.
 */
public interface PullListener {
    PullListener NONE = new PullListener() {};

    /**
     * The hub has said what the model is.
     *
     * @param revision the commit
     * @param license as the model card states it, for example {@code cc-by-nc-4.0}; empty when the hub does not say
     * @param files how many are wanted
     * @param bytes of all wanted files together
     */
    default void started(String id, String revision, Optional<String> license, int files, long bytes) {}

    /** @param already bytes that an earlier pull left and that are not fetched again */
    default void fileStarted(String file, long bytes, long already) {}

    /** @param done bytes of this file so far; falls back when a fetch starts anew */
    default void fileProgress(String file, long done, long bytes) {}

    /** The file is complete and checked. */
    default void fileDone(String file) {}

    /** A request failed and is repeated after the wait. */
    default void retrying(String what, String reason, Duration wait) {}

    /** Another process pulls the same model; this one waits for it. */
    default void waitingForOtherPull(String id) {}
}
