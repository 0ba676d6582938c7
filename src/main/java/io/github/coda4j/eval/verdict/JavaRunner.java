package io.github.coda4j.eval.verdict;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The first class of a Java virtual machine that runs one program. It has classes and a token from standard input,
 * forbids itself other processes, and runs the program's main method. Of tests it writes the token and what came of
 * them to what was standard output. A program that reads and writes has standard input behind what is read here, and
 * standard output, and ends as any does. This class stands alone: its class file is all that is put there.
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
        // Nothing is read ahead: what follows is the program's.
        DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
        boolean reads = in.readBoolean();
        byte[] token = in.readNBytes(TOKEN_BYTES);
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
        if (reads) {
            runToItsEnd(loader, main.split("\n"));
        }
        OutputStream result = new FileOutputStream(FileDescriptor.out);
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
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

    /**
     * Runs the first class that has a main method, as java does, and never returns.
     *
     * @param names classes
     */
    private static void runToItsEnd(JavaRunner loader, String[] names) throws Exception {
        int code = 0;
        try {
            mainMethod(loader, names).invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException e) {
            code = 1;
            tell(e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            code = 1;
            tell(e);
        }
        awaitOthers();
        Runtime.getRuntime().exit(code);
    }

    private static void tell(Throwable problem) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        out.print("Exception in thread \"main\" ");
        problem.printStackTrace(out);
    }

    private static Method mainMethod(JavaRunner loader, String[] names) throws ReflectiveOperationException {
        for (String name : names) {
            for (Method method : loader.loadClass(name).getDeclaredMethods()) {
                boolean takesTexts = Arrays.equals(method.getParameterTypes(), new Class<?>[] {String[].class});
                if (method.getName().equals("main") && takesTexts && Modifier.isStatic(method.getModifiers())) {
                    method.setAccessible(true);
                    return method;
                }
            }
        }
        throw new NoSuchMethodException("main");
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
