package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class ExpTest {
    private static float[] apply(UnaryOperator<FloatVector> function, float x) {
        return function.apply(FloatVector.broadcast(Lanes.FLOATS, x)).toArray();
    }

    @Test
    void exponentials_are_as_exact_as_they_say_over_their_whole_range() {
        for (float x = -Exp.LEAST_MAGNITUDE; x <= Exp.LEAST_MAGNITUDE; x += 0.00917f) {
            double exact = Math.exp(x);
            assertThat((double) apply(Exp::of, x)[0]).as("exp(%s)", x).isCloseTo(exact, within(exact * 5e-7));
            assertThat((double) apply(Exp::coarse, x)[0])
                    .as("coarse exp(%s)", x)
                    .isCloseTo(exact, within(exact * 4e-6));
        }
        assertThat(apply(Exp::of, 0)).containsOnly(1);
        assertThat(apply(Exp::coarse, 0)).containsOnly(1);
    }

    @Test
    void nan_stays_nan_and_what_lies_outside_the_range_is_moved_to_its_ends() {
        for (int nan : new int[] {0x7FC00000, 0xFFC00000}) {
            float x = Float.intBitsToFloat(nan);
            assertThat(apply(v -> Exp.of(Exp.clampAbove(Exp.clamp(v))), x)[0]).isNaN();
            assertThat(apply(v -> Exp.coarse(Exp.clampAbove(Exp.clamp(v))), x)[0])
                    .isNaN();
        }
        assertThat(apply(Exp::clamp, Float.NEGATIVE_INFINITY)).containsOnly(-Exp.LEAST_MAGNITUDE);
        assertThat(apply(Exp::clampAbove, Float.POSITIVE_INFINITY)).containsOnly(Exp.LEAST_MAGNITUDE);
    }
}
