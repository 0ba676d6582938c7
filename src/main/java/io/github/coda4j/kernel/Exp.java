package io.github.coda4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp of arguments in [-{@value #LEAST_MAGNITUDE}, 0], inlined: exp(x) = 2^n * 2^f with n the nearest integer of x / ln 2 and 2^f by a
 * polynomial of degree 6 on [-1/2, 1/2]. Relative error below 1e-6 + |x| * 1e-7: what is small may be less exact.
 */
final class Exp {
    static final float LEAST_MAGNITUDE = 86;

    private static final float LOG2_E = 1.44269504f;
    /** Adding 1.5 * 2^23 rounds to an integer and leaves it in the lowest bits. */
    private static final float ROUNDER = 12_582_912f;

    private Exp() {}

    /** Arguments below the range are raised to its least one, whose exp counts as nothing. */
    static FloatVector clamp(FloatVector x) {
        FloatVector least = FloatVector.broadcast(x.species(), -LEAST_MAGNITUDE);
        return x.blend(least, x.compare(VectorOperators.LT, least));
    }

    static double clamp(double x) {
        return x < -LEAST_MAGNITUDE ? -LEAST_MAGNITUDE : x;
    }

    static FloatVector of(FloatVector x) {
        FloatVector scaled = x.mul(LOG2_E);
        FloatVector rounded = scaled.add(ROUNDER);
        FloatVector f = scaled.sub(rounded.sub(ROUNDER));
        // Taylor coefficients of 2^f: ln(2)^k / k!
        FloatVector p = f.fma(broadcast(f, 1.5403530e-4f), broadcast(f, 1.3333558e-3f))
                .fma(f, broadcast(f, 9.6181291e-3f))
                .fma(f, broadcast(f, 5.5504109e-2f))
                .fma(f, broadcast(f, 2.4022651e-1f))
                .fma(f, broadcast(f, 6.9314718e-1f))
                .fma(f, broadcast(f, 1f));
        return rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(p.reinterpretAsInts())
                .reinterpretAsFloats();
    }

    private static FloatVector broadcast(FloatVector like, float value) {
        return FloatVector.broadcast(like.species(), value);
    }
}
