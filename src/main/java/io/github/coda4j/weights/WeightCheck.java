package io.github.coda4j.weights;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Looks at every floating weight of a checkpoint, in little memory. */
public final class WeightCheck {
    private static final int PIECE_ELEMENTS = 1 << 20;

    private WeightCheck() {}

    /**
     * Refuses weights that are NaN or infinite.
     *
     * @throws CodaException naming the first such value, its tensor and its place
     */
    public static void refuseNotFinite(CheckpointFolder checkpoint, ProgressListener listener) {
        long done = 0;
        for (TensorEntry entry : checkpoint.tensors().values()) {
            if (DTypeConversion.SOURCES.contains(entry.dtype())) {
                check(checkpoint, entry);
            }
            done += entry.bytes();
            listener.progress(entry.name(), done, checkpoint.totalBytes());
        }
    }

    private static void check(CheckpointFolder checkpoint, TensorEntry entry) {
        DType kind = entry.dtype();
        float[] values = new float[(int) Math.min(PIECE_ELEMENTS, entry.elements())];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate((long) values.length * kind.bytes());
            for (long first = 0; first < entry.elements(); first += PIECE_ELEMENTS) {
                int count = (int) Math.min(PIECE_ELEMENTS, entry.elements() - first);
                checkpoint.read(entry, first * kind.bytes(), piece.asSlice(0, (long) count * kind.bytes()));
                DTypeConversion.read(piece, kind, 0, values, count);
                for (int i = 0; i < count; i++) {
                    if (!Float.isFinite(values[i])) {
                        throw CodaException.of(
                                "%s: tensor %s holds %s at %s; such weights cannot be used",
                                entry.file(), entry.name(), values[i], place(first + i, entry.shape()));
                    }
                }
            }
        }
    }

    private static String place(long index, long[] shape) {
        long[] place = new long[shape.length];
        long rest = index;
        for (int i = shape.length - 1; i >= 0; i--) {
            place[i] = rest % shape[i];
            rest /= shape[i];
        }
        return Arrays.toString(place);
    }
}
