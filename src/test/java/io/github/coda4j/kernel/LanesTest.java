package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    @Test
    void bf16_rounds_to_the_nearest_number_as_its_plain_twin_does() {
        Random random = new Random(8);
        float[] row = new float[100_000];
        for (int i = 0; i < row.length; i++) {
            float x = Float.intBitsToFloat(random.nextInt());
            row[i] = Float.isNaN(x) ? Float.NaN : x;
            if (i % 5 == 0) {
                row[i] = Float.intBitsToFloat((random.nextInt() & 0xFFFF0000) | 0x8000);
            }
        }
        row[0] = Float.POSITIVE_INFINITY;
        row[1] = Float.NEGATIVE_INFINITY;
        row[2] = Float.NaN;
        row[3] = -0f;
        row[4] = Float.MAX_VALUE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(2L * row.length);
            for (int i = 0; i <= row.length - Lanes.WIDTH; i += Lanes.WIDTH) {
                Lanes.storeBf16(FloatVector.fromArray(Lanes.FLOATS, row, i), memory, 2L * i);
            }
            for (int i = 0; i < row.length; i++) {
                if (Float.isNaN(row[i])) {
                    continue;
                }
                short expected = PlainElements.toBf16(row[i]);
                assertThat(Lanes.toBf16(row[i])).as("%s", row[i]).isEqualTo(expected);
                if (i < row.length - row.length % Lanes.WIDTH) {
                    short stored = memory.get(ValueLayout.JAVA_SHORT, 2L * i);
                    assertThat(stored).as("%s", row[i]).isEqualTo(expected);
                }
            }
        }
    }
}
