package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of {@code recipes/coda-mini} that is one Java file. */
final class RecipeProgram {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecipeProgram() {}

    /**
     * The exit code.
     *
     * @param out gets what it prints
     */
    static int run(Path out, String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("recipes/coda-mini/" + program);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** What it prints, a row a line. */
    static List<JsonNode> rows(Path out, String program, String... arguments) throws IOException, InterruptedException {
        assertThat(run(out, program, arguments)).isZero();
        return read(out);
    }

    static List<JsonNode> read(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }
}
