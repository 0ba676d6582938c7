package io.github.coda4j.cli.answer;

import io.github.coda4j.cli.Setting;
import io.github.coda4j.cli.Settings;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether the model may think aloud before it answers. */
final class ThinkingFlag {
    static final String NAME = "--thinking";

    @Option(
            names = NAME,
            arity = "1",
            paramLabel = "true|false",
            description = "false starts the answer with an empty thought; true leaves the choice to the model "
                    + "(default: enable_thinking of the checkpoint's generation_config.json, else true).")
    Optional<Boolean> thinking = Optional.empty();

    /** The strongest value: flag, the checkpoint's file; empty leaves the choice to the model. */
    Optional<Boolean> resolve(Settings settings) {
        return settings.find(NAME, thinking, Settings.Kind.TRUTH, "", List.of("enable_thinking"))
                .map(Setting::value);
    }
}
