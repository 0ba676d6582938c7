package io.github.coda4j.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.tensor.products.ProductPaths;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel against its plain twin, and the layout against the weight that it holds. */
@Tag("slow")
class PanelKernelTest {
    private static final int[] SIZES = {1, 7, 8, 9, 33, 48, 207};
    private static final int ZERO_POINT = 128;
    private static boolean hasVnni;
    private static boolean hasBf16;

    @BeforeAll
    static void ask() throws IOException {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        String flags = Files.exists(cpuInfo) ? Files.readString(cpuInfo) : "";
        hasVnni = flags.contains("avx512_vnni");
        hasBf16 = flags.contains("avx512_bf16");
    }

    /** What is multiplied: bytes of a weight, or 4 bits with groups. */
    private record Case(int rows, int outputs, int inputs, int group, SplittableRandom random) {
        PanelWeight weight(Arena arena, Bytes values) {
            float[] scales = new float[outputs];
            for (int i = 0; i < outputs; i++) {
                scales[i] = (float) random.nextDouble(0.001, 1);
            }
            if (group == 0) {
                MemorySegment w = bytes(arena, outputs * inputs, values);
                PanelWeight packed = PanelWeight.int8(rows(w, inputs), scales, inputs, ZERO_POINT, arena, arena);
                for (int i = 0; i < outputs * inputs; i++) {
                    assertThat(packed.value(i / inputs, i % inputs)).isEqualTo(w.get(ValueLayout.JAVA_BYTE, i));
                }
                return packed;
            }
            int groups = Math.ceilDiv(inputs, group);
            MemorySegment q = bytes(arena, outputs * inputs / 2, values);
            MemorySegment g = bytes(arena, outputs * groups, values);
            for (int i = 0; i < outputs * groups; i++) {
                int step = (g.get(ValueLayout.JAVA_BYTE, i) & 15) + 1;
                // What fits a signed byte on both sides.
                int zero = Math.clamp(g.get(ValueLayout.JAVA_BYTE, i) >> 4 & 15, 15 - 127 / step, 128 / step);
                g.set(ValueLayout.JAVA_BYTE, i, (byte) (step - 1 | Math.min(zero, 15) << 4));
            }
            PanelWeight packed = PanelWeight.int4(
                    rows(q, inputs / 2), rows(g, groups), scales, inputs, group, ZERO_POINT, arena, arena);
            for (int i = 0; i < outputs * inputs; i++) {
                byte both = g.get(ValueLayout.JAVA_BYTE, (long) i / inputs * groups + i % inputs / group);
                int value = q.get(ValueLayout.JAVA_BYTE, i / 2) >> 4 * (i % 2) & 15;
                assertThat(packed.value(i / inputs, i % inputs))
                        .isEqualTo(((both & 15) + 1) * (value - (both >> 4 & 15)));
            }
            return packed;
        }

        private static PanelWeight.Rows rows(MemorySegment memory, int bytes) {
            return (first, count, target) ->
                    target.copyFrom(memory.asSlice((long) first * bytes, (long) count * bytes));
        }

