package io.github.coda4j.pjrt;

import java.lang.foreign.MemorySegment;

/**
 * A device that this process computes on.
 *
 * @param id its number among the devices of all processes, as device assignments name it
 * @param description for people, for example {@code TPU_0(process=0,(0,0,0,0))}
 */
public record PjrtDevice(MemorySegment handle, int id, String description) {
    @Override
    public String toString() {
        return description;
    }
}
