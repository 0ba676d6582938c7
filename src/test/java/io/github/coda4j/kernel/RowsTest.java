package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTest {
    private static final int T = 3;
    private static final NumberKind[] SOURCES = {NumberKind.F32, NumberKind.BF16};

    private static void assertGatesAgree(Sharded gateUp, float[] scale, NumberKind kind, String what) {
        int width = gateUp.width() / 2;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fast = arena.allocate((long) T * width * kind.bytes());
            MemorySegment plain = arena.allocate((long) T * width * kind.bytes());
            float[] fastScale = new float[T];
            float[] plainScale = new float[T];
            Rows rows = new Rows();
            for (int t = 0; t < T; t++) {
                rows.gate(gateUp, scale, t, fast, kind, fastScale);
                new PlainRows().gate(gateUp, scale, t, plain, kind, plainScale);
                Twins.assertSameScale(fastScale[t], plainScale[t], what);
            }
            Twins.assertSame(kind, fast, plain, T * width, 1e-28, what);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void the_gate_equals_its_plain_twin(int width) {
        Random random = new Random(width);
        try (Arena arena = Arena.ofConfined()) {
            for (double magnitude : new double[] {1e-10, 1, 30, 1e4}) {
                for (int[] widths : Twins.partings(2 * width, 2)) {
                    for (NumberKind source : SOURCES) {
                        Sharded gateUp = Twins.sharded(arena, source, T, widths, magnitude, random);
                        for (NumberKind kind : NumberKind.values()) {
                            String what = source + " in " + widths.length + " parts, magnitude " + magnitude;
                            assertGatesAgree(gateUp, new float[] {1, 0.41f, 1.7f}, kind, what);
                        }
                    }
                }
            }
        }
    }

    @Test
    void gates_of_zeros_and_of_vanishing_numbers_are_zeros() {
        try (Arena arena = Arena.ofConfined()) {
            for (double magnitude : new double[] {0, 1e-25}) {
                Sharded gateUp = Twins.sharded(arena, NumberKind.F32, T, new int[] {66}, magnitude, new Random(1));
                for (NumberKind kind : NumberKind.values()) {
                    assertGatesAgree(gateUp, new float[] {1, 1, 1}, kind, "magnitude " + magnitude);
                }
                float[] scale = {1, 1, 1};
                MemorySegment out = arena.allocate(T * 33);
                new Rows().gate(gateUp, scale, 1, out, NumberKind.U8, scale);
                assertThat(scale[1]).isZero();
                assertThat(out.get(ValueLayout.JAVA_BYTE, 33)).isEqualTo((byte) 128);
                new Rows().gate(gateUp, scale, 2, out, NumberKind.U7, scale);
                assertThat(scale[2]).isZero();
                assertThat(out.get(ValueLayout.JAVA_BYTE, 66)).isEqualTo((byte) 64);
            }
        }
    }

    @Test
    void a_gate_with_nan_is_nan_and_spoils_the_scale_of_its_row() {
        try (Arena arena = Arena.ofConfined()) {
            for (NumberKind source : SOURCES) {
                for (int where : new int[] {3, 32, 40, 65}) {
                    float[] numbers = Twins.numbers(66, 1, new Random(2));
                    numbers[where] = Float.NaN;
                    Sharded gateUp = new Sharded(1, new int[] {66}, source);
                    gateUp.parts()[0] = Twins.memory(arena, source, numbers);
                    MemorySegment out = arena.allocate(33 * 4);
                    float[] scale = {1};
                    for (NumberKind kind : SOURCES) {
                        new Rows().gate(gateUp, new float[] {1}, 0, out, kind, scale);
                        assertThat(PlainElements.get(out, kind, where % 33)).isNaN();
                        assertThat(PlainElements.get(out, kind, (where + 1) % 33))
                                .isFinite();
                    }
                    for (NumberKind kind : new NumberKind[] {NumberKind.U8, NumberKind.U7}) {
                        new Rows().gate(gateUp, new float[] {1}, 0, out, kind, scale);
                        assertThat(scale[0])
                                .as("NaN at %d of %s", where, source)
                                .isNaN();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 16, 40, 128})
    void gathering_heads_equals_its_plain_twin(int headDim) {
        int heads = 5;
        int tokens = 4;
        int width = heads * headDim;
        Random random = new Random(headDim);
        try (Arena arena = Arena.ofConfined()) {
            float[] inverseSums = Twins.numbers(3 + heads * tokens, 2, random);
            for (NumberKind source : SOURCES) {
                MemorySegment folded = Twins.random(arena, source, headDim + tokens * width, 1, random);
                FoldedHeads from =
                        new FoldedHeads(new Elements(folded, source), headDim, inverseSums, 3, heads, tokens, headDim);
                for (NumberKind kind : NumberKind.values()) {
                    MemorySegment fast = arena.allocate((long) 2 * width * kind.bytes());
                    MemorySegment plain = arena.allocate((long) 2 * width * kind.bytes());
                    float[] fastScale = new float[2];
                    float[] plainScale = new float[2];
                    for (int row = 0; row < 2; row++) {
                        int token = 3 - row;
                        new Rows().gatherHeads(from, token, new Elements(fast, kind), fastScale, row);
                        new PlainRows().gatherHeads(from, token, new Elements(plain, kind), plainScale, row);
                        Twins.assertSameScale(fastScale[row], plainScale[row], source + " to " + kind);
                    }
                    Twins.assertSame(kind, fast, plain, 2 * width, 0, "from " + source);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void joining_and_copying_equal_their_plain_twins(int width) {
        Random random = new Random(200 + width);
        try (Arena arena = Arena.ofConfined()) {
            for (NumberKind kind : SOURCES) {
                for (int[] widths : Twins.partings(width, 1)) {
                    Sharded parts = Twins.sharded(arena, kind, T, widths, 1e10, random);
                    MemorySegment fast = arena.allocate(4L * (width + 5));
                    MemorySegment plain = arena.allocate(4L * (width + 5));
                    new Rows().join(parts, 2, 0.3f, fast, 5);
                    new PlainRows().join(parts, 2, 0.3f, plain, 5);
                    Twins.assertSame(NumberKind.F32, fast, plain, width + 5, 0, "join of " + kind);
                }
                MemorySegment source = Twins.random(arena, kind, width + 9, 1e-30, random);
                MemorySegment copy = arena.allocate(4L * (width + 2));
                new Rows().copy(source, kind, 9, width, copy, 2);
                MemorySegment plain = arena.allocate(4L * (width + 2));
                new PlainRows().copy(source, kind, 9, width, plain, 2);
                assertThat(copy.mismatch(plain)).as("copy of %s", kind).isEqualTo(-1);
            }
        }
    }
}
