package io.github.coda4j.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Standard output in UTF-8, buffered. What cannot be written is a {@link LostOutput} at once, unlike with other print
 * streams, which swallow it; after that everything is dropped in silence, so that what is running can end.
 */
public final class Output extends PrintStream {
    private static final int BUFFER = 1 << 16;

    private final Sink sink;

    /** @param out where the bytes go */
    public Output(OutputStream out) {
        this(new Sink(out));
    }

    private Output(Sink sink) {
        super(new BufferedOutputStream(sink, BUFFER), false, StandardCharsets.UTF_8);
        this.sink = sink;
    }

    /** Why output was lost; empty as long as none was. */
    public Optional<LostOutput> lost() {
        return Optional.ofNullable(sink.lost);
    }

    /** Brings out what is buffered, and returns whether output was lost. */
    @Override
    public boolean checkError() {
        try {
            flush();
        } catch (LostOutput e) {
            return true;
        }
        return lost().isPresent();
    }

    /** Output that could not be written. */
    public static final class LostOutput extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean closedByReader;

        private LostOutput(IOException e) {
            super("cannot write standard output: " + reason(e), e);
            closedByReader = text(e).toLowerCase(Locale.ROOT).contains("broken pipe");
        }

        /** Whether the reader of a pipe went away, as {@code head} does: nobody is there to be told. */
        public boolean closedByReader() {
            return closedByReader;
        }

        private static String reason(IOException e) {
            return text(e).contains("Bad file descriptor") ? "it is closed" : text(e);
        }

        private static String text(IOException e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
    }

    private static final class Sink extends OutputStream {
        private final OutputStream out;
        private volatile LostOutput lost;

        Sink(OutputStream out) {
            this.out = out;
        }

        private interface Write {
            void run() throws IOException;
        }

        private void attempt(Write write) {
            if (lost != null) {
                return;
            }
            try {
                write.run();
            } catch (IOException e) {
                lost = new LostOutput(e);
                throw lost;
            }
        }

        @Override
        public void write(int b) {
            attempt(() -> out.write(b));
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            attempt(() -> out.write(bytes, offset, count));
        }

        @Override
        public void flush() {
            attempt(out::flush);
        }

        @Override
        public void close() {
            attempt(out::close);
        }
    }
}
