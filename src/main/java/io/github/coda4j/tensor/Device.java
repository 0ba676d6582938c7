package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import java.util.Locale;

/** Where a tensor's memory lies: {@code cpu}, {@code cuda} or {@code cuda:1}. Needs no native library. */
public record Device(Kind kind, int index) {
    /** The kinds of devices. */
    public enum Kind {
        /** The processor. */
        CPU,
        /** An NVIDIA card. */
        CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    public Device {
        check(index >= 0, "device index must be 0 or positive, got %d", index);
        check(kind == Kind.CUDA || index == 0, "there is one cpu device, got index %d", index);
    }

    /** Reads {@code cpu}, {@code cuda} or {@code cuda:INDEX}. */
    public static Device parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("cpu")) {
            return CPU;
        }
        if (lower.equals("cuda")) {
            return new Device(Kind.CUDA, 0);
        }
        check(lower.matches("cuda:\\d{1,3}"), "unknown device \"%s\"; known: cpu, cuda, cuda:INDEX", text);
        return new Device(Kind.CUDA, Integer.parseInt(lower.substring("cuda:".length())));
    }

    /** Whether it is an NVIDIA card. */
    public boolean isCuda() {
        return kind == Kind.CUDA;
    }

    @Override
    public String toString() {
        return isCuda() ? "cuda:" + index : "cpu";
    }
}
