package io.github.coda4j.eval.sandbox;

import io.github.coda4j.CodaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Rules about files, connections and signals that the kernel holds a thread and all that comes of it to. */
final class Landlock {
    private static final long CREATE = 444;
    private static final long ADD = 445;
    private static final long RESTRICT = 446;
    private static final long OPEN_X86 = 257;
    private static final long OPEN_ARM = 56;
    private static final long CLOSE_X86 = 3;
    private static final long CLOSE_ARM = 57;

    private static final int AT_CWD = -100;
    private static final int PATH_ONLY = 0x200000 | 0x80000;

    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_FOLDER = 1 << 3;
    private static final long REMOVE = 3 << 4;
    private static final long MAKE_FOLDER = 1 << 7;
    private static final long MAKE_FILE = 1 << 8;
    private static final long MAKE_PIPE = 1 << 10;
    private static final long MAKE_LINK = 1 << 12;
    private static final long MOVE = 1 << 13;
    private static final long TRUNCATE = 1 << 14;
    private static final long DEVICE_CONTROL = 1 << 15;
    private static final long IN_OWN_FOLDER = WRITE_FILE
            | READ_FILE
            | READ_FOLDER
            | REMOVE
            | MAKE_FOLDER
            | MAKE_FILE
            | MAKE_PIPE
            | MAKE_LINK
            | MOVE
            | TRUNCATE;
    /** What can be said of a file that is no folder. */
    private static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL;

    private static final int FIRST_MOVE = 2;
    private static final int FIRST_TRUNCATE = 3;
    private static final int FIRST_NETWORK = 4;
    private static final int FIRST_DEVICES = 5;
    private static final int FIRST_SCOPES = 6;

    private Landlock() {}

    /** The version that the kernel has; 0 when it has none. */
    static int version() {
        return (int) Math.max(0, Libc.call(CREATE, 0, 0, 1));
    }

    /** Makes rules; the number of the file that stands for them, which is to be closed. */
    static long rules(Reach reach, int version, boolean x86) {
        long handled = (1 << 13) - 1;
        handled |= version >= FIRST_MOVE ? MOVE : 0;
        handled |= version >= FIRST_TRUNCATE ? TRUNCATE : 0;
        handled |= version >= FIRST_DEVICES ? DEVICE_CONTROL : 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rules = arena.allocate(3 * Long.BYTES, Long.BYTES);
            rules.setAtIndex(ValueLayout.JAVA_LONG, 0, handled);
            rules.setAtIndex(ValueLayout.JAVA_LONG, 1, version >= FIRST_NETWORK ? 3 : 0);
            rules.setAtIndex(ValueLayout.JAVA_LONG, 2, version >= FIRST_SCOPES ? 3 : 0);
            int size = version >= FIRST_SCOPES ? 3 : version >= FIRST_NETWORK ? 2 : 1;
            long set = checked(Libc.call(CREATE, rules.address(), (long) size * Long.BYTES, 0), "make rules");
            allow(arena, set, reach.read(), READ_FILE | READ_FOLDER, handled, x86);
            allow(arena, set, reach.execute(), EXECUTE | READ_FILE | READ_FOLDER, handled, x86);
            allow(arena, set, reach.write(), IN_OWN_FOLDER, handled, x86);
            allow(arena, set, List.of(Path.of("/dev/null")), WRITE_FILE, handled, x86);
            return set;
        }
    }

    /** Holds the calling thread to rules; minus the error's number when that fails. */
    static long restrict(long rules) {
        return Libc.call(RESTRICT, rules, 0);
    }

    static void close(long rules, boolean x86) {
        Libc.call(x86 ? CLOSE_X86 : CLOSE_ARM, rules);
    }

    private static void allow(Arena arena, long set, List<Path> paths, long access, long handled, boolean x86) {
        for (Path path : paths) {
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            long file = Libc.call(x86 ? OPEN_X86 : OPEN_ARM, AT_CWD, name.address(), PATH_ONLY, 0);
            checked(file, "open " + path);
            long allowed = handled & (Files.isDirectory(path) ? access : access & OF_FILES);
            // A packed structure of 64 and 32 bits.
            MemorySegment rule = arena.allocate(2 * Long.BYTES, Long.BYTES);
            rule.set(ValueLayout.JAVA_LONG, 0, allowed);
            rule.set(ValueLayout.JAVA_INT, Long.BYTES, (int) file);
            checked(Libc.call(ADD, set, 1, rule.address(), 0), "add a rule for " + path);
            Libc.call(x86 ? CLOSE_X86 : CLOSE_ARM, file);
        }
    }

    private static long checked(long result, String what) {
        if (result < 0) {
            throw CodaException.of("the sandbox cannot %s: Landlock answers with error %d", what, -result);
        }
        return result;
    }
}
