package io.github.coda4j.eval.verdict;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The first class of a Java virtual machine that runs one program. It has classes and a token from standard input,
 * forbids itself other processes, runs the program's main method, and writes the token and what came of it to what was
 * standard output. It stands alone: its class file is all that is put there.
 */
@SuppressWarnings("restricted")
final class JavaRunner extends ClassLoader {
    static final int PASSED = 'P';
    static final int FAILED = 'F';

    private static final int TOKEN_BYTES = 32;
    private static final long SET_FILTER = 1;
    private static final long ALL_THREADS = 1;
    private static final int LONGEST = 2000;

    private final Map<String, byte[]> classes = new HashMap<>();

    private JavaRunner() {
        super(JavaRunner.class.getClassLoader());
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(System.in);
        byte[] token = in.readNBytes(TOKEN_BYTES);
        OutputStream result = new FileOutputStream(FileDescriptor.out);
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        long call = in.readLong();
        byte[] filter = in.readNBytes(in.readInt());
        JavaRunner loader = new JavaRunner();
        String main = in.readUTF();
        boolean assertions = in.readBoolean();
        for (int count = in.readInt(); count > 0; count--) {
            String name = in.readUTF();
            loader.classes.put(name, in.readNBytes(in.readInt()));
        }
        if (filter.length > 0) {
            forbidProcesses(call, filter);
        }
        loader.setDefaultAssertionStatus(assertions);
        String problem = run(loader, main);
        byte[] text = (problem == null ? "" : problem).getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[TOKEN_BYTES + 1 + text.length];
        System.arraycopy(token, 0, whole, 0, TOKEN_BYTES);
        whole[TOKEN_BYTES] = (byte) (problem == null ? PASSED : FAILED);
        System.arraycopy(text, 0, whole, TOKEN_BYTES + 1, text.length);
        result.write(whole);
        result.flush();
        Runtime.getRuntime().halt(0);
    }

    /** What the program threw, class and message; null when it came to its end. */
    private static String run(JavaRunner loader, String main) {
        try {
            var method = loader.loadClass(main).getDeclaredMethod("main", String[].class);
            method.setAccessible(true);
            method.invoke(null, (Object) new String[0]);
            awaitOthers();
            return null;
        } catch (InvocationTargetException e) {
            return text(e.getCause());
        } catch (Throwable e) {
            return text(e);
        }
    }

    private static String text(Throwable problem) {
        String message = "";
        try {
            message = String.valueOf(problem.getMessage());
        } catch (Throwable _) {
            // What it says cannot be had.
        }
        String text = problem.getClass().getSimpleName() + "\n" + message;
        return text.substring(0, Math.min(LONGEST, text.length()));
    }

    /** A program ends when all threads have ended that are not daemons. */
    private static void awaitOthers() throws InterruptedException {
        for (boolean any = true; any; ) {
            any = false;
            Set<Thread> threads = Thread.getAllStackTraces().keySet();
            for (Thread thread : threads) {
                if (thread != Thread.currentThread()
                        && !thread.isDaemon()
                        && !thread.getName().equals("DestroyJavaVM")) {
                    any = true;
                    thread.join();
                }
            }
        }
    }

    private static void forbidProcesses(long call, byte[] filter) {
        Linker linker = Linker.nativeLinker();
        var syscall = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(filter.length, Long.BYTES);
            code.copyFrom(MemorySegment.ofArray(filter));
            MemorySegment program = arena.allocate(2 * Long.BYTES, Long.BYTES);
            program.set(JAVA_SHORT, 0, (short) (filter.length / Long.BYTES));
            program.set(JAVA_LONG, Long.BYTES, code.address());
            long answer = (long) syscall.invokeExact(call, SET_FILTER, ALL_THREADS, program.address());
            if (answer != 0) {
                Runtime.getRuntime().halt(3);
            }
        } catch (Throwable e) {
            Runtime.getRuntime().halt(3);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
