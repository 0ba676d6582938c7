package io.github.coda4j.pjrt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value with a name: what a client is made with, and what a plugin says about itself. */
public sealed interface PjrtValue {
    /** A text. */
    record Text(String value) implements PjrtValue {}

    /** A whole number. */
    record Whole(long value) implements PjrtValue {}

    /** Several whole numbers, such as the parts of a version. */
    record Wholes(List<Long> value) implements PjrtValue {}

    /** A fraction. */
    record Real(float value) implements PjrtValue {}

    /** Yes or no. */
    record Flag(boolean value) implements PjrtValue {}

    /** Writes them behind each other, as an array of {@link PjrtStruct#NAMED_VALUE}. */
    static MemorySegment write(Map<String, PjrtValue> values, SegmentAllocator allocator) {
        MemorySegment array = PjrtArguments.array(PjrtStruct.NAMED_VALUE, values.size(), allocator);
        int index = 0;
        for (Map.Entry<String, PjrtValue> entry : values.entrySet()) {
            PjrtArguments target = PjrtArguments.element(PjrtStruct.NAMED_VALUE, array, index++);
            target.set("name", entry.getKey(), allocator);
            target.setInt("type", type(entry.getValue()));
            target.set("value_size", 1);
            switch (entry.getValue()) {
                case Text text -> {
                    byte[] bytes = text.value().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                    target.set(
                            "value",
                            allocator.allocateFrom(ValueLayout.JAVA_BYTE, Arrays.copyOf(bytes, bytes.length + 1)));
                    target.set("value_size", bytes.length);
                }
                case Whole whole -> target.set("value", whole.value());
                case Wholes wholes -> {
                    long[] all =
                            wholes.value().stream().mapToLong(Long::longValue).toArray();
                    target.set(
                            "value", allocator.allocateFrom(ValueLayout.JAVA_LONG, Arrays.copyOf(all, all.length + 1)));
                    target.set("value_size", all.length);
                }
                case Real real -> target.set("value", Float.floatToRawIntBits(real.value()) & 0xFFFF_FFFFL);
                case Flag flag -> target.set("value", flag.value() ? 1L : 0L);
            }
        }
        return array;
    }

    /** Reads so many of an array; those of a type that is not known here are left out. */
    static Map<String, PjrtValue> read(MemorySegment array, long count) {
        Map<String, PjrtValue> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            PjrtArguments source = PjrtArguments.element(PjrtStruct.NAMED_VALUE, array, i);
            PjrtValue value = switch (source.numberInt("type")) {
                case 0 -> new Text(source.text("value"));
                case 1 -> new Whole(source.number("value"));
                case 2 ->
                    new Wholes(Arrays.stream(source.numbers("value", source.number("value_size")))
                            .boxed()
                            .toList());
                case 3 -> new Real(Float.intBitsToFloat((int) source.number("value")));
                case 4 -> new Flag((source.number("value") & 0xFF) != 0);
                default -> null;
            };
            if (value != null) {
                values.put(source.text("name"), value);
            }
        }
        return values;
    }

    private static int type(PjrtValue value) {
        return switch (value) {
            case Text _ -> 0;
            case Whole _ -> 1;
            case Wholes _ -> 2;
            case Real _ -> 3;
            case Flag _ -> 4;
        };
    }
}
