package io.github.coda4j.jit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PanelWeightTest {
    private static final int OUTPUTS = 611;
    private static final int INPUTS = 4096;

    private static byte weight(int output, int input) {
        return (byte) (31 * output + 7 * input + output * input / 13);
    }

    @Test
    void rows_are_read_in_pieces_each_once_and_end_where_they_belong() {
        List<int[]> pieces = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            PanelWeight packed = PanelWeight.int8(
                    (first, count, target) -> {
                        pieces.add(new int[] {first, count});
                        assertThat(target.byteSize()).isEqualTo((long) count * INPUTS);
                        for (int i = 0; i < count * INPUTS; i++) {
                            target.set(ValueLayout.JAVA_BYTE, i, weight(first + i / INPUTS, i % INPUTS));
                        }
                    },
                    new float[OUTPUTS],
                    INPUTS,
                    128,
                    arena,
                    arena);
            int next = 0;
            for (int[] piece : pieces) {
                assertThat(piece[0]).isEqualTo(next);
                next += piece[1];
            }
            assertThat(next).isEqualTo(OUTPUTS);
            assertThat(pieces).as("2.5 MB").hasSizeBetween(2, 10);
            for (int output = 0; output < OUTPUTS; output++) {
                for (int input = 0; input < INPUTS; input += 37) {
                    assertThat(packed.value(output, input)).isEqualTo(weight(output, input));
                }
            }
        }
    }
}