        MemorySegment bytes(Arena arena, int count, Bytes values) {
            MemorySegment memory = arena.allocate(count, 64);
            for (int i = 0; i < count; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, (byte) values.next(random));
            }
            return memory;
        }
    }

    private interface Bytes {
        int next(SplittableRandom random);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64, 128})
    void products_equal_the_plain_twins_on_awkward_sizes(int group) {
        for (int rows : SIZES) {
            for (int outputs : SIZES) {
                int inputs = new int[] {8, 40, 64, 136, 256, 264, 520}[(rows + outputs) % 7];
                assertSame(
                        new Case(rows, outputs, inputs, group, new SplittableRandom(rows * 31L + outputs)),
                        SplittableRandom::nextInt,
                        SplittableRandom::nextInt);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void every_number_of_rows_and_columns_of_two_blocks_and_panels_is_multiplied(int group) {
        for (int i = 1; i <= 100; i++) {
            assertSame(
                    new Case(i % 17 + 1, i, 24, group, new SplittableRandom(i)),
                    SplittableRandom::nextInt,
                    SplittableRandom::nextInt);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void the_largest_sums_are_exact(int group) {
        for (int x : new int[] {0, 255}) {
            for (int w : new int[] {-128, 127, 0, -1}) {
                assertSame(new Case(9, 33, 6144, group, new SplittableRandom(1)), _ -> w, _ -> x);
            }
        }
    }

    /** One that comes in several pieces, of which the last one is shorter and panels lie across two. */
    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void a_large_weight_is_read_piece_by_piece(int group) {
        int inputs = 2056;
        int bytes = group == 0 ? inputs : inputs / 2;
        int outputs = 3_000_000 / bytes;
        int groups = Math.ceilDiv(inputs, 64);
        List<Integer> pieces = new ArrayList<>();
        PanelWeight.Rows rows = (first, count, target) -> {
            pieces.add(count);
            for (int i = 0; i < count * bytes; i++) {
                target.set(ValueLayout.JAVA_BYTE, i, (byte) (31 * (first + i / bytes) + i % bytes));
            }
        };
        PanelWeight.Rows ones = (_, count, target) -> {
            assertThat(target.byteSize()).isEqualTo((long) count * groups);
            target.fill((byte) 0); // steps of 1, zeros of 0
        };
        float[] scales = new float[outputs];
        try (Arena arena = Arena.ofConfined()) {
            PanelWeight weight = group == 0
                    ? PanelWeight.int8(rows, scales, inputs, ZERO_POINT, arena, arena)
                    : PanelWeight.int4(rows, ones, scales, inputs, group, ZERO_POINT, arena, arena);
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input += 7) {
                    byte stored = (byte) (31 * output + (group == 0 ? input : input / 2));
                    int value = group == 0 ? stored : stored >> 4 * (input % 2) & 15;
                    if (weight.value(output, input) != value) {
                        throw new AssertionError("output " + output + ", input " + input);
                    }
                }
            }
        }
        assertThat(pieces).hasSizeGreaterThan(2).doesNotContain(outputs);
        assertThat(pieces.stream().mapToInt(Integer::intValue).sum()).isEqualTo(outputs);
        assertThat(pieces.getFirst() % Panels.WIDTH).isNotZero();
    }

    private static void assertSame(Case of, Bytes weights, Bytes inputs) {
        if (!hasVnni) {
            assertThat(ProductPaths.here().int8()).isNotEqualTo(ProductPaths.Int8.PANELS);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            PanelKernel kernel = PanelKernel.write(arena).orElseThrow();
            PanelKernel.Scratch scratch = new PanelKernel.Scratch(arena);
            PanelWeight weight = of.weight(arena, weights);
            MemorySegment input = of.bytes(arena, of.rows * of.inputs, inputs);
            for (boolean bf16 : hasBf16 ? new boolean[] {false, true} : new boolean[] {false}) {
                int bytes = bf16 ? 2 : 4;
                // A margin that must stay as it is.
                MemorySegment output = arena.allocate((long) of.rows * of.outputs * bytes + 64, 64)
                        .fill((byte) 0x55);
                MemorySegment expected = arena.allocate(output.byteSize(), 64).fill((byte) 0x55);
                kernel.multiply(weight, scratch, input, of.rows, output, bf16);
                PlainPanels.multiply(weight, input, of.rows, expected, bf16);
                assertThat(output.mismatch(expected)).as("%s bf16 %s", of, bf16).isEqualTo(-1);
            }
        }
    }

    @Test
    void memory_of_code_is_never_writable_and_is_given_back() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/maps")));
        long address;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment code = CodeMemory.of(new byte[] {(byte) 0xC3}, arena).orElseThrow();
            address = code.address();
            assertThat(rights(address)).isEqualTo("r-xp");
            assertThat(code.isReadOnly()).isTrue();
        }
        assertThat(rights(address)).isNotEqualTo("r-xp");
    }

    private static String rights(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.split(" "))
                .filter(parts -> {
                    long[] range = Arrays.stream(parts[0].split("-"))
                            .mapToLong(bound -> Long.parseUnsignedLong(bound, 16))
                            .toArray();
                    return Long.compareUnsigned(range[0], address) <= 0 && Long.compareUnsigned(address, range[1]) < 0;
                })
                .map(parts -> parts[1])
                .findFirst()
                .orElse("none");
    }

    @Test
    void panels_cover_a_weight_without_gaps() {
        Panels panels = new Panels(207, 40, 0);
        boolean[] taken = new boolean[Math.toIntExact(panels.bytes())];
        for (int output = 0; output < 208; output++) {
            for (int input = 0; input < 40; input++) {
                int at = Math.toIntExact(panels.at(output, input));
                assertThat(taken[at]).isFalse();
                taken[at] = true;
            }
        }
        assertThat(IntStream.range(0, taken.length).allMatch(i -> taken[i])).isTrue();
    }
}
