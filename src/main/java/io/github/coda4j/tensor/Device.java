package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import java.util.Locale;

/** Where a tensor's memory lies: {@code cpu}, {@code cuda} or {@code cuda:1}. Needs no native library. */
public record Device(Type kind, int index) {
    /** The kinds of devices. */
    public enum Type {
        /** The processor. */
        CPU,
        /** An NVIDIA card. */
        CUDA
    }

    public static final Device CPU = new Device(Type.CPU, 0);

    public Device {
        check(index >= 0, "device index must be 0 or positive, got %d", index);
        check(kind == Type.CUDA || index == 0, "there is one cpu device, got index %d", index);
    }

    /** Reads {@code cpu}, {@code cuda} or {@code cuda:INDEX}. */
    public static Device parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("cpu")) {
            return CPU;
        }
        if (lower.equals("cuda")) {
            return new Device(Type.CUDA, 0);
        }
        check(lower.matches("cuda:\\d{1,3}"), "unknown device \"%s\"; known: cpu, cuda, cuda:INDEX", text);
        return new Device(Type.CUDA, Integer.parseInt(lower.substring("cuda:".length())));
    }

    /** Whether it is an NVIDIA card. */
    public boolean isCuda() {
        return kind == Type.CUDA;
    }

    @Override
    public String toString() {
        return isCuda() ? "cuda:" + index : "cpu";
    }
}
