package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How a checkpoint is put into memory.
 *
 * @param engine which transformer
 * @param format in which numbers its products run
 * @param device where; the fast engine runs on the CPU only
 * @param threads worker threads on the CPU, 1 to 1024
 * @param told numbers that the checkpoint's files do not say, or that count more than theirs, by key of config.json:
 *     {@code attention_block} and {@code mask_token_id}
 */
public record LoadOptions(
        EngineKind engine, WeightFormat format, Device device, int threads, Map<String, Integer> told) {
    /** In {@link #told}: the length of the blocks of block-causal attention. */
    public static final String ATTENTION_BLOCK = Families.BLOCK;
    /** In {@link #told}: the id of the mask token. */
    public static final String MASK_ID = Families.MASK;

    private static final Set<String> TELLABLE = Set.of(ATTENTION_BLOCK, MASK_ID);

    public LoadOptions {
        told = Map.copyOf(told);
        told.keySet().forEach(key -> check(TELLABLE.contains(key), "config.json alone may say %s", key));
        Objects.requireNonNull(engine, "engine is null");
        Objects.requireNonNull(format, "format is null");
        Objects.requireNonNull(device, "device is null");
        check(threads >= 1 && threads <= 1024, "threads must be in [1, 1024], got %d", threads);
        check(
                engine == EngineKind.PLAIN || !device.isCuda(),
                "the fast engine runs on the cpu; on %s use the plain engine",
                device);
        check(
                engine == EngineKind.FAST || format.isFloating(),
                "%s runs in the fast engine; the plain one knows fp32 and bf16",
                format);
    }

    /** A checkpoint that says everything itself. */
    public LoadOptions(EngineKind engine, WeightFormat format, Device device, int threads) {
        this(engine, format, device, threads, Map.of());
    }

    /** The same for a checkpoint of which that is told. */
    public LoadOptions withTold(Map<String, Integer> newTold) {
        return new LoadOptions(engine, format, device, threads, newTold);
    }

    /**
     * What answers fastest from a checkpoint on the CPU: the fast engine on every core, in the format that the
     * checkpoint is quantized to, otherwise in the faster of bf16 and fp32.
     *
     * @throws io.github.coda4j.CodaException when the folder holds no model
     */
    public static LoadOptions forFolder(Path folder) {
        return of(
                quantized(folder).orElseGet(() -> WeightFormat.fastestFloat(EngineKind.FAST, Device.CPU)), Device.CPU);
    }

    /**
     * The format that a folder's checkpoint is quantized to, for example int8; empty where it is floating.
     *
     * @throws io.github.coda4j.CodaException when the folder holds no model
     */
    public static Optional<WeightFormat> quantized(Path folder) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return QuantizedCheckpoint.format(checkpoint.config());
        }
    }

    /** The fast engine on every core, or the plain one on a GPU. */
    public static LoadOptions of(WeightFormat format, Device device) {
        return new LoadOptions(
                device.isCuda() ? EngineKind.PLAIN : EngineKind.FAST,
                format,
                device,
                Runtime.getRuntime().availableProcessors());
    }

    /**
     * What this processor lacks of these numbers and what is done instead, in one line; empty where it has all. Loads
     * libtorch.
     *
     * @throws io.github.coda4j.CodaException when libtorch cannot be loaded
     */
    public Optional<String> emulated() {
        return device.isCuda() ? Optional.empty() : emulated(ProductPaths.here());
    }

    /** The same for products that run in given ways. */
    Optional<String> emulated(ProductPaths paths) {
        return format.emulated(engine, paths);
    }
}
