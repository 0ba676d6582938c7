package io.github.coda4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp of arguments in [-{@value #LEAST_MAGNITUDE}, {@value #LEAST_MAGNITUDE}], inlined: exp(x) = 2^n * e^r with n the
 * nearest integer of x / ln 2 and e^r by a polynomial of degree 5 on [-ln 2 / 2, ln 2 / 2], whose coefficients make the
 * greatest relative error least. It is below 5e-7; a NaN stays one.
 */
final class Exp {
    static final float LEAST_MAGNITUDE = 86;

    private static final float LOG2_E = 1.44269504f;
    private static final float LN_2 = 0.693147181f;
    /** Adding 1.5 * 2^23 rounds to an integer and leaves it in the lowest bits. */
    private static final float ROUNDER = 12_582_912f;

    private Exp() {}

    /** Arguments below the range are raised to its least one, whose exp counts as nothing. */
    static FloatVector clamp(FloatVector x) {
        FloatVector least = all(-LEAST_MAGNITUDE);
        return x.blend(least, x.compare(VectorOperators.LT, least));
    }

    /** Arguments above the range are lowered to its greatest one. */
    static FloatVector clampAbove(FloatVector x) {
        FloatVector most = all(LEAST_MAGNITUDE);
        return x.blend(most, x.compare(VectorOperators.GT, most));
    }

    static double clamp(double x) {
        return x < -LEAST_MAGNITUDE ? -LEAST_MAGNITUDE : x;
    }

    static FloatVector of(FloatVector x) {
        FloatVector rounded = x.fma(all(LOG2_E), all(ROUNDER));
        FloatVector r = rounded.sub(all(ROUNDER)).fma(all(-LN_2), x);
        FloatVector p = r.fma(all(0.00829027f), all(0.04189816f))
                .fma(r, all(0.16667638f))
                .fma(r, all(0.49999148f))
                .fma(r, all(0.99999971f))
                .fma(r, all(1));
        return shift(p, rounded);
    }

    /** The same by a polynomial of degree 4: relative error below 4e-6, far below the rounding to BF16. */
    static FloatVector coarse(FloatVector x) {
        FloatVector rounded = x.fma(all(LOG2_E), all(ROUNDER));
        FloatVector r = rounded.sub(all(ROUNDER)).fma(all(-LN_2), x);
        FloatVector p = r.fma(all(0.04151368f), all(0.16787592f))
                .fma(r, all(0.5000302f))
                .fma(r, all(0.99996677f))
                .fma(r, all(1));
        return shift(p, rounded);
    }

    /** p * 2^n, where n lies in the lowest bits of what was rounded. */
    private static FloatVector shift(FloatVector p, FloatVector rounded) {
        return rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(p.reinterpretAsInts())
                .reinterpretAsFloats();
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }
}
