package io.github.coda4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp of arguments in [-{@value #LEAST_MAGNITUDE}, {@value #LEAST_MAGNITUDE}], inlined: exp(x) = 2^n * e^r with n the nearest integer of
 * x / ln 2 and e^r by a polynomial of degree 6 on [-ln 2 / 2, ln 2 / 2]. Relative error below 5e-7; a NaN stays one.
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
        FloatVector least = FloatVector.broadcast(x.species(), -LEAST_MAGNITUDE);
        return x.blend(least, x.compare(VectorOperators.LT, least));
    }

    /** Arguments above the range are lowered to its greatest one. */
    static FloatVector clampAbove(FloatVector x) {
        FloatVector most = FloatVector.broadcast(x.species(), LEAST_MAGNITUDE);
        return x.blend(most, x.compare(VectorOperators.GT, most));
    }

    static double clamp(double x) {
        return x < -LEAST_MAGNITUDE ? -LEAST_MAGNITUDE : x;
    }

    static FloatVector of(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(x, LOG2_E), broadcast(x, ROUNDER));
        FloatVector r = rounded.sub(ROUNDER).fma(broadcast(x, -LN_2), x);
        FloatVector p = r.fma(broadcast(r, 1 / 720f), broadcast(r, 1 / 120f))
                .fma(r, broadcast(r, 1 / 24f))
                .fma(r, broadcast(r, 1 / 6f))
                .fma(r, broadcast(r, 0.5f))
                .fma(r, broadcast(r, 1f))
                .fma(r, broadcast(r, 1f));
        return shift(p, rounded);
    }

    /** The same by a polynomial of degree 4: relative error below 6e-5, a thirtieth of the rounding to BF16. */
    static FloatVector coarse(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(x, LOG2_E), broadcast(x, ROUNDER));
        FloatVector r = rounded.sub(ROUNDER).fma(broadcast(x, -LN_2), x);
        FloatVector p = r.fma(broadcast(r, 1 / 24f), broadcast(r, 1 / 6f))
                .fma(r, broadcast(r, 0.5f))
                .fma(r, broadcast(r, 1f))
                .fma(r, broadcast(r, 1f));
        return shift(p, rounded);
    }

    /** p * 2^n, where n lies in the lowest bits of what was rounded. */
    private static FloatVector shift(FloatVector p, FloatVector rounded) {
        return rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(p.reinterpretAsInts())
                .reinterpretAsFloats();
    }

    private static FloatVector broadcast(FloatVector like, float value) {
        return FloatVector.broadcast(like.species(), value);
    }
}
