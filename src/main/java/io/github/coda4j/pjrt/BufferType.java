package io.github.coda4j.pjrt;

import java.util.Arrays;
import java.util.Optional;

/** What the elements of a buffer are: their number in the PJRT C API, name in StableHLO, and bytes. */
public enum BufferType {
    PRED(1, "i1", 1),
    S8(2, "i8", 1),
    S16(3, "i16", 2),
    S32(4, "i32", 4),
    S64(5, "i64", 8),
    U8(6, "ui8", 1),
    U16(7, "ui16", 2),
    U32(8, "ui32", 4),
    U64(9, "ui64", 8),
    F16(10, "f16", 2),
    F32(11, "f32", 4),
    F64(12, "f64", 8),
    BF16(13, "bf16", 2);

    private final int number;
    private final String hlo;
    private final int bytes;

    BufferType(int number, String hlo, int bytes) {
        this.number = number;
        this.hlo = hlo;
        this.bytes = bytes;
    }

    /** The type that StableHLO calls so. */
    public static Optional<BufferType> named(String hlo) {
        return Arrays.stream(values()).filter(type -> type.hlo.equals(hlo)).findFirst();
    }

    /** The type with a number of the C API; empty for one that is not known here. */
    public static Optional<BufferType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /** Its number in the C API. */
    public int number() {
        return number;
    }

    /** Bytes of an element. */
    public int bytes() {
        return bytes;
    }

    /** Bytes of a dense array. */
    public long bytes(long... dims) {
        long all = bytes;
        for (long extent : dims) {
            all = Math.multiplyExact(all, extent);
        }
        return all;
    }

    /** Its name in StableHLO. */
    @Override
    public String toString() {
        return hlo;
    }
}
