package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.testkit.GoldenModels;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * bfloat16 and int8 stay close to 32-bit floats. The golden models have large random weights and 32 to 64 channels, so
 * that a rounding error grows from layer to layer as in no trained model: single rows fall to about 0.97 even when int8
 * is emulated exactly in 32-bit arithmetic (docs/LOG.md). The mean is held here.
 */
class ReducedPrecisionTest {
    private static final double LEAST_MEAN_COSINE = 0.995;

    static List<String> models() {
        return List.of("a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked");
    }

    @ParameterizedTest
    @MethodSource("models")
    void bf16_logits_point_where_fp32_logits_point(String model) {
        assertThat(meanCosine(model, Precision.FP32, EngineKind.FAST, Precision.BF16, EngineKind.FAST))
                .isGreaterThan(LEAST_MEAN_COSINE);
        assertThat(meanCosine(model, Precision.FP32, EngineKind.PLAIN, Precision.BF16, EngineKind.PLAIN))
                .isGreaterThan(LEAST_MEAN_COSINE);
    }

    @ParameterizedTest
    @MethodSource("models")
    void int8_logits_point_where_bf16_logits_point(String model) {
        assertThat(meanCosine(model, Precision.BF16, EngineKind.FAST, Precision.INT8, EngineKind.FAST))
                .isGreaterThan(LEAST_MEAN_COSINE);
    }

    @Test
    void int8_is_available_where_these_tests_run() {
        assertThat(PackedLinear.int8Supported()).isTrue();
    }

    private static double meanCosine(String model, Precision a, EngineKind engineA, Precision b, EngineKind engineB) {
        try (Transformer first = GoldenModels.open(model, engineA, a, 2);
                Transformer second = GoldenModels.open(model, engineB, b, 2)) {
            SplittableRandom random = new SplittableRandom(7);
            double sum = 0;
            int rows = 0;
            for (int length : new int[] {1, 7, 33, 128}) {
                int[] ids = random.ints(length, 0, first.vocabSize()).toArray();
                float[] x = first.logits(ids);
                float[] y = second.logits(ids);
                for (int row = 0; row < length; row++) {
                    sum += cosine(x, y, row * first.vocabSize(), first.vocabSize());
                    rows++;
                }
            }
            return sum / rows;
        }
    }

    private static double cosine(float[] x, float[] y, int first, int count) {
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = first; i < first + count; i++) {
            xy += (double) x[i] * y[i];
            xx += (double) x[i] * x[i];
            yy += (double) y[i] * y[i];
        }
        return xy / Math.sqrt(xx * yy);
    }
}
