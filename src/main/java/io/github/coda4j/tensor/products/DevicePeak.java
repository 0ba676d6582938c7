package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.SplittableRandom;

/** What libtorch's own product does at best on a device: the roof of the plain engine, on a card above all. */
public final class DevicePeak {
    /** Rows, outputs and inputs of the product: large enough that starting it does not count. */
    private static final int ON_CARD = 8192;

    private static final int ON_CPU = 1024;

    private DevicePeak() {}

    /**
     * Operations per second (a multiplication and an addition count as two).
     *
     * @param type F32 or BF16
     * @param threads of the CPU
     * @param rounds how often the product is timed; the best time counts
     * @throws io.github.coda4j.CodaException when the device cannot be used
     */
    public static double measure(DType type, Device device, int threads, int rounds) {
        check(type == DType.F32 || type == DType.BF16, "products run in F32 or BF16, got %s", type);
        check(rounds > 0, "rounds must be positive, got %d", rounds);
        Libtorch.setThreads(threads);
        int size = device.isCuda() ? ON_CARD : ON_CPU;
        long best = Long.MAX_VALUE;
        try (Scope _ = Scope.open()) {
            Tensor a = random(size).to(type).to(device); // [size, size]
            for (int round = 0; round <= rounds; round++) {
                try (Scope _ = Scope.open()) {
                    long begin = System.nanoTime();
                    // Reading a number waits for the device.
                    a.linear(a).narrow(0, 0, 1).narrow(1, 0, 1).toFloats();
                    if (round > 0) {
                        best = Math.min(best, System.nanoTime() - begin);
                    }
                }
            }
        }
        return 2.0 * size * size * size / (best / 1e9);
    }

    private static Tensor random(int size) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.of(values, size, size);
    }
}
