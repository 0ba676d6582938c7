package io.github.coda4j.eval.sandbox;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The start of one process from a thread that is confined for it. All that can be prepared is prepared before: the
 * thread itself can read none of our files, so it loads no class of ours and only tells numbers.
 */
final class ConfinedStart implements AutoCloseable {
    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int SECCOMP = 22;
    private static final int FILTER = 2;
    private static final int CAPABILITIES_VERSION = 0x20080522;

    private final ProcessBuilder builder;
    private final SystemCalls calls;
    private final boolean filtered;
    private final long prctl;
    private final long capset;
    private final long rules;
    private final Arena arena = Arena.ofShared();
    private final long header;
    private final long none;
    private final long filter;
    private final Closing closing = new Closing();

    private String failed = "";
    private long error;
    private Optional<Process> process = Optional.empty();
    private Optional<IOException> problem = Optional.empty();

    /** @param landlock its version, 0 to do without it */
    ConfinedStart(ProcessBuilder builder, Reach reach, SystemCalls calls, int landlock, boolean filtered) {
        this.builder = builder;
        this.calls = calls;
        this.filtered = filtered;
        this.prctl = calls.prctl();
        this.capset = calls.number("capset");
        MemorySegment version = arena.allocate(Long.BYTES, Long.BYTES);
        version.set(ValueLayout.JAVA_INT, 0, CAPABILITIES_VERSION);
        this.header = version.address();
        this.none = arena.allocate(3 * Long.BYTES, Long.BYTES).address();
        this.filter = program(CallFilter.outer(calls));
        this.rules = landlock > 0 ? Landlock.rules(reach, landlock, calls.hasOldNumbers()) : -1;
    }

    private long program(CallFilter calls) {
        byte[] code = calls.code();
        MemorySegment instructions = arena.allocate(code.length, Long.BYTES);
        instructions.copyFrom(MemorySegment.ofArray(code));
        MemorySegment program = arena.allocate(2 * Long.BYTES, Long.BYTES);
        program.set(ValueLayout.JAVA_SHORT, 0, (short) (code.length / Long.BYTES));
        program.set(ValueLayout.JAVA_LONG, Long.BYTES, instructions.address());
        return program.address();
    }

    /** @throws CodaException when the thread cannot be confined */
    Process run() throws IOException {
        Thread thread = Thread.ofPlatform().name("sandbox").start(this::startConfined);
        Closing.awaitEnd(thread);
        if (!failed.isEmpty()) {
            throw CodaException.of("the sandbox cannot %s: the kernel answers with error %d", failed, -error);
        }
        if (problem.isPresent()) {
            throw problem.get();
        }
        return process.orElseThrow();
    }

    private void startConfined() {
        boolean confined = done("forbid new privileges", Libc.call(prctl, NO_NEW_PRIVILEGES, 1, 0, 0, 0))
                && (rules < 0 || done("hold a thread to rules", Landlock.restrict(rules)))
                && done("give up capabilities", Libc.call(capset, header, none))
                && (!filtered || done("filter system calls", Libc.call(prctl, SECCOMP, FILTER, filter, 0, 0)));
        if (!confined) {
            return;
        }
        try {
            process = Optional.of(builder.start());
        } catch (IOException e) {
            problem = Optional.of(e);
        }
    }

    private boolean done(String what, long result) {
        if (result < 0) {
            failed = what;
            error = result;
        }
        return result >= 0;
    }

    @Override
    public void close() {
        closing.once(() -> {
            if (rules >= 0) {
                Landlock.close(rules, calls.hasOldNumbers());
            }
            arena.close();
        });
    }
}
