package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.model.ModelConfig;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** How much of earlier answers a block-causal model keeps, so as not to run it again. */
public final class KeepFlag {
    private static final String OFF = "off";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(|kB|MB|GB)");
    private static final Map<String, Long> UNITS = Map.of("", 1L, "kB", 1_000L, "MB", 1_000_000L, "GB", 1_000_000_000L);

    @Option(
            names = "--keep-blocks",
            paramLabel = "SIZE",
            description = "Memory for finished blocks of earlier turns, which a block-causal model (SDAR, Fast-dLLM v2,"
                    + " bd3lm) does not run again in the next one: bytes, or 512MB, 2GB; off keeps none (default: a"
                    + " sixteenth of the machine's memory, 1GB at most).")
    private Optional<String> keep = Optional.empty();

    /**
     * The bounds with what the flag says.
     *
     * @throws IllegalArgumentException when it is no size, or has no effect on this model
     */
    public EngineOptions addTo(EngineOptions options, ModelConfig config) {
        if (keep.isEmpty()) {
            return options;
        }
        long bytes = bytes(keep.get());
        check(
                bytes == 0 || config.kind().blocks().isPresent(),
                "--keep-blocks has no effect: the model sees the whole sequence, so that nothing of an earlier one"
                        + " holds in another; leave it out");
        return options.withKeptBytes(bytes);
    }

    private static long bytes(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (text.strip().toLowerCase(Locale.ROOT).equals(OFF)) {
            return 0;
        }
        check(size.matches(), "--keep-blocks must be bytes, a size like 512MB or 2GB, or off, got '%s'", text);
        return Math.multiplyExact(Long.parseLong(size.group(1)), UNITS.get(size.group(2)));
    }
}
