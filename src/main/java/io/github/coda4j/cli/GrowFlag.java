package io.github.coda4j.cli;

import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the canvas of a completion becomes as long as its answer. */
public final class GrowFlag {
    @Option(
            names = "--grow",
            paramLabel = "HOW",
            description = {
                "How the canvas grows to the longest answer:",
                "- none: it has all its masks from the beginning, as in the original",
                "- a number of tokens: it begins with as many masks, and as many follow when they are filled and the"
                        + " answer has not ended; a multiple of the block length",
                "- rho-eos: with blocks, by the share of masks that would end the text; it may shrink too"
            })
    private Optional<String> grow = Optional.empty();

    /** What is given, with what the flag says. */
    public Given addTo(Given given) {
        return given.with(Parameter.GROW, grow.map(GrowFlag::parsed));
    }

    private static Growth parsed(String text) {
        try {
            return Growth.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--grow must be a number of tokens from 1 on, rho-eos or none, got '" + text + "'", e);
        }
    }
}
