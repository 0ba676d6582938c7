package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code coda init}. */
@Command(
        name = "init",
        sortOptions = false,
        description = {
            "Make an untrained model with random weights, for tests, measurements and training.",
            "",
            "The same preset, seed and dtype always give the same bytes.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda init --preset coda-mini --seed 1 --tokenizer models/coda --out models/mini"})
final class InitCommand implements Callable<Integer> {
    /** Vocabularies are filled up to a multiple of this, so that products cut well. */
    private static final int VOCABULARY_UNIT = 64;

    private final World world;
    private final Interrupt interrupt;

    @Option(
            names = "--preset",
            required = true,
            paramLabel = "NAME",
            description = "The shape: coda-1.7b (the published model), coda-mini (16 million parameters) or coda-tiny.")
    String preset;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the weights (default: 0).")
    long seed;

    @Option(names = "--dtype", paramLabel = "KIND", description = "fp32 or bf16 (default: bf16).")
    String dtype = "bf16";

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description =
                    "Copy the tokenizer of this folder; where the preset's vocabulary does not fit it, the model gets the"
                            + " tokenizer's. Without one the model knows ids only.")
    Optional<Path> tokenizer = Optional.empty();

    @Option(names = "--overwrite", description = "Replace an older model in that folder.")
    boolean overwrite;

    InitCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(
                ModelConfig.presets().contains(preset),
                "--preset must be one of %s, got '%s'%s",
                String.join(", ", ModelConfig.presets()),
                preset,
                Nearest.hint(preset, ModelConfig.presets()));
        check(dtype.equals("fp32") || dtype.equals("bf16"), "--dtype must be fp32 or bf16, got '%s'", dtype);
        ModelConfig config = tokenizer
                .map(folder -> fitted(ModelConfig.preset(preset), BpeTokenizer.load(folder)))
                .orElseGet(() -> ModelConfig.preset(preset));
        DType stored = dtype.equals("fp32") ? DType.F32 : DType.BF16;
        long bytes = config.numParameters() * stored.bytes();
        interrupt.check();
        try (Progress progress = Progress.of(world, "init " + preset)) {
            RandomCheckpoint.write(
                    config,
                    seed,
                    stored,
                    tokenizer,
                    out,
                    (tensor, done, total) -> {
                        interrupt.check();
                        progress.to(done, total, tensor);
                    },
                    overwrite);
        }
        world.out()
                .printf(
                        "%s: %s, %s parameters, seed %d, %s%n",
                        out, preset, Amounts.count(config.numParameters()), seed, Amounts.bytes(bytes));
        world.out()
                .println(
                        tokenizer.isPresent()
                                ? "Next: coda generate --model " + out
                                        + " \"...\" (its answers are noise until it is trained)"
                                : "Next: coda inspect model " + out
                                        + " (it has no tokenizer: give one with --tokenizer DIR)");
        return ExitCodes.OK;
    }

    private ModelConfig fitted(ModelConfig config, Tokenizer loaded) {
        SpecialTokens special = loaded.specialTokens();
        int rows = config.vocabSize();
        boolean fits = rows >= loaded.vocabSize() && rows - loaded.vocabSize() <= Tokenizer.MAX_PADDING_ROWS;
        if (fits && special.requireMask() == config.maskId()) {
            return config;
        }
        int size = (loaded.vocabSize() + VOCABULARY_UNIT - 1) / VOCABULARY_UNIT * VOCABULARY_UNIT;
        world.note(preset + " gets the tokenizer's vocabulary: " + size + " rows in place of " + rows);
        return config.withVocabulary(size, special.requireMask(), special.pad(), special.eos());
    }
}
