package io.github.coda4j.data;

import java.io.Serializable;

/** A set of 64-bit hashes in 13 to 27 bytes each. Filled by one thread. */
final class HashesSeen implements Serializable {
    private static final long serialVersionUID = 1;
    private static final double FULL = 0.6;

    private long[] slots = new long[1 << 10];
    private int used;
    private boolean zero;

    /** Whether the hash is new; from now on it is not. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean fresh = !zero;
            zero = true;
            return fresh;
        }
        if (used >= FULL * slots.length) {
            grow();
        }
        return insert(hash);
    }

    /** Whether the hash was added. Several threads may ask once nothing is added any more. */
    boolean contains(long hash) {
        if (hash == 0) {
            return zero;
        }
        int slot = (int) hash & slots.length - 1;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = slot + 1 & slots.length - 1;
        }
        return slots[slot] == hash;
    }

    private boolean insert(long hash) {
        int slot = (int) hash & slots.length - 1;
        while (slots[slot] != 0) {
            if (slots[slot] == hash) {
                return false;
            }
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = hash;
        used++;
        return true;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[2 * old.length];
        used = 0;
        for (long hash : old) {
            if (hash != 0) {
                insert(hash);
            }
        }
    }
}
