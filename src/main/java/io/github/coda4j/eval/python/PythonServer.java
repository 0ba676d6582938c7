package io.github.coda4j.eval.python;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.sandbox.CallFilter;
import io.github.coda4j.eval.sandbox.Reach;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A confined Python that answers frames of JSON. What it writes to standard error is read and dropped, but for its end.
 * Not safe for use by several threads.
 */
public final class PythonServer implements AutoCloseable {
    private static final int LONGEST_ANSWER = 64 << 20;
    private static final int KEPT = 2000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Process process;
    private final Path folder;
    private final Drain drain;
    private final Closing closing = new Closing();
    private Start start = new Start(0, 0);

    private PythonServer(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        this.drain = new Drain(process.getErrorStream());
    }

    /**
     * What a start took.
     *
     * @param seconds from the start of the process to its first answer
     * @param imports seconds of those for modules, as far as the script tells
     */
    public record Start(double seconds, double imports) {}

    /** What its start took. */
    public Start start() {
        return start;
    }

    /** A server that ended instead of answering. */
    public static final class Lost extends Exception {
        private static final long serialVersionUID = 1L;

        Lost(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Starts one.
     *
     * @param script resource beside a class of the room
     * @throws CodaException when it cannot be started
     */
    public static PythonServer start(PythonInterpreter python, Sandbox sandbox, Class<?> room, String script) {
        Path folder = privateFolder();
        ProcessBuilder builder =
                new ProcessBuilder(python.executable().toString(), "-S", "-s", "-B", "-c", source(room, script));
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C.UTF-8");
        // The order of sets is the same in every run.
        builder.environment().put("PYTHONHASHSEED", "0");
        builder.directory(folder.toFile());
        Reach reach = new Reach(python.folders(), python.programs(), List.of(folder));
        long begin = System.nanoTime();
        PythonServer server = new PythonServer(sandbox.start(builder, reach), folder);
        try {
            double imports = server.greet(python, sandbox.innerFilter());
            server.start = new Start((System.nanoTime() - begin) / 1e9, imports);
            return server;
        } catch (Lost e) {
            String said = server.drain.end();
            server.close();
            throw new CodaException(
                    "Python does not start in the sandbox: " + (said.isBlank() ? e.getMessage() : said), e);
        }
    }

    private static Path privateFolder() {
        try {
            return Files.createTempDirectory("coda-eval-").toRealPath();
        } catch (IOException e) {
            throw FileProblems.cannot("write", Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    private static String source(Class<?> room, String script) {
        try (InputStream in = room.getResourceAsStream(script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double greet(PythonInterpreter python, Optional<CallFilter> filter) throws Lost {
        ObjectNode hello = NODES.objectNode().put("do", "hello").put("folder", folder.toString());
        hello.put(
                "filter",
                filter.map(one -> Base64.getEncoder().encodeToString(one.code()))
                        .orElse(null));
        ArrayNode places = hello.putArray("pid_at");
        filter.ifPresent(one -> one.pidAt().forEach(places::add));
        ArrayNode path = hello.putArray("path");
        python.path().forEach(path::add);
        return ask(hello, Duration.ofSeconds(60)).path("imports").asDouble();
    }

    /**
     * Asks and waits for the answer.
     *
     * @throws Lost when the server ends, or does not answer in time: it is to be closed then
     */
    public ObjectNode ask(ObjectNode request, Duration limit) throws Lost {
        byte[] body = Json.ascii(request).getBytes(StandardCharsets.US_ASCII);
        Thread watch = Thread.ofVirtual().unstarted(() -> {
            try {
                Thread.sleep(limit);
                Sandbox.kill(process);
            } catch (InterruptedException _) {
                // It answered.
            }
        });
        watch.start();
        try {
            OutputStream out = process.getOutputStream();
            out.write(ByteBuffer.allocate(Integer.BYTES).putInt(body.length).array());
            out.write(body);
            out.flush();
            return Json.parseObject(frame(process.getInputStream()), "the answer of Python");
        } catch (IOException e) {
            throw new Lost("it ended without an answer", e);
        } finally {
            watch.interrupt();
        }
    }

    private static byte[] frame(InputStream in) throws IOException {
        byte[] head = in.readNBytes(Integer.BYTES);
        if (head.length < Integer.BYTES) {
            throw new EOFException("no answer");
        }
        int length = ByteBuffer.wrap(head).getInt();
        if (length < 0 || length > LONGEST_ANSWER) {
            throw new IOException("an answer of " + length + " bytes");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("half an answer");
        }
        return body;
    }

    /** Ends the server and removes its folder; links in it are not followed. */
    @Override
    public void close() {
        closing.once(() -> {
            Sandbox.kill(process);
            drain.await();
            AtomicFiles.deleteLeftover(folder);
        });
    }

    /** Reads a stream to its end and keeps a little of it. */
    private static final class Drain {
        private final InputStream in;
        private final Thread thread;
        private String end = "";

        Drain(InputStream in) {
            this.in = in;
            this.thread = Thread.ofPlatform().daemon().name("drain").start(this::run);
        }

        private void run() {
            byte[] buffer = new byte[1 << 16];
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    String part = new String(buffer, 0, count, StandardCharsets.UTF_8);
                    String all = end() + part;
                    set(all.substring(Math.max(0, all.length() - KEPT)));
                }
            } catch (IOException _) {
                // Closed: nothing more is to be read.
            }
        }

        private synchronized void set(String text) {
            end = text;
        }

        synchronized String end() {
            return end;
        }

        void await() {
            Closing.awaitEnd(thread);
        }
    }
}
