package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.Int8Checkpoint;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a checkpoint is put into memory.
 *
 * @param engine which transformer
 * @param precision in which numbers its products run
 * @param device where; the fast engine runs on the CPU only
 * @param threads worker threads on the CPU, 1 to 1024
 */
public record LoadOptions(EngineKind engine, Precision precision, Device device, int threads) {
    private static final String SLOW_BF16 =
            "bf16 is emulated: this processor has no bf16 products; --dtype fp32 is faster";

    public LoadOptions {
        Objects.requireNonNull(engine, "engine is null");
        Objects.requireNonNull(precision, "precision is null");
        Objects.requireNonNull(device, "device is null");
        check(threads >= 1 && threads <= 1024, "threads must be in [1, 1024], got %d", threads);
        check(
                engine == EngineKind.PLAIN || !device.isCuda(),
                "the fast engine runs on the cpu; on %s use the plain engine",
                device);
        check(
                engine == EngineKind.FAST || precision != Precision.INT8,
                "int8 runs in the fast engine; the plain one knows fp32 and bf16");
    }

    /**
     * What answers fastest from a checkpoint on the CPU: the fast engine on every core, in int8 where the checkpoint is
     * stored so, otherwise in the faster of bf16 and fp32.
     *
     * @throws io.github.coda4j.CodaException when the folder holds no model
     */
    public static LoadOptions forFolder(Path folder) {
        return of(
                storedAsInt8(folder) ? Precision.INT8 : Precision.fastestFloat(EngineKind.FAST, Device.CPU),
                Device.CPU);
    }

    /**
     * Whether a folder's checkpoint is stored in int8.
     *
     * @throws io.github.coda4j.CodaException when the folder holds no model
     */
    public static boolean storedAsInt8(Path folder) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return Int8Checkpoint.isQuantized(checkpoint.config());
        }
    }

    /** The fast engine on every core, or the plain one on a GPU. */
    public static LoadOptions of(Precision precision, Device device) {
        return new LoadOptions(
                device.isCuda() ? EngineKind.PLAIN : EngineKind.FAST,
                precision,
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
        return switch (precision) {
            case FP32 -> Optional.empty();
            case BF16 ->
                switch (paths.bf16()) {
                    case NATIVE -> Optional.empty();
                    case WIDENED ->
                        Optional.of(
                                engine == EngineKind.FAST
                                        ? "bf16 is emulated: this processor has no bf16 products, weights are widened "
                                                + "to fp32 in each"
                                        : SLOW_BF16);
                    case LIBTORCH -> Optional.of(SLOW_BF16);
                };
            case INT8 ->
                switch (paths.int8()) {
                    case EXACT -> Optional.empty();
                    case PAIRED ->
                        Optional.of(
                                "int8 inputs have 7 bits: this processor has no VNNI and sums pairs of products in 16");
                    case FLOATS ->
                        Optional.of("int8 is emulated: there are no int8 products for this processor, weights are"
                                + " converted to fp32 in each");
                };
        };
    }
}
