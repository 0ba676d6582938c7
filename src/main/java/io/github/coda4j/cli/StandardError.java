package io.github.coda4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Standard error. The launcher starts the JVM with a filter at it, which drops the JVM's warning about its incubator
 * module, and keeps the real one under another number; it is taken back before anything is written or asked about it.
 */
@SuppressWarnings("restricted") // calls a function of the C library
final class StandardError extends OutputStream {
    /** {@code NUMBER:PROCESS}: the real one's number, and the process that it was given to. */
    static final String PROPERTY = "coda.stderr";

    private static final Pattern VALUE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");
    private static final int STANDARD_ERROR = 2;

    private final OutputStream out = new FileOutputStream(FileDescriptor.err);
    private Optional<String> kept;

    private StandardError(Optional<String> kept) {
        this.kept = kept;
    }

    /** That of this process. */
    static StandardError ofProcess() {
        return new StandardError(Optional.ofNullable(System.getProperty(PROPERTY)));
    }

    /** From now on number 2 is the real standard error. Where that cannot be, what is written goes by the filter. */
    synchronized void takeBack() {
        kept.ifPresent(StandardError::replace);
        kept = Optional.empty();
    }

    private static void replace(String value) {
        Matcher parts = VALUE.matcher(value);
        // A process that this one starts inherits the property, but not what has the number.
        if (!parts.matches()
                || Long.parseLong(parts.group(2)) != ProcessHandle.current().pid()) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("dup2").ifPresent(symbol -> {
            FunctionDescriptor descriptor =
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            try {
                int unused = (int) linker.downcallHandle(symbol, descriptor)
                        .invokeExact(Integer.parseInt(parts.group(1)), STANDARD_ERROR);
            } catch (Throwable e) {
                throw new IllegalStateException("dup2 failed", e);
            }
        });
    }

    @Override
    public void write(int b) throws IOException {
        takeBack();
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        takeBack();
        out.write(bytes, offset, count);
    }
}
