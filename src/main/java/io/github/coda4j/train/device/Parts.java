package io.github.coda4j.train.device;

import io.github.coda4j.hlo.ElementType;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.pjrt.BufferType;
import java.lang.foreign.MemorySegment;

/** A whole tensor in the host's memory and the part that a device has of it. */
final class Parts {
    private Parts() {}

    /** The elements as PJRT calls them. */
    static BufferType type(ElementType element) {
        return switch (element) {
            case PRED -> BufferType.PRED;
            case I32 -> BufferType.S32;
            case BF16 -> BufferType.BF16;
            case F32 -> BufferType.F32;
            case F64 -> BufferType.F64;
        };
    }

    static long[] dims(TensorType type) {
        return type.shape().stream().mapToLong(Integer::longValue).toArray();
    }

    /**
     * Copies a device's part out of the whole or back into it.
     *
     * @param whole of the whole tensor, dense
     * @param part of the device's, dense
     * @param out whether the part is filled; otherwise the whole
     */
    static void copy(MemorySegment whole, TensorType type, Layout layout, int device, MemorySegment part, boolean out) {
        if (layout.dim().isEmpty()) {
            copy(whole, 0, part, 0, type.bytes(), out);
            return;
        }
        int dim = layout.dim().getAsInt();
        long outer = 1;
        for (int d = 0; d < dim; d++) {
            outer *= type.extent(d);
        }
        long row = type.bytes() / outer;
        long piece = row / layout.parts();
        for (long o = 0; o < outer; o++) {
            copy(whole, o * row + device * piece, part, o * piece, piece, out);
        }
    }

    private static void copy(
            MemorySegment whole, long inWhole, MemorySegment part, long inPart, long bytes, boolean out) {
        if (out) {
            MemorySegment.copy(whole, inWhole, part, inPart, bytes);
        } else {
            MemorySegment.copy(part, inPart, whole, inWhole, bytes);
        }
    }
}
