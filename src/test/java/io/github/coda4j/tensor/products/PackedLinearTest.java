package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.bench.ProcessMemory;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packed products against sums in double. */
class PackedLinearTest {
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({
        "1,16,16",
        "7,33,40",
        "32,128,64",
        "33,48,207",
        "128,20,13",
        // Of more inputs than oneDNN takes at a time.
        "1,64,768",
        "32,80,2048",
        "5,156,2048",
        "130,64,6144"
    })
    void every_precision_multiplies(int rows, int outputs, int inputs) {
        SplittableRandom random = new SplittableRandom(rows * 31L + outputs);
        // Small whole numbers are exact in every format, so that the sums are too.
        float[] x = wholes(random, rows * inputs, 7);
        float[] w = wholes(random, outputs * inputs, 7);
        float[] expected = product(x, w, rows, outputs, inputs);
        try (Scope _ = Scope.open()) {
            try (PackedLinear linear =
                    PackedLinear.f32(Tensor.of(w, outputs, inputs).memory(), outputs, inputs)) {
                assertThat(linear.forward(Tensor.of(x, rows, inputs)).toFloats())
                        .containsExactly(expected);
            }
            Tensor narrow = Tensor.of(w, outputs, inputs).to(DType.BF16);
            for (ProductPaths.Bf16 path : ProductPaths.Bf16.values()) {
                try (LargePages pages = new LargePages(1);
                        PackedLinear linear = PackedLinear.bf16(path, narrow.memory(), outputs, inputs, pages)) {
                    float[] actual = linear.forward(Tensor.of(x, rows, inputs).to(linear.inputType()))
                            .toFloats();
                    assertClose(actual, expected, linear.outputType() == DType.F32 ? 1e-6 : 1.0 / 128);
                }
            }
            for (ProductPaths.Int8 path : rightHere()) {
                assertClose(int8(path, DType.F32, x, w, rows, outputs, inputs), expected, 1e-6);
                assertClose(int8(path, DType.BF16, x, w, rows, outputs, inputs), expected, 1.0 / 128);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {127, -127})
    void large_int8_sums_do_not_saturate(int weight) {
        int inputs = 6144;
        for (ProductPaths.Int8 path : rightHere()) {
            int most = path == ProductPaths.Int8.PAIRED ? NumberKind.U7.steps() : NumberKind.U8.steps();
            for (int sign : new int[] {1, -1}) {
                float[] x = new float[inputs];
                float[] w = new float[16 * inputs];
                java.util.Arrays.fill(x, sign * most);
                java.util.Arrays.fill(w, weight);
                try (Scope _ = Scope.open()) {
                    float[] expected = new float[16];
                    java.util.Arrays.fill(expected, (float) sign * most * weight * inputs);
                    assertClose(int8(path, DType.F32, x, w, 1, 16, inputs), expected, 1e-6);
                }
            }
        }
    }

    @Test
    void inputs_lie_around_the_zero_point_that_the_kernels_write() {
        assertThat(ProductPaths.Int8.PANELS.zeroPoint()).isEqualTo(NumberKind.U8.zero());
        assertThat(ProductPaths.Int8.EXACT.zeroPoint()).isEqualTo(NumberKind.U8.zero());
        assertThat(ProductPaths.Int8.FLOATS.zeroPoint()).isEqualTo(NumberKind.U8.zero());
        assertThat(ProductPaths.Int8.PAIRED.zeroPoint()).isEqualTo(NumberKind.U7.zero());
    }

    @Test
    void this_processor_multiplies_with_what_it_has() throws IOException {
        String cap = System.getenv("ONEDNN_MAX_CPU_ISA");
        if ("AVX2".equals(cap) || "AVX512_CORE".equals(cap)) {
            assertThat(ProductPaths.here())
                    .isEqualTo(new ProductPaths(ProductPaths.Bf16.WIDENED, ProductPaths.Int8.PAIRED));
        }
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (cap == null && OneDnn.find().isPresent() && OneDnn.isX86() && Files.exists(cpuInfo)) {
            String flags = Files.readString(cpuInfo);
            ProductPaths.Int8 int8 = ProductPaths.here().int8();
            boolean isOff = "off".equals(System.getProperty("coda.jit"));
            boolean hasVnni = flags.contains("avx512_vnni") || flags.contains("avx_vnni");
            assertThat(int8 == ProductPaths.Int8.PANELS).isEqualTo(!isOff && flags.contains("avx512_vnni"));
            assertThat(int8.compareTo(ProductPaths.Int8.EXACT) <= 0).isEqualTo(hasVnni);
            assertThat(ProductPaths.here().bf16() == ProductPaths.Bf16.NATIVE)
                    .isEqualTo(flags.contains("avx512_bf16") || flags.contains("avx_ne_convert"));
        }
    }

    /** The ways that give right sums on this processor: {@code PANELS} and {@code EXACT} need its instructions. */
    private static List<ProductPaths.Int8> rightHere() {
        return Stream.of(ProductPaths.Int8.values())
                .filter(path -> switch (path) {
                    case PANELS -> path == ProductPaths.here().int8();
                    case EXACT -> ProductPaths.here().int8().compareTo(path) <= 0;
                    case PAIRED, FLOATS -> true;
                })
                .toList();
    }

    @Test
    void memory_that_is_too_small_is_refused() {
        try (Scope _ = Scope.open();
                LargePages pages = new LargePages(1);
                PackedLinear linear = PackedLinear.bf16(
                        ProductPaths.Bf16.LIBTORCH,
                        Tensor.zeros(DType.BF16, Device.CPU, 4, 8).memory(),
                        4,
                        8,
                        pages)) {
            Tensor input = Tensor.zeros(DType.BF16, Device.CPU, 2, 8);
            Tensor output = Tensor.zeros(DType.BF16, Device.CPU, 1, 4);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> linear.forward(input.memory(), 2, output.memory()))
                    .withMessage("output of [2, 4] BF16 needs 16 bytes of native memory, got 8");
        }
    }

    @Test
    void threads_that_come_and_go_multiply_alike() {
        SplittableRandom random = new SplittableRandom(5);
        float[] x = wholes(random, 6 * 40, 7);
        float[] w = wholes(random, 24 * 40, 7);
        float[] expected = product(x, w, 6, 24, 40);
        for (int i = 0; i < 3; i++) {
            try (WorkerTeam team = new WorkerTeam(2)) {
                float[][] results = new float[2][];
                team.runOnAll(worker -> {
                    try (Scope _ = Scope.open()) {
                        results[worker] = int8(ProductPaths.here().int8(), DType.F32, x, w, 6, 24, 40);
                    }
                });
                assertThat(results[0]).containsExactly(expected);
                assertThat(results[1]).containsExactly(expected);
            }
        }
    }

    @Test
    void rows_with_room_behind_them_give_the_same_with_products_of_few_sizes() {
        inThreadOfItsOwn(() -> {
            int outputs = 48;
            int inputs = 96;
            SplittableRandom random = new SplittableRandom(11);
            int most = PackedLinear.room(160);
            try (Scope _ = Scope.open();
                    LargePages pages = new LargePages(1);
                    PackedLinear linear = bf16(random, outputs, inputs, pages)) {
                MemorySegment input = normal(random, most, inputs, linear.inputType());
                MemorySegment exact = zeros(linear, most);
                MemorySegment roomy = zeros(linear, most);
                for (int rows = 0; rows <= 160; rows++) {
                    linear.forwardInRoom(input, rows, roomy);
                    linear.forward(input, rows, exact);
                    // Sums in another order may differ in a last bit of 8; their terms are about 1.
                    assertThat(furthest(floats(linear, roomy, rows), floats(linear, exact, rows)))
                            .as("%d rows", rows)
                            .isLessThanOrEqualTo(0.5);
                }
                PackedLinear other = bf16(random, outputs, inputs + 32, pages);
                try (other) {
                    MemorySegment wide = normal(random, most, inputs + 32, linear.inputType());
                    int between = kept();
                    for (int rows = 1; rows <= 160; rows++) {
                        other.forwardInRoom(wide, rows, roomy);
                    }
                    assertThat(kept() - between).as("sizes of 1 to 160 rows").isLessThanOrEqualTo(26);
                }
            }
        });
    }

    /** 257 rows have room for 288: after some forwards that is dearer than a product of their own. */
    @Test
    void rows_that_come_again_get_a_product_of_their_own() {
        inThreadOfItsOwn(() -> {
            SplittableRandom random = new SplittableRandom(12);
            try (Scope _ = Scope.open();
                    LargePages pages = new LargePages(1);
                    PackedLinear linear = bf16(random, 512, 768, pages)) {
                MemorySegment input = normal(random, 288, 768, linear.inputType());
                MemorySegment output = zeros(linear, 288);
                linear.forwardInRoom(input, 257, output);
                int larger = kept();
                linear.forwardInRoom(input, 257, output);
                assertThat(kept()).isEqualTo(larger);
                for (int i = 0; i < 10; i++) {
                    linear.forwardInRoom(input, 257, output);
                }
                int own = kept();
                boolean isHere = linear instanceof OneDnnLinear;
                assertThat(isHere).isEqualTo(OneDnn.find().isPresent() && isFastHere());
                assertThat(own - larger).isEqualTo(isHere ? 1 : 0);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,4", "4,4", "41,44", "63,64", "64,64", "65,72", "257,288", "1024,1024", "1025,1152"})
    void room_is_at_most_an_eighth_or_three_rows_more(int rows, int room) {
        assertThat(PackedLinear.room(rows)).isEqualTo(room);
    }

    /** Each product is half a megabyte of code, and a server meets thousands of sizes. */
    @Tag("slow")
    @Test
    void products_of_ever_new_sizes_do_not_grow_memory() {
        inThreadOfItsOwn(() -> {
            SplittableRandom random = new SplittableRandom(13);
            try (Scope _ = Scope.open();
                    LargePages pages = new LargePages(1);
                    PackedLinear linear = bf16(random, 256, 256, pages)) {
                MemorySegment input = normal(random, 1000, 256, linear.inputType());
                MemorySegment output = zeros(linear, 1000);
                run(linear, 1, 300, input, output);
                long warm = resident();
                run(linear, 301, 900, input, output);
                assertThat((resident() - warm) / 1e6)
                        .as("MB of 600 products more")
                        .isLessThan(100);
                assertThat(kept()).as("kept").isLessThanOrEqualTo(OneDnnProducts.USUAL);
            }
        });
    }

    /** A layer with more products than are usually kept finds them again in the next one. */
    @Tag("slow")
    @Test
    void what_every_layer_runs_is_kept_however_much_it_is() {
        inThreadOfItsOwn(() -> {
            int sizes = 2 * OneDnnProducts.USUAL;
            SplittableRandom random = new SplittableRandom(14);
            try (Scope _ = Scope.open();
                    LargePages pages = new LargePages(1);
                    PackedLinear linear = bf16(random, 16, 32, pages)) {
                MemorySegment input = normal(random, sizes, 32, linear.inputType());
                MemorySegment output = zeros(linear, sizes);
                for (int layer = 0; layer < 8; layer++) {
                    run(linear, 1, sizes, input, output);
                }
                assertThat(kept()).isEqualTo(linear instanceof OneDnnLinear ? sizes : 0);
                for (int i = 0; i < 10 * sizes; i++) {
                    run(linear, 1, 1, input, output);
                }
                MemorySegment more = normal(random, sizes + 1, 32, linear.inputType());
                linear.forward(more, sizes + 1, zeros(linear, sizes + 1));
                assertThat(kept()).as("once it is over").isLessThanOrEqualTo(OneDnnProducts.USUAL);
            }
        });
    }

    private static void run(PackedLinear linear, int from, int to, MemorySegment input, MemorySegment output) {
        for (int rows = from; rows <= to; rows++) {
            linear.forward(input, rows, output);
        }
    }

    /** With no products yet, and whose products are gone afterwards. */
    private static void inThreadOfItsOwn(Runnable work) {
        try (WorkerTeam team = new WorkerTeam(1)) {
            team.runOnAll(_ -> work.run());
        }
    }

    private static long resident() {
        return ProcessMemory.resident().orElse(0);
    }

    /** Products that this thread keeps; none where oneDNN is not there. */
    private static int kept() {
        return OneDnn.find()
                .map(oneDnn -> OneDnnProducts.ofThread(oneDnn).kept())
                .orElse(0);
    }

    private static boolean isFastHere() {
        return ProductPaths.here().bf16() != ProductPaths.Bf16.LIBTORCH;
    }

    private static PackedLinear bf16(SplittableRandom random, int outputs, int inputs, LargePages pages) {
        MemorySegment weight = normal(random, outputs, inputs, DType.BF16);
        return PackedLinear.bf16(ProductPaths.here().bf16(), weight, outputs, inputs, pages);
    }

    private static MemorySegment zeros(PackedLinear linear, int rows) {
        return Tensor.zeros(linear.outputType(), Device.CPU, rows, linear.outputs())
                .memory();
    }

    private static float[] floats(PackedLinear linear, MemorySegment memory, int rows) {
        if (rows == 0) {
            return new float[0];
        }
        DType type = linear.outputType();
        MemorySegment used = memory.asSlice(0, (long) rows * linear.outputs() * type.bytes());
        return Tensor.view(used, type, rows, linear.outputs()).to(DType.F32).toFloats();
    }

    /** The largest difference; no number where one is none. */
    private static double furthest(float[] some, float[] others) {
        assertThat(some).hasSameSizeAs(others);
        double most = 0;
        for (int i = 0; i < some.length; i++) {
            most = Math.max(most, Math.abs((double) some[i] - others[i]));
        }
        return most;
    }

    private static MemorySegment normal(SplittableRandom random, int rows, int columns, DType type) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, rows, columns).to(type).memory();
    }

    private static float[] int8(
            ProductPaths.Int8 path, DType result, float[] x, float[] w, int rows, int outputs, int inputs) {
        float[] scales = new float[outputs];
        java.util.Arrays.fill(scales, 0.5f);
        Tensor weight = Tensor.of(w, outputs, inputs).to(DType.I8);
        Tensor input = Tensor.empty(DType.U8, Device.CPU, rows, inputs);
        for (int i = 0; i < x.length; i++) {
            input.memory().set(ValueLayout.JAVA_BYTE, i, (byte) ((int) x[i] + path.zeroPoint()));
        }
        try (LargePages pages = new LargePages(1);
                PackedLinear linear =
                        PackedLinear.int8(path, weight.memory(), scales, outputs, inputs, result, pages)) {
            return linear.forward(input).to(DType.F32).mul(2).toFloats();
        }
    }

    private static float[] wholes(SplittableRandom random, int count, int bound) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-bound, bound + 1);
        }
        return values;
    }

    private static float[] product(float[] x, float[] w, int rows, int outputs, int inputs) {
        float[] y = new float[rows * outputs];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                for (int i = 0; i < inputs; i++) {
                    sum += x[r * inputs + i] * w[o * inputs + i];
                }
                y[r * outputs + o] = (float) sum;
            }
        }
        return y;
    }

    private static void assertClose(float[] actual, float[] expected, double relative) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], Offset.offset(Math.abs(expected[i]) * relative + 1e-6));
        }
    }
}
