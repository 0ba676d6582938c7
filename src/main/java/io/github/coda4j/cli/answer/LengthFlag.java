package io.github.coda4j.cli.answer;

import io.github.coda4j.cli.GrowFlag;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long an answer may become. */
final class LengthFlag {
    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest answer, in tokens (default: " + DecodeDefaults.NEW_TOKENS + ").")
    private Optional<Integer> maxNewTokens = Optional.empty();

    @Mixin
    private GrowFlag grow;

    Given addTo(Given given) {
        return grow.addTo(given.with(Parameter.MAX_NEW_TOKENS, maxNewTokens));
    }
}
