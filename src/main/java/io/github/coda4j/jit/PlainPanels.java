package io.github.coda4j.jit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The plain twin of {@link PanelKernel}: the same results, to the bit, element by element. */
final class PlainPanels {
    private PlainPanels() {}

    /** See {@link PanelKernel#multiply}. */
    static void multiply(PanelWeight weight, MemorySegment input, int rows, MemorySegment output, boolean bf16) {
        Panels panels = weight.panels();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < panels.outputs(); column++) {
                int sum = weight.starts().getAtIndex(ValueLayout.JAVA_INT, column);
                for (int i = 0; i < panels.inputs(); i++) {
                    int x = input.get(ValueLayout.JAVA_BYTE, (long) row * panels.inputs() + i) & 0xFF;
                    sum += x * weight.value(column, i);
                }
                float result = sum * weight.scales().getAtIndex(ValueLayout.JAVA_FLOAT, column);
                long at = (long) row * panels.outputs() + column;
                if (bf16) {
                    output.setAtIndex(ValueLayout.JAVA_SHORT, at, toBf16(result));
                } else {
                    output.setAtIndex(ValueLayout.JAVA_FLOAT, at, result);
                }
            }
        }
    }

    /** Rounds to the nearest, of equally near ones to the even. */
    private static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (bits + (bits >>> 16 & 1) + 0x7FFF >>> 16);
    }
}
