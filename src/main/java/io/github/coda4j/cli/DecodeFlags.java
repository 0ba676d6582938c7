package io.github.coda4j.cli;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How masks become tokens: the options of every command that decodes. */
public final class DecodeFlags {
    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Number of denoising steps; fewer are faster and worse (default: one for each new token).")
    private Optional<Integer> steps = Optional.empty();

    @Mixin
    private PolicyFlags policy;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "0 takes the most probable token, above 0 it is drawn (default: 0).")
    private Optional<Double> temperature = Optional.empty();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description =
                    "Keep the most probable tokens that together have this probability, in (0, 1] (default: 1, all).")
    private Optional<Double> topP = Optional.empty();

    @Option(names = "--top-k", paramLabel = "K", description = "Keep the K most probable tokens (default: 0, all).")
    private Optional<Integer> topK = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of every random draw: the same seed gives the same answer (default: 0).")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--eps",
            paramLabel = "X",
            description = "Last noise level of the schedule, in [0, 1) (default: 0.001).")
    private Optional<Double> eps = Optional.empty();

    @Option(
            names = "--block-length",
            paramLabel = "N|auto",
            description = {
                "Decode from left to right in blocks of N tokens (default: everything at once).",
                "auto: with a cache, in blocks of the length that is cheapest here: what forwards take is measured"
                        + " once, and told which length it came to."
            })
    private Optional<String> blockLength = Optional.empty();

    @Option(
            names = "--cache",
            paramLabel = "KIND",
            description =
                    "With blocks: none, prefix (reuse what is left of the block) or dual (both sides) (default: none). "
                            + "A block-causal model has its own, exact.")
    private Optional<String> cache = Optional.empty();

    @Option(
            names = "--refresh",
            paramLabel = "WHEN",
            description = {
                "With a cache, when the whole sequence is run again (default: block):",
                "- block: when a block begins, as the original does; block=N: and at every N-th forward of a block",
                "- every=N: at every N-th forward, whatever block is at work",
                "- drift=X: after a forward that shows that stored values have changed by more than X of their norm,"
                        + " for example 0.5",
                "- never: once, at the beginning",
                "With the last three a finished block's rows are run once more, with the next block's."
            })
    private Optional<String> refresh = Optional.empty();

    @Option(
            names = "--cached-rows",
            paramLabel = "WHICH",
            description = "With a cache, what is run of a block: block, all of it, or open, only what holds masks or"
                    + " tokens that are not stored yet (default: block).")
    private Optional<String> cachedRows = Optional.empty();

    @Option(
            names = "--window",
            paramLabel = "W",
            description = "With blocks, for completions: only W masks from the start of the block are in sight; the"
                    + " window slides with the blocks (default: all of them).")
    private Optional<Integer> window = Optional.empty();

    @Option(
            names = "--block-start",
            paramLabel = "HOW",
            description =
                    "With a cache: propose a block's first token like any other, or commit it blindly as the original"
                            + " does (default: propose).")
    private Optional<String> blockStart = Optional.empty();

    @Option(
            names = "--mask-candidates",
            paramLabel = "HOW",
            description = "exclude: the mask is never a candidate; allow: as in the original (default: exclude).")
    private Optional<String> maskCandidates = Optional.empty();

    /** What the flags say. */
    public Given given() {
        return policy.addTo(Given.asFlags())
                .with(Parameter.STEPS, steps)
                .with(Parameter.TEMPERATURE, temperature)
                .with(Parameter.TOP_P, topP)
                .with(Parameter.TOP_K, topK)
                .with(Parameter.SEED, seed)
                .with(Parameter.EPS, eps)
                .with(Parameter.BLOCK_LENGTH, blockLength.map(DecodeFlags::blocks))
                .with(Parameter.CACHE, cache)
                .with(Parameter.REFRESH, refresh)
                .with(Parameter.CACHED_ROWS, cachedRows)
                .with(Parameter.WINDOW, window)
                .with(Parameter.BLOCK_START, blockStart)
                .with(Parameter.MASK_CANDIDATES, maskCandidates);
    }

    private static BlockLength blocks(String text) {
        try {
            return BlockLength.of(text);
        } catch (IllegalArgumentException e) {
            throw new WrongValueException(
                    "--block-length", "--block-length must be " + BlockLength.KNOWN + ", got '" + text + "'", e);
        }
    }
}
