package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormsTest {
    private static final int T = 3;

    private static void assertNormsAgree(
            MemorySegment residual, int width, float[] weight, double eps, NumberKind kind, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fast = arena.allocate((long) T * width * kind.bytes());
            MemorySegment plain = arena.allocate((long) T * width * kind.bytes());
            float[] fastScale = new float[T];
            float[] plainScale = new float[T];
            Norms norms = new Norms(width);
            for (int t = 0; t < T; t++) {
                int outRow = T - 1 - t;
                norms.norm(residual, t, weight, eps, fast, kind, fastScale, outRow);
                new PlainNorms(width).norm(residual, t, weight, eps, plain, kind, plainScale, outRow);
            }
            Twins.assertSame(kind, fast, plain, T * width, 0, what);
            for (int t = 0; t < T; t++) {
                Twins.assertSameScale(fastScale[t], plainScale[t], what);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void the_norm_equals_its_plain_twin(int width) {
        Random random = new Random(width);
        try (Arena arena = Arena.ofConfined()) {
            for (double magnitude : new double[] {1e-20, 1, 1e15}) {
                MemorySegment residual = Twins.random(arena, NumberKind.F32, T * width, magnitude, random);
                float[] weight = Twins.numbers(width, 1.5, random);
                for (NumberKind kind : NumberKind.values()) {
                    assertNormsAgree(residual, width, weight, 1e-6, kind, "magnitude " + magnitude);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(NumberKind.class)
    void the_norm_of_zeros_is_zeros(NumberKind kind) {
        try (Arena arena = Arena.ofConfined()) {
            float[] weight = Twins.numbers(33, 1, new Random(3));
            assertNormsAgree(arena.allocate(T * 33 * 4L), 33, weight, 1e-6, kind, "zeros");
        }
    }

    @Test
    void a_row_with_nan_or_infinity_is_not_finite_afterwards() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int where : new int[] {0, 20, 32}) {
                try (Arena arena = Arena.ofConfined()) {
                    float[] row = Twins.numbers(33, 1, new Random(5));
                    row[where] = bad;
                    float[] weight = new float[33];
                    Arrays.fill(weight, 1);
                    MemorySegment out = arena.allocate(33 * 4L);
                    float[] scale = new float[1];
                    MemorySegment residual = Twins.memory(arena, NumberKind.F32, row);
                    new Norms(33).norm(residual, 0, weight, 1e-6, out, NumberKind.U8, scale, 0);
                    assertThat(scale[0]).as("%s at %d", bad, where).isNaN();
                    new Norms(33).norm(residual, 0, weight, 1e-6, out, NumberKind.F32, scale, 0);
                    assertThat(PlainElements.get(out, NumberKind.F32, where)).isNaN();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void the_residual_sum_equals_its_plain_twin(int width) {
        Random random = new Random(100 + width);
        try (Arena arena = Arena.ofConfined()) {
            for (double magnitude : new double[] {1e-20, 1, 1e30}) {
                for (NumberKind kind : new NumberKind[] {NumberKind.F32, NumberKind.BF16}) {
                    for (int[] widths : Twins.partings(width, 1)) {
                        MemorySegment fast = Twins.random(arena, NumberKind.F32, T * width, magnitude, random);
                        MemorySegment plain = Twins.copy(arena, fast);
                        Sharded delta = Twins.sharded(arena, kind, T, widths, magnitude, random);
                        float[] bias = widths.length == 2 ? new float[0] : Twins.numbers(width, magnitude, random);
                        float[] scale = {1, 0.37f, -1.9f};
                        Norms norms = new Norms(width);
                        for (int t = 0; t < T; t++) {
                            norms.add(fast, delta, scale, bias, t);
                            new PlainNorms(width).add(plain, delta, scale, bias, t);
                        }
                        String what = kind + " in " + widths.length + " parts, magnitude " + magnitude;
                        Twins.assertSame(NumberKind.F32, fast, plain, T * width, magnitude * 1e-6, what);
                    }
                }
            }
        }
    }
}
