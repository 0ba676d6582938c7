package io.github.coda4j.cli.answer;

import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether the model may think aloud before it answers. */
final class ThinkingFlag {
    @Option(
            names = "--thinking",
            arity = "1",
            paramLabel = "true|false",
            description = "false starts the answer with an empty thought; true leaves the choice to the model "
                    + "(default: enable_thinking of the checkpoint's generation_config.json, else true).")
    private Optional<Boolean> thinking = Optional.empty();

    boolean isGiven() {
        return thinking.isPresent();
    }

    Given addTo(Given given) {
        return given.with(Parameter.THINKING, thinking);
    }
}
