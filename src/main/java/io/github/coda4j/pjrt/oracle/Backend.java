package io.github.coda4j.pjrt.oracle;

import java.util.List;

/** What computes behind a {@link JavaPlugin}. Failures are thrown as {@link Failure}. */
public interface Backend {
    /** The kind of devices, for example {@code cpu}. */
    String platform();

    /** How many devices there are, at least 1. */
    int devices();

    /**
     * Takes a program.
     *
     * @param program StableHLO, as text
     */
    Computation compile(String program);

    /** A program that can run. Called by one thread at a time. */
    interface Computation {
        /** Of its entry. */
        Signature signature();

        /**
         * Runs on one device, or on several together.
         *
         * @param arguments of each device
         * @return the results of each device
         */
        List<List<HostArray>> run(List<List<HostArray>> arguments);

        /** Nobody will run it any more. */
        void end();
    }
}
