package io.github.coda4j.testkit;

import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.pjrt.oracle.XlaBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The XLA that tests with the tag {@code xla} compare with; {@code ./verify -Pxla} fetches it. All tests of a JVM share
 * one, and so what it has compiled.
 */
public final class Oracle {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Oracle() {}

    private static final class Holder {
        static final XlaBackend BACKEND = new XlaBackend(folder());
        static final JavaPlugin PLUGIN = new JavaPlugin(BACKEND);
    }

    /** Where its library lies. */
    public static Path folder() {
        String folder = System.getProperty("coda.oracle");
        if (folder == null) {
            throw new IllegalStateException("-Dcoda.oracle must name the folder of the oracle; run ./verify -Pxla");
        }
        return Path.of(folder);
    }

    /** Its plugin, which nobody closes. */
    public static PjrtPlugin plugin() {
        return PjrtPlugin.of(Holder.PLUGIN.api(), "the oracle");
    }

    /** A client of its own for the caller, who closes it. */
    public static PjrtClient client() {
        return plugin().client(Map.of(), PATIENCE);
    }

    /** What clients have not given back. */
    public static int liveCount() {
        return Holder.PLUGIN.liveCount();
    }
}
