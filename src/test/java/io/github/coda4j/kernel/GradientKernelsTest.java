package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of the backward pass equal their plain twins. */
class GradientKernelsTest {
    private static final NumberKind[] KINDS = {NumberKind.F32, NumberKind.BF16};
    private static final int T = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void gradients_of_the_norm(int width) {
        Random random = new Random(width);
        for (NumberKind kind : KINDS) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment residual = Twins.random(arena, NumberKind.F32, T * width, 3, random);
                MemorySegment dy = Twins.random(arena, kind, T * width, 2, random);
                float[] weight = Twins.numbers(width, 1.5, random);
                MemorySegment fast = Twins.random(arena, NumberKind.F32, T * width, 1, random);
                MemorySegment plain = Twins.copy(arena, fast);
                float[] fastWeight = Twins.numbers(width, 1, random);
                float[] plainWeight = fastWeight.clone();
                NormGradients gradients = new NormGradients(width);
                for (int t = 0; t < T; t++) {
                    gradients.backward(residual, t, weight, 1e-6, dy, kind, T - 1 - t, fast, fastWeight);
                    new PlainNormGradients(width)
                            .backward(residual, t, weight, 1e-6, dy, kind, T - 1 - t, plain, plainWeight);
                }
                Twins.assertSame(NumberKind.F32, fast, plain, T * width, 2e-5, "dx");
                assertClose(fastWeight, plainWeight, 1e-5f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 14, 26, 66, 128, 256})
    void gradients_of_prepared_heads(int headDim) {
        Random random = new Random(headDim);
        float[] none = new float[0];
        for (NumberKind kind : KINDS) {
            for (int variant = 0; variant < 4; variant++) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment source = Twins.random(arena, kind, 5 + headDim, 2, random);
                    MemorySegment given = Twins.random(arena, kind, 3 + headDim, 2, random);
                    float[] bias = variant == 3 ? Twins.numbers(4 + headDim, 1, random) : none;
                    float[] norm = variant == 0 ? none : Twins.numbers(headDim, 1.5, random);
                    float[] cos = variant == 1 ? none : Twins.numbers(2 + headDim / 2, 1, random);
                    float[] sin = Twins.numbers(2 + headDim / 2, 1, random);
                    float[] fastNorm = Twins.numbers(headDim, 1, random);
                    float[] plainNorm = fastNorm.clone();
                    MemorySegment plain = Twins.copy(arena, source);
                    HeadRule rule = new HeadRule(bias, 4, norm, 1e-6, cos, sin, 0.3f);
                    new PlainHeadGradients(headDim).prepare(rule, new Elements(plain, kind), 5, 2, given, 3, plainNorm);
                    MemorySegment fast = Twins.copy(arena, source);
                    new HeadGradients(headDim).prepare(rule, new Elements(fast, kind), 5, 2, given, 3, fastNorm);
                    String what = "variant " + variant;
                    Twins.assertSame(kind, fast, plain, 5 + headDim, 1e-5, what);
                    assertClose(fastNorm, plainNorm, 1e-5f);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 14, 66, 128})
    void joined_heads_are_dealt_out_with_their_dots(int headDim) {
        Random random = new Random(headDim);
        int heads = 3;
        int tokens = 5;
        for (NumberKind kind : KINDS) {
            try (Arena arena = Arena.ofConfined()) {
                int count = 2 * heads * headDim;
                MemorySegment joined = Twins.random(arena, kind, count, 1, random);
                MemorySegment gradient = Twins.random(arena, kind, count, 1, random);
                MemorySegment fast = arena.allocate((7L + heads * tokens * headDim) * kind.bytes());
                MemorySegment plain = Twins.copy(arena, fast);
                float[] fastDots = new float[2 + heads * tokens];
                float[] plainDots = new float[2 + heads * tokens];
                Elements outputs = new Elements(joined, kind);
                new HeadGradients(headDim)
                        .scatter(outputs, gradient, 1, folded(fast, kind, fastDots, heads, tokens, headDim), 4);
                new PlainHeadGradients(headDim)
                        .scatter(outputs, gradient, 1, folded(plain, kind, plainDots, heads, tokens, headDim), 4);
                Twins.assertSame(kind, fast, plain, 7 + heads * tokens * headDim, 0, "folded");
                assertClose(fastDots, plainDots, 1e-5f);
            }
        }
    }

