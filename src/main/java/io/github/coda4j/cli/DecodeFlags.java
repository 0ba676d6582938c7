package io.github.coda4j.cli;

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
            paramLabel = "N",
            description = "Decode from left to right in blocks of N tokens (default: everything at once).")
    private Optional<Integer> blockLength = Optional.empty();

    @Option(
            names = "--cache",
            paramLabel = "KIND",
            description =
                    "With blocks: none, prefix (reuse what is left of the block) or dual (both sides) (default: none). "
                            + "A block-causal model has its own, exact.")
    private Optional<String> cache = Optional.empty();

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
                .with(Parameter.BLOCK_LENGTH, blockLength)
                .with(Parameter.CACHE, cache)
                .with(Parameter.BLOCK_START, blockStart)
                .with(Parameter.MASK_CANDIDATES, maskCandidates);
    }
}
