package io.github.coda4j.eval.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.verdict.JavaJudge;
import io.github.coda4j.eval.verdict.PythonJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests in one line, and what becomes of answers. */
class RequestTrialTest {
    private static final Path REQUESTS = Path.of("recipes/coda-mini/requests.jsonl");

    /** What does each, as somebody would write it. */
    private static final Map<String, String> RIGHT = Map.ofEntries(
            Map.entry("java-1", "public static int max(int a, int b) {\n    return a > b ? a : b;\n}"),
            Map.entry("java-2", "static int abs(int value) {\n    return value < 0 ? -value : value;\n}"),
            Map.entry("java-3", "boolean isEmpty(String text) {\n    return text == null || text.length() == 0;\n}"),
            Map.entry("java-4", "int sum(int[] values) { int s = 0; for (int v : values) { s += v; } return s; }"),
            Map.entry(
                    "java-5",
                    "private boolean contains(int[] values, int value) {\n"
                            + "    return IntStream.of(values).anyMatch(v -> v == value);\n}"),
            Map.entry(
                    "java-6",
                    "int indexOf(int[] values, int value) { for (int i = 0; i < values.length; i++) {"
                            + " if (values[i] == value) { return i; } } return -1; }"),
            Map.entry("java-7", "String reverse(String text) { return new StringBuilder(text).reverse().toString(); }"),
            Map.entry("java-8", "int count(String t, char c) { return (int) t.chars().filter(x -> x == c).count(); }"),
            Map.entry(
                    "java-9",
                    "import java.util.List;\n\nString join(List<String> parts, String separator) {\n"
                            + "    return String.join(separator, parts);\n}"),
            Map.entry("java-10", "long factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }"),
            Map.entry("python-1", "def add(a, b):\n    return a + b"),
            Map.entry("python-2", "def is_even(n):\n    return n % 2 == 0"),
            Map.entry("python-3", "def largest(values):\n    return max(values)"),
            Map.entry("python-4", "def reverse(text):\n    return text[::-1]"),
            Map.entry("python-5", "def is_palindrome(text):\n    return text == text[::-1]"),
            Map.entry("python-6", "def count_words(text):\n    return len(text.split())"),
            Map.entry("python-7", "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)"),
            Map.entry("python-8", "def first(values, default):\n    return values[0] if values else default"),
            Map.entry("python-9", "def unique(values):\n    return list(dict.fromkeys(values))"),
            Map.entry("python-10", "def flatten(lists):\n    return [x for one in lists for x in one]"));

    @TempDir
    Path folder;

    private static Sandbox sandbox() {
        return Sandbox.open(SandboxMode.BEST, System.getenv().getOrDefault("PATH", ""));
    }

    private static PythonJudge python() {
        return new PythonJudge(PythonInterpreter.find(Optional.empty(), System.getenv()), sandbox());
    }

    @Tag("process")
    @Timeout(120)
    @Test
    void what_does_what_was_asked_for_passes_and_nothing_else() {
        List<OneLineRequest> requests = OneLineRequest.read(REQUESTS);
        assertThat(requests).hasSize(20).filteredOn(OneLineRequest::java).hasSize(10);
        JavaJudge java = new JavaJudge(sandbox(), "");
        try (PythonJudge python = python()) {
            for (OneLineRequest request : requests) {
                String answer = "Here it is:\n```x\n" + RIGHT.get(request.id()) + "\n```\nIt does it.";
                RequestTrial trial = RequestTrial.of(request, answer, java, python);
                assertThat(trial.does())
                        .as(request.id() + ": " + trial.result())
                        .isTrue();
            }
            RequestTrial wrong = RequestTrial.of(
                    requests.getFirst(), "int max(int a, int b) {\n    return a < b ? a : b;\n}", java, python);
            assertThat(wrong.parses()).isTrue();
            assertThat(wrong.does()).isFalse();
            RequestTrial broken = RequestTrial.of(requests.get(10), "def add(a, b:\n    return", java, python);
            assertThat(broken.parses()).isFalse();
            assertThat(broken.result()).isEqualTo("does not parse");
            RequestTrial none = RequestTrial.of(requests.get(10), "```python\n```", java, python);
            assertThat(none.parses()).isFalse();
            RequestTrial other = RequestTrial.of(requests.get(10), "def sub(a, b):\n    return a - b", java, python);
            assertThat(other.parses()).isTrue();
            assertThat(other.does()).isFalse();
        }
    }

    @Test
    void code_is_the_first_fenced_block_or_all_of_the_answer() {
        assertThat(OneLineRequest.code("a\n```java\nint b;\n```\n```\nc\n```")).isEqualTo("int b;\n");
        assertThat(OneLineRequest.code("```\nint b;\n")).isEqualTo("int b;\n");
        assertThat(OneLineRequest.code(" int b;")).isEqualTo("int b;\n");
    }

    @Test
    void rows_that_are_something_else_are_named() throws IOException {
        Path file = folder.resolve("requests.jsonl");
        Files.writeString(file, "{\"id\": \"a\", \"language\": \"ruby\", \"request\": \"b\", \"check\": \"c\"}\n");
        assertThatThrownBy(() -> OneLineRequest.read(file))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("requests.jsonl, line 1: \"language\" must be java or python, got 'ruby'");
        Files.writeString(file, "{\"id\": \"a\", \"language\": \"java\", \"request\": \"b\"}\n");
        assertThatThrownBy(() -> OneLineRequest.read(file)).hasMessageContaining("\"check\" must be a text");
        Files.writeString(file, "\n");
        assertThatThrownBy(() -> OneLineRequest.read(file)).hasMessageContaining("holds no requests");
    }
}
