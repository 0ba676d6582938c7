package io.github.coda4j.cli.make;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Amounts;
import io.github.coda4j.Nearest;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.model.VocabularyFit;
import io.github.coda4j.model.training.KindChoice;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.ParameterWriter;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.MaskToken;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerWriter;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.CheckpointWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code coda init}. */
@Command(
        name = "init",
        sortOptions = false,
        description = {
            "Make an untrained model: with random weights, or of an autoregressive one.",
            "",
            "The same preset, seed and dtype always give the same bytes.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda init --preset coda-mini --out models/bytes",
            "  coda init --preset coda-mini --seed 1 --tokenizer models/coda-mini --out models/mini",
            "  coda pull Qwen/Qwen3-1.7B --out models/qwen && coda init --from-ar models/qwen --out models/start"
        })
public final class InitCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @ArgGroup(multiplicity = "1")
    Start start;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "With --preset: only so many layers of the shape, for trials (default: all).")
    Optional<Integer> layers = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the random weights (default: 0).")
    Optional<Long> seed = Optional.empty();

    @Option(names = "--dtype", paramLabel = "KIND", description = "fp32 or bf16 (default: bf16).")
    String dtype = "bf16";

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "Copy the tokenizer of this folder; where the preset's vocabulary does not fit it, the "
                    + "model gets the"
                    + " tokenizer's. Without one a tokenizer of single bytes is made.")
    Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = "--kind",
            paramLabel = "TYPE",
            description = "With --from-ar: the model_type that the model gets, such as a2d-qwen3, a2d-qwen2 (rows in"
                    + " place) or qwen2 (default: CoDA for Qwen3, qwen2 for Qwen2.5; both shifted, as the model is).")
    Optional<String> kind = Optional.empty();

    @Option(
            names = "--attention-block",
            paramLabel = "N",
            description = "With --from-ar: block-causal attention in blocks of N positions, trained on clean and masked"
                    + " blocks side by side; for the kinds a2d-qwen3, a2d-qwen2 (bd3lm), sdar and Fast_dLLM_Qwen.")
    Optional<Integer> attentionBlock = Optional.empty();

    @Option(
            names = "--alignment",
            paramLabel = "ROWS",
            description = "With --from-ar: shifted (a position is proposed by the row before it, as the model does) or"
                    + " in_place (default: as the kind has it).")
    Optional<String> alignment = Optional.empty();

    @Option(names = "--overwrite", description = "Replace an older model in that folder.")
    boolean overwrite;

    /** Where the weights come from. */
    static final class Start {
        @Option(
                names = "--preset",
                paramLabel = "NAME",
                description = "The shape: coda-1.7b (the published model), coda-16m (16 million parameters), "
                        + "coda-mini (8.4 million), coda-nano (5.5 million), coda-tiny, or of another family:"
                        + " qwen3-0.6b, qwen2.5-0.5b, dream-7b, sdar-1.7b, fast-dllm-v2-1.5b, llada-8b,"
                        + " stable-diffcoder-8b.")
        Optional<String> preset = Optional.empty();

        @Option(
                names = "--from-ar",
                paramLabel = "DIR",
                description =
                        "In place of --preset: take the weights of this autoregressive Qwen3 or Qwen2.5 folder as "
                                + "they are, and give"
                                + " tokenizer and vocabulary the mask token that they lack.")
        Optional<Path> fromAr = Optional.empty();
    }

    public InitCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(dtype.equals("fp32") || dtype.equals("bf16"), "--dtype must be fp32 or bf16, got '%s'", dtype);
        interrupt.check();
        return start.preset.isPresent() ? random(start.preset.get()) : autoregressive(start.fromAr.orElseThrow());
    }

    private int random(String shape) {
        check(kind.isEmpty(), "--kind has no effect with --preset, which says it: leave it out");
        check(attentionBlock.isEmpty(), "--attention-block has no effect with --preset, which says it: leave it out");
        check(alignment.isEmpty(), "--alignment has no effect with --preset, which says it: leave it out");
        check(
                ModelConfig.presets().contains(shape),
                "--preset must be one of %s, got '%s'%s",
                String.join(", ", ModelConfig.presets()),
                shape,
                Nearest.hint(shape, ModelConfig.presets()));
        ModelConfig whole = tokenizer
                .map(folder -> fitted(shape, BpeTokenizer.load(folder)))
                .orElseGet(() -> ModelConfig.preset(shape));
        ModelConfig config = layers.map(whole::withLayers).orElse(whole);
        long bytes = config.numParameters() * stored().bytes();
        long drawn = seed.orElse(0L);
        try (Progress progress = Progress.ofBytes(world, "init " + shape)) {
            RandomCheckpoint.write(
                    config,
                    drawn,
                    stored(),
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
                        Locale.ROOT,
                        "%s: %s, %s parameters, seed %d, %s%n",
                        out,
                        shape,
                        Amounts.count(config.numParameters()),
                        drawn,
                        Amounts.bytes(bytes));
        if (tokenizer.isEmpty()) {
            world.out()
                    .println("Tokenizer: one token per byte and CoDA's special tokens, other ids have no text"
                            + " (give another with --tokenizer DIR)");
        }
        world.out()
                .println("Next: coda generate --model " + out + " \"...\" (its answers are noise until it is trained)");
        return ExitCodes.OK;
    }

    private ModelConfig fitted(String shape, BpeTokenizer loaded) {
        VocabularyFit fit = VocabularyFit.of(shape, loaded);
        fit.note().ifPresent(world::note);
        return fit.config();
    }

    private int autoregressive(Path folder) {
        check(seed.isEmpty(), "--seed has no effect with --from-ar: no weight is drawn");
        check(layers.isEmpty(), "--layers has no effect with --from-ar, which keeps all: leave it out");
        Path own = tokenizer.orElse(folder);
        Map<String, String> changed = MaskToken.addTo(own);
        BpeTokenizer loaded = BpeTokenizer.load(own);
        SpecialTokens special = loaded.specialTokens();
        int maskId =
                special.mask().orElseGet(() -> loaded.idOf(MaskToken.CONTENT).orElse(loaded.vocabSize()));
        ModelConfig config;
        try (CheckpointFolder source = CheckpointFolder.open(folder)) {
            config = ParameterLoader.autoregressiveConfig(source.config(), maskId, special.pad(), choice());
            try (ParameterStore parameters = ParameterLoader.autoregressive(source, config, Device.CPU)) {
                interrupt.check();
                ParameterWriter.write(
                        parameters,
                        config,
                        stored(),
                        Optional.of(own),
                        out,
                        overwrite,
                        partial -> changed.forEach((name, text) -> AtomicFiles.writeText(partial.resolve(name), text)));
            }
        }
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s: %s parameters of %s, mask token %d%n",
                        out,
                        Amounts.count(config.numParameters()),
                        folder,
                        maskId);
        world.out().println("Next: coda data tokenize --tokenizer " + out + " --out DIR INPUT...");
        return ExitCodes.OK;
    }

    private KindChoice choice() {
        attentionBlock.ifPresent(length -> check(length >= 1, "--attention-block must be at least 1, got %d", length));
        return new KindChoice(
                kind, attentionBlock.stream().mapToInt(Integer::intValue).findFirst(), alignment.map(Alignment::parse));
    }

    private DType stored() {
        return dtype.equals("fp32") ? DType.F32 : DType.BF16;
    }

    /** What is written beside the weights: the tokenizer given, or one of bytes that has the model's special ids. */
    private Consumer<CheckpointWriter> companions(ModelConfig config) {
        if (tokenizer.isPresent()) {
            return writer -> writer.copyCompanions(tokenizer.get());
        }
        OptionalInt eos = config.eosIds().stream().mapToInt(Integer::intValue).findFirst();
        SpecialTokens roles =
                new SpecialTokens(OptionalInt.of(config.maskId()), config.padId(), eos, OptionalInt.empty());
        Map<String, String> files = TokenizerWriter.bytes(config.vocabSize(), roles);
        return writer -> files.forEach(writer::writeText);
    }
}
