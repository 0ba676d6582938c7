package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * What this machine's matrix products can do at best, measured: the roof that a step's speed is compared with. Large
 * products run both ways that there are, cut over a {@link WorkerTeam} and on libtorch's own threads; the best round
 * counts.
 */
public final class ProductPeak {
    /** Rows, outputs and inputs of the products that are tried. */
    private static final int[][] SHAPES = {{1024, 4096, 2048}, {2048, 2048, 2048}, {1024, 2048, 6144}};

    private static final long BLOCK_BYTES = 1 << 20;
    private static final long ALIGNMENT = 64;

    private ProductPeak() {}

    /**
     * Billions of operations per second (a multiplication and an addition count as two).
     *
     * @param type F32, BF16 or U8 (int8 products)
     * @param threads cores to use
     * @param rounds how often each product is timed; the best time counts
     */
    public static double measure(DType type, int threads, int rounds) {
        check(
                type == DType.F32 || type == DType.BF16 || type == DType.U8,
                "products run in F32, BF16 or U8, got %s",
                type);
        check(rounds > 0, "rounds must be positive, got %d", rounds);
        double best = 0;
        try (WorkerTeam team = new WorkerTeam(threads)) {
            for (int[] shape : SHAPES) {
                best = Math.max(best, onTeam(type, team, shape[0], shape[1], shape[2], rounds));
            }
        }
        for (int[] shape : SHAPES) {
            best = Math.max(best, onLibtorchThreads(type, threads, shape[0], shape[1], shape[2], rounds));
        }
        return best;
    }

    private static double onTeam(DType type, WorkerTeam team, int rows, int outputs, int inputs, int rounds) {
        int columns = outputs / team.size();
        long best = Long.MAX_VALUE;
        PackedLinear[] shards = new PackedLinear[team.size()];
        try (LargePages pages = new LargePages(BLOCK_BYTES);
                Arena arena = Arena.ofShared()) {
            MemorySegment[] results = new MemorySegment[team.size()];
            try (Scope _ = Scope.open()) {
                team.runOnAll(
                        share -> shards[share] = pack(type, ProductPaths.here().int8(), columns, inputs, pages));
                MemorySegment input =
                        random(shards[0].inputType(), rows, inputs).memory();
                for (int share = 0; share < results.length; share++) {
                    results[share] = arena.allocate(
                            (long) rows * columns * shards[share].outputType().bytes(), ALIGNMENT);
                }
                long[] times = new long[rounds + 2];
                team.walk(team.size(), steps -> {
                    for (int round = 0; round < times.length; round++) {
                        int at = round;
                        steps.each(share -> {
                            if (share == 0) {
                                times[at] = System.nanoTime();
                            }
                        });
                        steps.each(share -> shards[share].forward(input, rows, results[share]));
                    }
                });
                for (int round = 1; round <= rounds; round++) { // the first one finds nothing in the caches
                    best = Math.min(best, times[round + 1] - times[round]);
                }
            } finally {
                Closing.all(Arrays.stream(shards).filter(Objects::nonNull).toList());
            }
        }
        return 2.0 * rows * columns * team.size() * inputs / best;
    }

    private static double onLibtorchThreads(DType type, int threads, int rows, int outputs, int inputs, int rounds) {
        Libtorch.setThreads(threads);
        long best = Long.MAX_VALUE;
        try (LargePages pages = new LargePages(BLOCK_BYTES);
                PackedLinear linear = pack(type, ofLibrary(), outputs, inputs, pages);
                Scope _ = Scope.open()) {
            Tensor input = random(linear.inputType(), rows, inputs);
            Tensor output = Tensor.empty(linear.outputType(), Device.CPU, rows, outputs);
            for (int round = 0; round <= rounds; round++) {
                long begin = System.nanoTime();
                linear.forward(input.memory(), rows, output.memory());
                if (round > 0) {
                    best = Math.min(best, System.nanoTime() - begin);
                }
            }
        }
        return 2.0 * rows * outputs * inputs / best;
    }

    /** The way of a library, which has threads of its own. */
    private static ProductPaths.Int8 ofLibrary() {
        ProductPaths.Int8 here = ProductPaths.here().int8();
        return here == ProductPaths.Int8.PANELS ? ProductPaths.Int8.EXACT : here;
    }

    private static PackedLinear pack(DType type, ProductPaths.Int8 int8, int outputs, int inputs, LargePages pages) {
        ProductPaths paths = ProductPaths.here();
        try (Scope _ = Scope.open()) {
            return switch (type) {
                case F32 -> PackedLinear.f32(random(DType.F32, outputs, inputs).memory(), outputs, inputs);
                case BF16 ->
                    PackedLinear.bf16(
                            paths.bf16(), random(DType.BF16, outputs, inputs).memory(), outputs, inputs, pages);
                default -> {
                    float[] scales = new float[outputs];
                    java.util.Arrays.fill(scales, 0.01f);
                    yield PackedLinear.int8(
                            int8,
                            random(DType.I8, outputs, inputs).memory(),
                            scales,
                            outputs,
                            inputs,
                            DType.BF16,
                            pages);
                }
            };
        }
    }

    /**
     * Values in [-100, 100], which every type holds; random, because products of zeros can run faster than real ones.
     */
    private static Tensor random(DType type, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(type == DType.U8 ? 0 : -100, 101);
        }
        return Tensor.of(values, rows, columns).to(type);
    }
}
