package io.github.coda4j.hlo;

import java.util.Locale;

/** Numbers as MLIR reads them, exactly. */
final class NumberText {
    private NumberText() {}

    static String of(ElementType element, double value) {
        return switch (element) {
            case PRED -> value == 0 ? "false" : "true";
            case I32 -> Integer.toString((int) value);
            case BF16, F32 -> floating(element, (float) value);
            case F64 -> floating(element, value);
        };
    }

    private static String floating(ElementType element, double value) {
        if (Double.isFinite(value)) {
            return Double.toString(value);
        }
        return switch (element) {
            case BF16 -> String.format(Locale.ROOT, "0x%04X", Float.floatToRawIntBits((float) value) >>> 16);
            case F32 -> String.format(Locale.ROOT, "0x%08X", Float.floatToRawIntBits((float) value));
            case F64 -> String.format(Locale.ROOT, "0x%016X", Double.doubleToRawLongBits(value));
            case PRED, I32 -> throw new AssertionError(element + " is not floating");
        };
    }
}
