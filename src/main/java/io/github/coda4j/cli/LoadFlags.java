package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** How a model is put into memory: the options of every command that runs one. */
public final class LoadFlags {
    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "Numbers to compute in: ${COMPLETION-CANDIDATES} (default: what a quantized checkpoint "
                    + "holds, otherwise bf16, or fp32 where bf16 is slower; in inspect fp32).")
    Optional<String> dtype = Optional.empty();

    @Option(
            names = "--engine",
            paramLabel = "KIND",
            description =
                    "plain (libtorch operations) or fast (packed weights, CPU only) (default: fast, in inspect plain).")
    Optional<String> engine = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda or cuda:INDEX; environment DEVICE (default: cpu).")
    Optional<String> device = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads on the CPU (default: all cores).")
    Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--attention-block",
            paramLabel = "N",
            description = "Length of the blocks that a block-causal model was trained with, where its files do not say"
                    + " it (SDAR, dllm's bd3lm) or say another (default: what config.json says).")
    Optional<Integer> attentionBlock = Optional.empty();

    @Option(
            names = "--mask-id",
            paramLabel = "ID",
            description = "The mask token, where neither config.json nor the tokenizer's files say it or they say"
                    + " another.")
    Optional<Integer> maskId = Optional.empty();

    /** What the engine is when nobody says so. */
    public enum Purpose {
        /** Answers: fast, in the faster floats. */
        SPEED,
        /** Figures to be compared: plain, in fp32. */
        COMPARISON
    }

    /**
     * How to load the model of that folder. A quantized checkpoint is run in its format unless another is asked for.
     *
     * @throws IllegalArgumentException when the options do not go together
     * @throws io.github.coda4j.CodaException when the folder holds no model
     */
    public LoadOptions options(Path folder, World world, Purpose purpose) {
        return options(folder, world, purpose, Optional::empty);
    }

    /**
     * The same where somebody else says which numbers when no flag does.
     *
     * @param standard as {@code --dtype} takes it; not asked where that is given
     */
    public LoadOptions options(Path folder, World world, Purpose purpose, Supplier<Optional<String>> standard) {
        Optional<String> ofEnvironment = device.isPresent() ? Optional.empty() : world.variable("DEVICE");
        Device where = Device.parse(device.or(() -> ofEnvironment).orElse("cpu"));
        check(!where.isCuda() || threads.isEmpty(), "--threads has no effect on %s: leave it out", where);
        Optional<EngineKind> wanted = engine.map(EngineKind::parse);
        WeightFormat format = dtype.or(standard)
                .map(WeightFormat::parse)
                .orElseGet(() -> format(folder, purpose, wanted.orElse(preferred(where, purpose)), where));
        EngineKind kind =
                wanted.orElse(!format.isFloating() && !where.isCuda() ? EngineKind.FAST : preferred(where, purpose));
        try {
            return new LoadOptions(
                    kind, format, where, threads.orElse(Runtime.getRuntime().availableProcessors()), told());
        } catch (IllegalArgumentException e) {
            String origin = ofEnvironment
                    .map(name -> " (environment variable DEVICE " + name + ")")
                    .orElse("");
            throw new IllegalArgumentException(e.getMessage() + origin, e);
        }
    }

    /** What the flags say about the model that its files may not, by key of config.json. */
    public Map<String, Integer> told() {
        Map<String, Integer> told = new TreeMap<>();
        attentionBlock.ifPresent(length -> {
            check(length >= 1, "--attention-block must be at least 1, got %d", length);
            told.put(LoadOptions.ATTENTION_BLOCK, length);
        });
        maskId.ifPresent(id -> {
            check(id >= 0, "--mask-id must be 0 or positive, got %d", id);
            told.put(LoadOptions.MASK_ID, id);
        });
        return told;
    }

    /** The engine for floating numbers; others only the fast one knows. */
    private static EngineKind preferred(Device where, Purpose purpose) {
        return where.isCuda() || purpose == Purpose.COMPARISON ? EngineKind.PLAIN : EngineKind.FAST;
    }

    private static WeightFormat format(Path folder, Purpose purpose, EngineKind engine, Device where) {
        return LoadOptions.quantized(folder)
                .orElseGet(
                        () -> purpose == Purpose.SPEED ? WeightFormat.fastestFloat(engine, where) : WeightFormat.FP32);
    }
}
