package io.github.coda4j.pjrt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A structure of the PJRT C API in native memory, its fields by their names. */
@SuppressWarnings("restricted") // gives pointers of the other side a size
public final class PjrtArguments {
    private static final int ALIGNMENT = 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final PjrtStruct struct;
    private final MemorySegment memory;

    private PjrtArguments(PjrtStruct struct, MemorySegment memory) {
        this.struct = struct;
        this.memory = memory;
    }

    /** A new one, all zero but for its size. */
    public static PjrtArguments of(PjrtStruct struct, SegmentAllocator allocator) {
        return at(struct, allocator.allocate(struct.stride(), ALIGNMENT)).sized();
    }

    /** One that lies at an address. */
    public static PjrtArguments at(PjrtStruct struct, MemorySegment address) {
        return new PjrtArguments(struct, address.reinterpret(struct.stride()));
    }

    private PjrtArguments sized() {
        memory.set(LONG, 0, struct.size());
        return this;
    }

    /** The structures of an array, which lie one behind the other. */
    static PjrtArguments element(PjrtStruct struct, MemorySegment array, int index) {
        return at(struct, MemorySegment.ofAddress(array.address() + (long) index * struct.stride()));
    }

    /** An array of them; every one is sized. */
    static MemorySegment array(PjrtStruct struct, int count, SegmentAllocator allocator) {
        MemorySegment array = allocator.allocate((long) struct.stride() * Math.max(1, count), ALIGNMENT);
        for (int i = 0; i < count; i++) {
            element(struct, array, i).sized();
        }
        return array;
    }

    /** Where it lies. */
    public MemorySegment memory() {
        return memory;
    }

    /** The size that its maker wrote into it. */
    public long statedSize() {
        return memory.get(LONG, 0);
    }

    /** Sets a pointer. */
    public PjrtArguments set(String field, MemorySegment value) {
        memory.set(ValueLayout.ADDRESS, struct.offset(field), value);
        return this;
    }

    /** Sets 8 bytes. */
    public PjrtArguments set(String field, long value) {
        memory.set(LONG, struct.offset(field), value);
        return this;
    }

    /** Sets 4 bytes. */
    public PjrtArguments setInt(String field, int value) {
        memory.set(INT, struct.offset(field), value);
        return this;
    }

    /** Sets a text and the count of its bytes, which is the field of the same name with {@code _size}. */
    PjrtArguments set(String field, String text, SegmentAllocator allocator) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        set(field, allocator.allocateFrom(ValueLayout.JAVA_BYTE, bytes.length == 0 ? new byte[1] : bytes));
        return set(field + "_size", bytes.length);
    }

    /** A pointer; without a size. */
    public MemorySegment pointer(String field) {
        return memory.get(ValueLayout.ADDRESS, struct.offset(field));
    }

    /** 8 bytes. */
    public long number(String field) {
        return memory.get(LONG, struct.offset(field));
    }

    /** 4 bytes. */
    public int numberInt(String field) {
        return memory.get(INT, struct.offset(field));
    }

    /** The bytes of a text whose count is the field of the same name with {@code _size}. */
    public String text(String field) {
        MemorySegment bytes = pointer(field).reinterpret(number(field + "_size"));
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** So many 8-byte numbers that a pointer leads to. */
    public long[] numbers(String field, long count) {
        return count == 0
                ? new long[0]
                : pointer(field).reinterpret(count * Long.BYTES).toArray(LONG);
    }

    /** So many pointers that a pointer leads to. */
    public MemorySegment[] pointers(String field, long count) {
        MemorySegment[] result = new MemorySegment[Math.toIntExact(count)];
        MemorySegment array = pointer(field).reinterpret(count * ValueLayout.ADDRESS.byteSize());
        for (int i = 0; i < result.length; i++) {
            result[i] = array.getAtIndex(ValueLayout.ADDRESS, i);
        }
        return result;
    }
}
