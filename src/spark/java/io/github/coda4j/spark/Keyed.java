package io.github.coda4j.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/**
 * Keys of shuffles: 8 bytes of what documents have in common, then 8 of a document's place, so that those that belong
 * together come one behind the other in the corpus's order.
 */
final class Keyed {
    /** By key, then by place. */
    static final Order ORDER = new Order();

    private Keyed() {}

    static byte[] of(long key, long place) {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(key).putLong(place).array();
    }

    static long key(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static long place(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(Long.BYTES);
    }

    /** See {@link #ORDER}. */
    static final class Order implements Comparator<byte[]>, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public int compare(byte[] a, byte[] b) {
            return Arrays.compareUnsigned(a, b);
        }
    }

    /** All of one key to one task. */
    static final class ByKey extends Partitioner {
        private static final long serialVersionUID = 1;

        private final int partitions;

        ByKey(int partitions) {
            this.partitions = partitions;
        }

        @Override
        public int numPartitions() {
            return partitions;
        }

        @Override
        public int getPartition(Object bytes) {
            return (int) Long.remainderUnsigned(key((byte[]) bytes) * 0x9E3779B97F4A7C15L >>> 1, partitions);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ByKey same && same.partitions == partitions;
        }

        @Override
        public int hashCode() {
            return partitions;
        }
    }
}
