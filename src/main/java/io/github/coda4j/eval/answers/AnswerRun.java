package io.github.coda4j.eval.answers;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;

/**
 * Asks and writes what is answered, a line each in the order of the questions. Lines that are there already are kept: a
 * run that was killed goes on behind them, as long as its settings are the same, and the file becomes the same. What
 * differs from run to run, times, stands in a file beside it.
 */
public final class AnswerRun {
    private static final String SETTINGS = ".settings.json";
    private static final String TIMES = ".times.jsonl";

    private final Respondent respondent;
    private final int together;
    private final Listener listener;

    /** Hears how far it is. */
    public interface Listener {
        /** So many answers are written. */
        void answered(int done, int all, Answer answer);
    }

    /** @param together how many questions are under way at once, at least 1 */
    public AnswerRun(Respondent respondent, int together, Listener listener) {
        check(together >= 1, "--together must be at least 1, got %d", together);
        this.respondent = respondent;
        this.together = together;
        this.listener = listener;
    }

    /** The file with what the samples of a file depend on. */
    public static Path settings(Path samples) {
        return samples.resolveSibling(samples.getFileName() + SETTINGS);
    }

    /** The file with how long each answer took. */
    static Path times(Path samples) {
        return samples.resolveSibling(samples.getFileName() + TIMES);
    }

    /**
     * Asks.
     *
     * @param setting all that answers depend on; kept beside the file
     * @param sample the line of an answer: its task and text
     * @return how many answers were there before
     * @throws CodaException when the file is of other settings or cannot be written
     */
    public int run(
            Path out, ObjectNode setting, List<Question> questions, BiFunction<Question, Answer, ObjectNode> sample)
            throws InterruptedException {
        int there = prepare(out, setting, questions);
        Deque<CompletableFuture<Answer>> running = new ArrayDeque<>();
        try (OutputStream times = append(times(out));
                OutputStream lines = append(out)) {
            int asked = there;
            long last = System.nanoTime();
            for (int at = there; at < questions.size(); at++) {
                while (asked < questions.size() && running.size() < together) {
                    running.add(respondent.ask(questions.get(asked++)));
                }
                Answer answer = await(running.element());
                running.remove();
                ObjectNode row = sample.apply(questions.get(at), answer);
                row.put("new_tokens", answer.newTokens());
                answer.forwards()
                        .ifPresent(forwards ->
                                row.put("forwards", forwards).put("length_forwards", answer.lengthForwards()));
                long now = System.nanoTime();
                // Times first: a line of the samples always has its times.
                write(
                        times,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("task_id", row.get("task_id").asText())
                                .put("seconds", answer.seconds())
                                .put("wall_seconds", (now - last) / 1e9));
                write(lines, row);
                last = now;
                listener.answered(at + 1, questions.size(), answer);
            }
        } catch (IOException e) {
            CodaException problem = FileProblems.cannot("write", out, e);
            throw new CodaException(problem.getMessage() + "; the same command goes on from here", e);
        } finally {
            running.forEach(one -> one.cancel(true));
        }
        return there;
    }

    private static OutputStream append(Path file) throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void write(OutputStream lines, ObjectNode row) throws IOException {
        lines.write((Json.ascii(row) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new CodaException("no answer: " + cause.getMessage(), cause);
            }
        }
    }

    private static int prepare(Path out, ObjectNode setting, List<Question> questions) {
        Path beside = settings(out);
        if (!Files.exists(out)) {
            AtomicFiles.writeText(beside, Json.pretty(setting));
            AtomicFiles.writeText(times(out), "");
            return 0;
        }
        // Read as it was written, so that numbers are of the same kind.
        ObjectNode wanted = Json.parseObject(Json.ascii(setting), "settings");
        if (!Files.exists(beside)) {
            throw CodaException.of(
                    "%s is there and nothing says what it was made with (%s is not there): name another --out, or"
                            + " remove it",
                    out, beside.getFileName());
        }
        ObjectNode made = Json.readObject(beside);
        if (!made.equals(wanted)) {
            throw CodaException.of(
                    "%s is there and was not made with these settings (%s differs in %s): name another --out, or"
                            + " remove both",
                    out, beside.getFileName(), String.join(", ", differing(made, wanted)));
        }
        List<String> tasks = wholeLines(out, Integer.MAX_VALUE);
        check(tasks.size() <= questions.size(), "%s has more answers than there are questions", out);
        for (int i = 0; i < tasks.size(); i++) {
            if (!tasks.get(i).equals(questions.get(i).problem().id())) {
                throw CodaException.of(
                        "%s, line %d: the answer is to %s, expected %s",
                        out, i + 1, tasks.get(i), questions.get(i).problem().id());
            }
        }
        wholeLines(times(out), tasks.size());
        return tasks.size();
    }

    private static List<String> differing(ObjectNode made, ObjectNode wanted) {
        Set<String> names = new TreeSet<>();
        made.fieldNames().forEachRemaining(names::add);
        wanted.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> made.path(name).equals(wanted.path(name)));
        return List.copyOf(names);
    }

    /** The tasks of the lines that are whole, so many at most; what stands behind them is cut off. */
    private static List<String> wholeLines(Path file, int most) {
        if (file.toFile().length() == 0) {
            return List.of();
        }
        byte[] bytes = JsonLines.unpacked(file);
        int length = 0;
        int lines = 0;
        for (int i = 0; i < bytes.length && lines < most; i++) {
            if (bytes[i] == '\n') {
                length = i + 1;
                lines++;
            }
        }
        List<String> tasks = new ArrayList<>();
        JsonLines.each(
                Arrays.copyOf(bytes, length),
                file.toString(),
                line -> tasks.add(line.object().path("task_id").asText()));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
        return tasks;
    }
}
