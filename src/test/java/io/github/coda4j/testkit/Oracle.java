package io.github.coda4j.testkit;

import java.nio.file.Path;

/** The XLA that tests with the tag {@code xla} compare with; {@code ./verify -Pxla} fetches it. */
public final class Oracle {
    private Oracle() {}

    /** Where its library lies. */
    public static Path folder() {
        String folder = System.getProperty("coda.oracle");
        if (folder == null) {
            throw new IllegalStateException("-Dcoda.oracle must name the folder of the oracle; run ./verify -Pxla");
        }
        return Path.of(folder);
    }
}
