package io.github.coda4j.spark;

import io.github.coda4j.data.Avoided;

/**
 * What a corpus keeps away from, broadcast: read once, where the job was started; each process unpacks it once. Of
 * fields that Kryo can fill.
 */
final class ShippedAvoided {
    private byte[] packed;
    private transient Avoided unpacked;

    static ShippedAvoided of(Avoided avoided) {
        ShippedAvoided shipped = new ShippedAvoided();
        shipped.packed = Packed.of(avoided);
        return shipped;
    }

    /** Its bytes, by which it can be compared. */
    byte[] packed() {
        return packed;
    }

    synchronized Avoided get() {
        if (unpacked == null) {
            unpacked = Packed.read(packed, Avoided.class);
        }
        return unpacked;
    }
}
