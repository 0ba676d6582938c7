package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code recipes/coda-mini/Toolbox.java}: what it prints, and what it holds back. */
@Tag("process")
class ToolboxTest {
    private static final Path REQUESTS = Path.of("recipes/coda-mini/requests.jsonl");
    private static final Pattern FENCED = Pattern.compile("```(java|python)\n(.+)\n```", Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("(\\w+)\\(([^)]*)\\)");

    @TempDir
    static Path folder;

    private static List<JsonNode> rows;

    @BeforeAll
    static void printRows() throws IOException, InterruptedException {
        rows = RecipeProgram.rows(folder.resolve("rows.jsonl"), "Toolbox.java", "--families");
    }

    private static String language(JsonNode row) {
        Matcher fenced = FENCED.matcher(row.get("output").textValue());
        assertThat(fenced.matches()).as(row.toString()).isTrue();
        return fenced.group(1);
    }

    private static String code(JsonNode row) {
        Matcher fenced = FENCED.matcher(row.get("output").textValue());
        assertThat(fenced.matches()).as(row.toString()).isTrue();
        return fenced.group(2);
    }

    /** "max(a, b)" of a head with or without types. */
    private static String head(String text) {
        Matcher head = HEAD.matcher(text);
        assertThat(head.find()).as(text).isTrue();
        String names = List.of(head.group(2).split(",")).stream()
                .map(parameter -> parameter.strip().replaceAll(".*[ \\]]", ""))
                .collect(Collectors.joining(", "));
        return head.group(1) + "(" + names + ")";
    }

    @Test
    void rows_are_as_many_as_the_card_says_and_none_is_there_twice() {
        assertThat(rows).hasSize(11_844);
        assertThat(rows.stream().map(row -> row.get("instruction").textValue())).doesNotHaveDuplicates();
        assertThat(rows.stream().map(row -> row.get("family").textValue()).distinct())
                .as("heads of 142 families, of which two are named alike")
                .hasSize(141);
    }

    @Test
    void the_requests_that_are_a_test_are_held_back() throws IOException {
        List<JsonNode> requests = RecipeProgram.read(REQUESTS);
        assertThat(requests).hasSize(20);
        Set<String> texts =
                requests.stream().map(row -> row.get("request").textValue()).collect(Collectors.toSet());
        Set<String> heads = requests.stream()
                .map(row -> row.get("language").textValue() + " "
                        + head(row.get("request").textValue()))
                .collect(Collectors.toSet());
        assertThat(heads).contains("java max(a, b)", "python flatten(lists)");
        for (JsonNode row : rows) {
            assertThat(texts).doesNotContain(row.get("instruction").textValue());
            assertThat(heads).doesNotContain(language(row) + " " + head(code(row)));
        }
    }

    @Test
    void an_answer_of_every_family_compiles() throws IOException {
        Map<String, String> methods = new HashMap<>();
        for (JsonNode row : rows) {
            if (language(row).equals("java")) {
                methods.put(row.get("family").textValue(), code(row));
            }
        }
        assertThat(methods).as("all but two families, which Python alone has").hasSize(139);
        StringBuilder source = new StringBuilder("import java.util.*;\n\nclass Answers {\n");
        int number = 0;
        for (String method : methods.values()) {
            source.append("static class A")
                    .append(number++)
                    .append(" {\n")
                    .append(method)
                    .append("\n}\n");
        }
        Path file = Files.writeString(folder.resolve("Answers.java"), source.append("}\n"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, System.err, "-d", folder.resolve("out").toString(), file.toString()))
                .isZero();
    }
}
