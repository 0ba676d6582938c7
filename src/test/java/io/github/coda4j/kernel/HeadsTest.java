package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadsTest {
    private static final float[] NONE = new float[0];
    private static final NumberKind[] KINDS = {NumberKind.F32, NumberKind.BF16};

    private static float[] angles(int count, boolean sine, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double angle = random.nextDouble() * 7;
            values[i] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 16, 40, 128})
    void a_head_equals_its_plain_twin(int headDim) {
        Random random = new Random(headDim);
        int half = headDim / 2;
        Heads heads = new Heads(headDim);
        PlainHeads plainHeads = new PlainHeads(headDim);
        for (int variant = 0; variant < 64; variant++) {
            NumberKind source = KINDS[variant & 1];
            NumberKind target = KINDS[variant >> 1 & 1];
            double magnitude = (variant >> 5 & 1) == 0 ? 1 : 1e-12;
            float[] bias = (variant >> 2 & 1) == 0 ? NONE : Twins.numbers(headDim + 3, magnitude, random);
            float[] weight = (variant >> 3 & 1) == 0 ? NONE : Twins.numbers(headDim, 1, random);
            float[] cos = (variant >> 4 & 1) == 0 ? NONE : angles(half + 5, false, random);
            float[] sin = angles(half + 5, true, random);
            float rowScale = 0.5f + variant;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = Twins.random(arena, source, 2 * headDim, magnitude, random);
                MemorySegment fast = arena.allocate((headDim + 1L) * target.bytes());
                MemorySegment plain = arena.allocate((headDim + 1L) * target.bytes());
                HeadRule rule = new HeadRule(bias, 3, weight, 1e-6, cos, sin, 0.09f);
                Elements elements = new Elements(from, source);
                heads.prepare(rule, elements, headDim, rowScale, 5, new Elements(fast, target), 1);
                plainHeads.prepare(rule, elements, headDim, rowScale, 5, new Elements(plain, target), 1);
                double largest = weight.length > 0 ? 1 : rowScale * magnitude;
                Twins.assertSame(target, fast, plain, headDim + 1, largest * 1e-6, "variant " + variant);
            }
        }
    }

    @Test
    void a_head_of_zeros_stays_zeros() {
        try (Arena arena = Arena.ofConfined()) {
            float[] weight = Twins.numbers(40, 1, new Random(1));
            MemorySegment target = arena.allocate(80);
            target.fill((byte) 1);
            MemorySegment zeros = arena.allocate(80);
            float[] cos = angles(20, false, new Random(2));
            new Heads(40)
                    .prepare(
                            new HeadRule(NONE, 0, weight, 1e-6, cos, cos, 1),
                            new Elements(zeros, NumberKind.BF16),
                            0,
                            1,
                            0,
                            new Elements(target, NumberKind.BF16),
                            0);
            for (int i = 0; i < 40; i++) {
                assertThat(PlainElements.get(target, NumberKind.BF16, i)).isZero();
            }
        }
    }

    @Test
    void a_nan_spoils_its_pair_and_with_the_norm_its_whole_head() {
        for (int where : new int[] {0, 17, 39}) {
            try (Arena arena = Arena.ofConfined()) {
                float[] head = Twins.numbers(40, 1, new Random(4));
                head[where] = Float.NaN;
                MemorySegment from = Twins.memory(arena, NumberKind.BF16, head);
                MemorySegment to = arena.allocate(80);
                float[] weight = new float[40];
                Arrays.fill(weight, 1);
                float[] cos = angles(20, false, new Random(2));
                new Heads(40)
                        .prepare(
                                new HeadRule(NONE, 0, NONE, 1e-6, cos, cos, 1),
                                new Elements(from, NumberKind.BF16),
                                0,
                                1,
                                0,
                                new Elements(to, NumberKind.BF16),
                                0);
                for (int i = 0; i < 40; i++) {
                    assertThat(Float.isNaN(PlainElements.get(to, NumberKind.BF16, i)))
                            .isEqualTo(i % 20 == where % 20);
                }
                new Heads(40)
                        .prepare(
                                new HeadRule(NONE, 0, weight, 1e-6, cos, cos, 1),
                                new Elements(from, NumberKind.BF16),
                                0,
                                1,
                                0,
                                new Elements(to, NumberKind.BF16),
                                0);
                for (int i = 0; i < 40; i++) {
                    assertThat(PlainElements.get(to, NumberKind.BF16, i)).isNaN();
                }
            }
        }
    }
}
