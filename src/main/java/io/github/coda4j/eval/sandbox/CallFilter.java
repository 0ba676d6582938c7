package io.github.coda4j.eval.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A seccomp program: which system calls a process may make. What is not named is allowed.
 *
 * @param code instructions of eight bytes each, as the kernel reads them
 * @param pidAt offsets in the code of 32-bit numbers that are to be the process's own id
 */
public record CallFilter(byte[] code, List<Integer> pidAt) {
    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;

    private static final int ALLOW = 0x7FFF0000;
    private static final int KILL = 0x80000000;
    private static final int ERROR = 0x00050000;
    private static final int NOT_PERMITTED = ERROR | 1;
    private static final int NO_SUCH_CALL = ERROR | 38;

    private static final int CLONE_THREAD = 0x10000;
    private static final int OLD_NUMBERS = 0x40000000;

    public CallFilter {
        code = code.clone();
        pidAt = List.copyOf(pidAt);
    }

    /** A copy of the instructions. */
    @Override
    public byte[] code() {
        return code.clone();
    }

    /** The instructions for a process. */
    public byte[] of(long process) {
        byte[] copy = code.clone();
        ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        pidAt.forEach(at -> bytes.putInt(at, Math.toIntExact(process)));
        return copy;
    }

    /** What no confined process may do, whatever it runs. */
    static CallFilter outer(SystemCalls calls) {
        Builder builder = new Builder(calls);
        calls.never().forEach(number -> builder.deny(number, NOT_PERMITTED));
        return builder.build();
    }

    /**
     * What a program may not do: start processes, signal others, change limits, owners and permissions. Threads it may
     * start.
     */
    static CallFilter inner(SystemCalls calls) {
        Builder builder = new Builder(calls);
        calls.never().forEach(number -> builder.deny(number, NOT_PERMITTED));
        calls.neverAgain().forEach(number -> builder.deny(number, NOT_PERMITTED));
        builder.deny(calls.number("clone3"), NO_SUCH_CALL);
        builder.denyUnlessBit(calls.number("clone"), 0, CLONE_THREAD);
        for (String signal : List.of("kill", "tkill", "tgkill")) {
            builder.denyUnlessOwnId(calls.number(signal));
        }
        builder.denyUnlessNull(calls.number("prlimit64"), 2);
        // F_SETOWN, F_SETSIG, F_SETOWN_EX: signals that the kernel would send to another process.
        builder.denyIfOneOf(calls.number("fcntl"), 1, 8, 10, 15);
        // FIOSETOWN, SIOCSPGRP: the same; TIOCSTI, TIOCLINUX: typing into a terminal.
        builder.denyIfOneOf(calls.number("ioctl"), 1, 0x8901, 0x8902, 0x5412, 0x541C);
        return builder.build();
    }

    private static final class Builder {
        private final List<int[]> instructions = new ArrayList<>();
        private final List<Integer> pidAt = new ArrayList<>();

        Builder(SystemCalls calls) {
            add(LOAD, 0, 0, ARCHITECTURE);
            add(EQUAL, 1, 0, calls.architecture());
            add(RETURN, 0, 0, KILL);
            add(LOAD, 0, 0, NUMBER);
            if (calls.hasOldNumbers()) {
                add(AT_LEAST, 0, 1, OLD_NUMBERS);
                add(RETURN, 0, 0, NO_SUCH_CALL);
            }
            add(AT_LEAST, 0, 1, SystemCalls.NEWEST);
            add(RETURN, 0, 0, NO_SUCH_CALL);
        }

        private void add(int code, int whenTrue, int whenFalse, int operand) {
            instructions.add(new int[] {code, whenTrue, whenFalse, operand});
        }

        private static int argument(int index) {
            return FIRST_ARGUMENT + Long.BYTES * index;
        }

        void deny(int number, int answer) {
            add(EQUAL, 0, 1, number);
            add(RETURN, 0, 0, answer);
        }

        void denyUnlessBit(int number, int index, int bit) {
            add(EQUAL, 0, 4, number);
            add(LOAD, 0, 0, argument(index));
            add(ANY_BIT, 1, 0, bit);
            add(RETURN, 0, 0, NOT_PERMITTED);
            add(RETURN, 0, 0, ALLOW);
        }

        void denyUnlessOwnId(int number) {
            add(EQUAL, 0, 4, number);
            add(LOAD, 0, 0, argument(0));
            pidAt.add(instructions.size() * Long.BYTES + Integer.BYTES);
            add(EQUAL, 1, 0, 0);
            add(RETURN, 0, 0, NOT_PERMITTED);
            add(RETURN, 0, 0, ALLOW);
        }

        void denyUnlessNull(int number, int index) {
            add(EQUAL, 0, 6, number);
            add(LOAD, 0, 0, argument(index));
            add(EQUAL, 0, 2, 0);
            add(LOAD, 0, 0, argument(index) + Integer.BYTES);
            add(EQUAL, 1, 0, 0);
            add(RETURN, 0, 0, NOT_PERMITTED);
            add(RETURN, 0, 0, ALLOW);
        }

        void denyIfOneOf(int number, int index, int... values) {
            add(EQUAL, 0, 2 + 2 * values.length, number);
            add(LOAD, 0, 0, argument(index));
            for (int value : values) {
                add(EQUAL, 0, 1, value);
                add(RETURN, 0, 0, NOT_PERMITTED);
            }
            add(RETURN, 0, 0, ALLOW);
        }

        CallFilter build() {
            add(RETURN, 0, 0, ALLOW);
            ByteBuffer bytes =
                    ByteBuffer.allocate(instructions.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int[] one : instructions) {
                bytes.putShort((short) one[0])
                        .put((byte) one[1])
                        .put((byte) one[2])
                        .putInt(one[3]);
            }
            return new CallFilter(bytes.array(), pidAt);
        }
    }
}
