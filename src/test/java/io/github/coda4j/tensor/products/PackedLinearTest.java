package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packed products against sums in double. */
class PackedLinearTest {
    @ParameterizedTest
    @CsvSource({"1,16,16", "7,33,40", "32,128,64", "33,48,207", "128,20,13"})
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
            try (LargePages pages = new LargePages(1);
                    PackedLinear linear = PackedLinear.bf16(narrow.memory(), outputs, inputs, pages)) {
                float[] actual = linear.forward(Tensor.of(x, rows, inputs).to(DType.BF16))
                        .toFloats();
                assertClose(actual, expected, 1.0 / 128);
            }
            try (PackedLinear linear = PackedLinear.Plain.of(narrow.memory(), DType.BF16, outputs, inputs)) {
                float[] actual = linear.forward(Tensor.of(x, rows, inputs).to(DType.BF16))
                        .toFloats();
                assertClose(actual, expected, 1.0 / 128);
            }
            assertClose(int8(x, w, rows, outputs, inputs), expected, 1e-6);
        }
    }

    @Test
    void large_int8_sums_do_not_saturate() {
        int inputs = 6144;
        float[] x = new float[inputs];
        float[] w = new float[16 * inputs];
        java.util.Arrays.fill(x, 127);
        java.util.Arrays.fill(w, 127);
        try (Scope _ = Scope.open()) {
            float expected = 127f * 127f * inputs;
            assertThat(int8(x, w, 1, 16, inputs)[0])
                    .isCloseTo(expected, org.assertj.core.data.Offset.offset(expected * 1e-6f));
        }
    }

    @Test
    void memory_that_is_too_small_is_refused() {
        try (Scope _ = Scope.open();
                LargePages pages = new LargePages(1);
                PackedLinear linear = PackedLinear.bf16(
                        Tensor.zeros(DType.BF16, Device.CPU, 4, 8).memory(), 4, 8, pages)) {
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
                        results[worker] = int8(x, w, 6, 24, 40);
                    }
                });
                assertThat(results[0]).containsExactly(expected);
                assertThat(results[1]).containsExactly(expected);
            }
        }
    }

    private static float[] int8(float[] x, float[] w, int rows, int outputs, int inputs) {
        float[] scales = new float[outputs];
        java.util.Arrays.fill(scales, 0.5f);
        Tensor weight = Tensor.of(w, outputs, inputs).to(DType.I8);
        Tensor input = Tensor.empty(DType.U8, Device.CPU, rows, inputs);
        for (int i = 0; i < x.length; i++) {
            input.memory().set(ValueLayout.JAVA_BYTE, i, (byte) ((int) x[i] + 128));
        }
        try (LargePages pages = new LargePages(1);
                PackedLinear linear = PackedLinear.int8(weight.memory(), scales, outputs, inputs, DType.F32, pages)) {
            return linear.forward(input).mul(2).toFloats();
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
                    .isCloseTo(
                            expected[i], org.assertj.core.data.Offset.offset(Math.abs(expected[i]) * relative + 1e-6));
        }
    }
}
