package io.github.coda4j.eval.answers;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.Generator;
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
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Asks a model and writes what it answers, a line each in the order of the questions. Lines that are there already are
 * kept: a run that was killed goes on behind them, as long as its settings are the same.
 */
public final class AnswerRun {
    private final Generator generator;
    private final int together;
    private final Listener listener;

    /** Hears how far it is. */
    public interface Listener {
        /** So many answers are written. */
        void answered(int done, int all, Completion completion);
    }

    /** @param together how many questions are under way at once, at least 1 */
    public AnswerRun(Generator generator, int together, Listener listener) {
        check(together >= 1, "at least 1 question is under way at once, got %d", together);
        this.generator = generator;
        this.together = together;
        this.listener = listener;
    }

    /**
     * Asks.
     *
     * @param setting all that answers depend on; kept beside the file
     * @param request how a question is put
     * @param sample the line of an answer
     * @return how many answers were there before
     * @throws CodaException when the file is of other settings or cannot be written
     */
    public int run(
            Path out,
            ObjectNode setting,
            List<Question> questions,
            Function<Question, GenerateRequest> request,
            BiFunction<Question, Completion, ObjectNode> sample)
            throws InterruptedException {
        int there = prepare(out, setting, questions);
        Deque<Generation> running = new ArrayDeque<>();
        try (OutputStream lines = Files.newOutputStream(out, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            int asked = there;
            for (int at = there; at < questions.size(); at++) {
                while (asked < questions.size() && running.size() < together) {
                    running.add(generator.submit(request.apply(questions.get(asked++)), new GenerationListener() {}));
                }
                Completion completion = running.element().await();
                running.remove();
                String line = Json.ascii(sample.apply(questions.get(at), completion)) + "\n";
                lines.write(line.getBytes(StandardCharsets.US_ASCII));
                listener.answered(at + 1, questions.size(), completion);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("write", out, e);
        } finally {
            running.forEach(Generation::cancel);
        }
        return there;
    }

    private static int prepare(Path out, ObjectNode setting, List<Question> questions) {
        Path beside = out.resolveSibling(out.getFileName() + ".settings.json");
        if (!Files.exists(out)) {
            AtomicFiles.writeText(beside, Json.pretty(setting));
            return 0;
        }
        // Read as it was written, so that numbers are of the same kind.
        ObjectNode wanted = Json.parseObject(Json.ascii(setting), "settings");
        if (!Files.exists(beside) || !Json.readObject(beside).equals(wanted)) {
            throw CodaException.of(
                    "%s is there and was not made with these settings (%s): name another --out, or remove both",
                    out, beside.getFileName());
        }
        List<String> tasks = wholeLines(out);
        check(tasks.size() <= questions.size(), "%s has more answers than there are questions", out);
        for (int i = 0; i < tasks.size(); i++) {
            if (!tasks.get(i).equals(questions.get(i).problem().id())) {
                throw CodaException.of(
                        "%s, line %d: the answer is to %s, expected %s",
                        out, i + 1, tasks.get(i), questions.get(i).problem().id());
            }
        }
        return tasks.size();
    }

    /** The tasks of the lines that are whole; half a line behind them is cut off. */
    private static List<String> wholeLines(Path out) {
        if (out.toFile().length() == 0) {
            return List.of();
        }
        byte[] bytes = JsonLines.unpacked(out);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] != '\n') {
            length--;
        }
        List<String> tasks = new ArrayList<>();
        JsonLines.each(
                Arrays.copyOf(bytes, length),
                out.toString(),
                line -> tasks.add(line.object().path("task_id").asText()));
        try (FileChannel channel = FileChannel.open(out, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        } catch (IOException e) {
            throw FileProblems.cannot("write", out, e);
        }
        return tasks;
    }
}
