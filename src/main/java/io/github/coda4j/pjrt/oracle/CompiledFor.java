package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.pjrt.PjrtCode;
import java.nio.ByteBuffer;

/** Reads of compile options, a protocol buffer, for how many devices a program is. */
final class CompiledFor {
    private static final int BUILD_OPTIONS = 3;
    private static final int NUM_REPLICAS = 4;
    private static final int NUM_PARTITIONS = 5;
    private static final int TYPE_BITS = 3;
    private static final int TYPE_MASK = 7;
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int PAYLOAD_BITS = 7;
    private static final int MORE = 0x80;

    private CompiledFor() {}

    static int devices(byte[] options) {
        int devices = 1;
        ByteBuffer in = ByteBuffer.wrap(options);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int size = skipped(in, (int) (tag & TYPE_MASK));
            if (tag >> TYPE_BITS == BUILD_OPTIONS) {
                devices = product(in.slice(in.position() - size, size));
            }
        }
        return devices;
    }

    private static int product(ByteBuffer in) {
        int product = 1;
        while (in.hasRemaining()) {
            long tag = varint(in);
            long field = tag >> TYPE_BITS;
            if ((tag & TYPE_MASK) == VARINT) {
                long value = varint(in);
                product *= field == NUM_REPLICAS || field == NUM_PARTITIONS ? (int) value : 1;
            } else {
                skipped(in, (int) (tag & TYPE_MASK));
            }
        }
        return product;
    }

    /** Goes behind a field; gives its bytes. */
    private static int skipped(ByteBuffer in, int type) {
        int begin = in.position();
        switch (type) {
            case VARINT -> varint(in);
            case LENGTH_DELIMITED -> {
                int size = (int) varint(in);
                begin = in.position();
                in.position(begin + size);
            }
            default -> throw new Failure(PjrtCode.INVALID_ARGUMENT, "compile options have a field of type " + type);
        }
        return in.position() - begin;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += PAYLOAD_BITS) {
            byte next = in.get();
            value |= (long) (next & (MORE - 1)) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
