package io.github.coda4j.tensor;

import io.github.coda4j.CodaException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The kind of a tensor's elements; the names are those of the safetensors format. Needs no native library. */
public enum DType {
    F32("F32", 4),
    BF16("BF16", 2),
    F16("F16", 2),
    F64("F64", 8),
    I8("I8", 1),
    U8("U8", 1),
    I16("I16", 2),
    I32("I32", 4),
    I64("I64", 8),
    BOOL("BOOL", 1);

    private final String safetensorsName;
    private final int bytes;

    DType(String safetensorsName, int bytes) {
        this.safetensorsName = safetensorsName;
        this.bytes = bytes;
    }

    public String safetensorsName() {
        return safetensorsName;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return this == F32 || this == BF16 || this == F16 || this == F64;
    }

    /**
     * The dtype of a name in a safetensors header, for example {@code "BF16"}.
     *
     * @throws CodaException when the name is none of ours; the message lists them
     */
    public static DType fromSafetensors(String name) {
        for (DType dtype : values()) {
            if (dtype.safetensorsName.equals(name)) {
                return dtype;
            }
        }
        throw CodaException.of(
                "unknown dtype \"%s\"; known: %s",
                name, Arrays.stream(values()).map(DType::safetensorsName).collect(Collectors.joining(", ")));
    }
}
