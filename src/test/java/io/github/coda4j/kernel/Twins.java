package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Operands for kernels and their plain twins, and the comparison of what both wrote. */
final class Twins {
    private static final float[] SPECIAL = {0, -0f, 1, -1};

    private Twins() {}

    /** Normal numbers times the magnitude, with a few zeros and ones among them. */
    static float[] numbers(int count, double magnitude, Random random) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            double x = random.nextInt(10) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextGaussian();
            numbers[i] = (float) (x * magnitude);
        }
        return numbers;
    }

    static MemorySegment memory(Arena arena, NumberKind kind, float... numbers) {
        MemorySegment memory = arena.allocate(Math.max(1, (long) numbers.length * kind.bytes()));
        for (int i = 0; i < numbers.length; i++) {
            PlainElements.put(numbers[i], memory, kind, i);
        }
        return memory;
    }

    static MemorySegment random(Arena arena, NumberKind kind, int count, double magnitude, Random random) {
        return memory(arena, kind, numbers(count, magnitude, random));
    }

    /** A matrix of random numbers in parts of the given widths. */
    static Sharded sharded(Arena arena, NumberKind kind, int rows, int[] widths, double magnitude, Random random) {
        Sharded sharded = new Sharded(widths.length, widths, kind);
        for (int p = 0; p < widths.length; p++) {
            sharded.parts()[p] = random(arena, kind, rows * widths[p], magnitude, random);
        }
        return sharded;
    }

    /** The width in one, two or three parts, none like another, one perhaps empty; each a multiple of {@code unit}. */
    static int[][] partings(int width, int unit) {
        int third = width / unit / 3 * unit;
        return new int[][] {{width}, {third, width - third}, {third, width - 2 * third, third}};
    }

    static MemorySegment copy(Arena arena, MemorySegment memory) {
        return arena.allocate(memory.byteSize()).copyFrom(memory);
    }

    /**
     * The same elements: F32 to 1e-6, BF16 to its last bit, bytes to a step. An absolute difference of {@code slack} is
     * no difference: that of sums whose terms cancel each other.
     */
    static void assertSame(
            NumberKind kind, MemorySegment fast, MemorySegment plain, int count, double slack, String what) {
        for (int i = 0; i < count; i++) {
            String where = what + ", " + kind + " element " + i;
            if (kind.isQuantized()) {
                assertThat(fast.get(ValueLayout.JAVA_BYTE, i) & 0xFF)
                        .as(where)
                        .isCloseTo(plain.get(ValueLayout.JAVA_BYTE, i) & 0xFF, within(1));
                continue;
            }
            float a = PlainElements.get(fast, kind, i);
            float b = PlainElements.get(plain, kind, i);
            if (Float.isNaN(b) || Math.abs(a - b) <= slack) {
                assertThat(Float.isNaN(a)).as(where).isEqualTo(Float.isNaN(b));
            } else if (kind == NumberKind.F32) {
                assertThat(a).as(where).isCloseTo(b, within(Math.abs(b) * 1e-6f));
            } else {
                assertThat(ordinal(a)).as(where + ": %s and %s", a, b).isCloseTo(ordinal(b), within(1));
            }
        }
    }

    static void assertSameScale(float fast, float plain, String what) {
        if (Float.isFinite(plain)) {
            assertThat(fast).as("scale of %s", what).isCloseTo(plain, within(plain * 1e-6f));
        } else {
            assertThat(fast).as("scale of %s", what).isEqualTo(plain);
        }
    }

    /** BF16 numbers counted in order. */
    private static int ordinal(float value) {
        int bits = Float.floatToRawIntBits(value) >> 16;
        return bits < 0 ? -(bits & 0x7FFF) : bits;
    }
}
