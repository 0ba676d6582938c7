package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Nearest;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerWriter;
import io.github.coda4j.weights.CheckpointWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
        footer = {
            "  coda init --preset coda-mini --out models/bytes",
            "  coda init --preset coda-mini --seed 1 --tokenizer models/coda --out models/mini"
        })
final class InitCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(
            names = "--preset",
            required = true,
            paramLabel = "NAME",
            description =
                    "The shape: coda-1.7b (the published model), coda-16m (16 million parameters), coda-mini (8.4 million), coda-nano (5.5 million) or coda-tiny.")
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
                            + " tokenizer's. Without one a tokenizer of single bytes is made.")
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
                .map(folder -> VocabularyFit.of(world, preset, BpeTokenizer.load(folder)))
                .orElseGet(() -> ModelConfig.preset(preset));
        DType stored = dtype.equals("fp32") ? DType.F32 : DType.BF16;
        long bytes = config.numParameters() * stored.bytes();
        interrupt.check();
        try (Progress progress = Progress.of(world, "init " + preset)) {
            RandomCheckpoint.write(
                    config,
                    seed,
                    stored,
                    companions(config),
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
        if (tokenizer.isEmpty()) {
            world.out()
                    .println("Tokenizer: one token per byte and CoDA's special tokens, other ids have no text"
                            + " (give another with --tokenizer DIR)");
        }
        world.out()
                .println("Next: coda generate --model " + out + " \"...\" (its answers are noise until it is trained)");
        return ExitCodes.OK;
    }

    /** What is written beside the weights: the tokenizer given, or one of bytes that has the model's special ids. */
    private Consumer<CheckpointWriter> companions(ModelConfig config) {
        if (tokenizer.isPresent()) {
            return writer -> writer.copyCompanions(tokenizer.get());
        }
        SpecialTokens roles =
                new SpecialTokens(OptionalInt.of(config.maskId()), config.padId(), config.eosId(), OptionalInt.empty());
        Map<String, String> files = TokenizerWriter.bytes(config.vocabSize(), roles);
        return writer -> files.forEach(writer::writeText);
    }
}
