package io.github.coda4j.cli.answer;

import io.github.coda4j.cli.Setting;
import io.github.coda4j.cli.Settings;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How long an answer may become. */
public final class LengthFlag {
    static final String NAME = "--max-new-tokens";
    private static final int DEFAULT = 256;

    @Option(names = NAME, paramLabel = "N", description = "The longest answer, in tokens (default: " + DEFAULT + ").")
    Optional<Integer> maxNewTokens = Optional.empty();

    /** The strongest value: flag, MAX_TOKENS, the checkpoint's file, {@value #DEFAULT}. */
    public Setting<Integer> resolve(Settings settings) {
        return settings.find(
                        NAME,
                        maxNewTokens,
                        Settings.Kind.INTEGER,
                        "MAX_TOKENS",
                        List.of("max_new_tokens", "max_tokens"))
                .orElse(Setting.ofDefault(DEFAULT, NAME))
                .require(n -> n >= 1, "at least 1");
    }
}