    private static FoldedHeads folded(
            MemorySegment memory, NumberKind kind, float[] dots, int heads, int tokens, int headDim) {
        return new FoldedHeads(new Elements(memory, kind), 7, dots, 2, heads, tokens, headDim);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void gradients_of_the_gate(int width) {
        Random random = new Random(width);
        for (double magnitude : new double[] {0.1, 3, 100}) {
            for (NumberKind kind : KINDS) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment fast = Twins.random(arena, kind, T * 2 * width, magnitude, random);
                    MemorySegment plain = Twins.copy(arena, fast);
                    MemorySegment fastGated = Twins.random(arena, kind, T * width, 2, random);
                    MemorySegment plainGated = Twins.copy(arena, fastGated);
                    GateGradients gradients = new GateGradients(width);
                    for (int t = 0; t < T; t++) {
                        gradients.backward(fast, fastGated, kind, t);
                        new PlainGateGradients(width).backward(plain, plainGated, kind, t);
                    }
                    String what = "magnitude " + magnitude;
                    Twins.assertSame(kind, fast, plain, T * 2 * width, magnitude * magnitude * 2e-6, what);
                    Twins.assertSame(kind, fastGated, plainGated, T * width, magnitude * magnitude * 1e-6, what);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void probabilities_and_gradients_of_transposed_scores(int columns) {
        Random random = new Random(columns);
        for (NumberKind kind : KINDS) {
            try (Arena arena = Arena.ofConfined()) {
                int count = 5 + T * columns;
                MemorySegment fast = Twins.random(arena, kind, count, 9, random);
                MemorySegment plain = Twins.copy(arena, fast);
                float[] sums = Twins.numbers(columns + 2, 9, random);
                ScoreGradients.probabilities(fast, kind, 5, T, columns, sums, 2);
                PlainScoreGradients.probabilities(plain, kind, 5, T, columns, sums, 2);
                Twins.assertSame(kind, fast, plain, count, 1e-30, "probabilities");
                MemorySegment fastGradient = Twins.random(arena, kind, count, 2, random);
                MemorySegment plainGradient = Twins.copy(arena, fastGradient);
                float[] dots = Twins.numbers(columns + 3, 1, random);
                ScoreGradients.backward(plain, fastGradient, kind, 5, T, columns, dots, 3);
                PlainScoreGradients.backward(plain, plainGradient, kind, 5, T, columns, dots, 3);
                Twins.assertSame(kind, fastGradient, plainGradient, count, 1e-6, "gradients");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void log_sums_make_probabilities_of_scores(int columns) {
        Random random = new Random(columns);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scores = Twins.random(arena, NumberKind.F32, T * columns, 9, random);
            MemorySegment exponentials = Twins.copy(arena, scores);
            float[] inverse = new float[T + 1];
            float[] logSums = new float[T + 1];
            Softmax.exponentiate(exponentials, NumberKind.F32, 0, T, columns, inverse, logSums, 1);
            for (int i = 0; i < T * columns; i++) {
                int row = 1 + i / columns;
                double expected = PlainElements.get(exponentials, NumberKind.F32, i) * inverse[row];
                assertThat(Math.exp(PlainElements.get(scores, NumberKind.F32, i) - logSums[row]))
                        .isCloseTo(expected, within(1e-5 * expected + 1e-30));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void cross_entropy_and_its_gradient(int width) {
        Random random = new Random(width);
        for (double magnitude : new double[] {0.01, 4, 60}) {
            for (NumberKind kind : KINDS) {
                for (float factor : new float[] {0, 1, -0.3f}) {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment fast = Twins.random(arena, kind, 3 + width, magnitude, random);
                        MemorySegment plain = Twins.copy(arena, fast);
                        int target = random.nextInt(width);
                        float loss = new CrossEntropy(width).backward(fast, kind, 3, target, factor);
                        double expected = PlainCrossEntropy.backward(plain, kind, 3, width, target, factor);
                        assertThat((double) loss).isCloseTo(expected, within(1e-6 * (1 + magnitude)));
                        Twins.assertSame(kind, fast, plain, 3 + width, 1e-6, "factor " + factor);
                    }
                }
            }
        }
    }

    @Test
    void a_nan_among_the_logits_makes_the_loss_nan() {
        for (int width : new int[] {7, 33}) {
            for (int where : new int[] {0, width / 2, width - 1}) {
                try (Arena arena = Arena.ofConfined()) {
                    float[] row = Twins.numbers(width, 1, new Random(4));
                    row[where] = Float.NaN;
                    MemorySegment logits = Twins.memory(arena, NumberKind.F32, row);
                    assertThat(new CrossEntropy(width).backward(logits, NumberKind.F32, 0, 1, 1))
                            .isNaN();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void sums_and_copies(int count) {
        Random random = new Random(count);
        for (NumberKind kind : KINDS) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment a = Twins.random(arena, NumberKind.F32, 2 + count, 1, random);
                MemorySegment b = Twins.random(arena, kind, 3 + count, 1, random);
                MemorySegment fast = arena.allocate((1L + count) * 4);
                MemorySegment plain = Twins.copy(arena, fast);
                Sums.sum(a, 2, b, kind, 3, fast, 1, count);
                PlainSums.sum(a, 2, b, kind, 3, plain, 1, count);
                Sums.add(b, kind, 3, fast, 1, count);
                PlainSums.sum(plain, 1, b, kind, 3, plain, 1, count);
                Twins.assertSame(NumberKind.F32, fast, plain, 1 + count, 1e-6, "sums");
                float[] fastArray = Twins.numbers(count, 1, random);
                float[] plainArray = fastArray.clone();
                Sums.addToArray(b, kind, 3, fastArray);
                PlainSums.addToArray(b, kind, 3, plainArray);
                assertThat(fastArray).isEqualTo(plainArray);
                MemorySegment fastCopy = arena.allocate((4L + count) * kind.bytes());
                MemorySegment plainCopy = Twins.copy(arena, fastCopy);
                Sums.convert(a, 2, fastCopy, kind, 4, count);
                PlainSums.convert(a, 2, plainCopy, kind, 4, count);
                assertThat(fastCopy.mismatch(plainCopy)).isEqualTo(-1);
            }
        }
    }

    private static void assertClose(float[] fast, float[] plain, float slack) {
        assertThat(fast).usingComparatorWithPrecision(slack).containsExactly(plain);
    }
}
