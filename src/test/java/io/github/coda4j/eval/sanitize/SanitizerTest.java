package io.github.coda4j.eval.sanitize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.Goldens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs taken out of answers, against what the originals took. */
@Tag("process")
class SanitizerTest {
    private static Sanitizer sanitizer;

    @BeforeAll
    static void open() {
        sanitizer = new Sanitizer(
                PythonInterpreter.find(Optional.empty(), System.getenv()), Sandbox.open(SandboxMode.BEST, ""));
    }

    @AfterAll
    static void close() {
        sanitizer.close();
        assertThatThrownBy(() -> sanitizer.codaRegion("x")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void the_originals_sanitizer_is_followed_to_the_letter() {
        for (JsonNode one : Goldens.cases("sanitize/cases.json")) {
            String name = one.get("name").asText();
            String text = Answers.codaBeforeSanitizer(
                    one.get("prompt").textValue(), one.get("response").textValue());
            Optional<String> entry = Optional.of(one.get("entry_point").textValue());
            assertThat(sanitizer.coda(text, entry)).as(name).isEqualTo(text(one, "sanitized"));
            assertThat(sanitizer.coda(text, Optional.empty())).as(name).isEqualTo(text(one, "without_entry_point"));
            assertThat(sanitizer.codaRegion(text)).as(name).isEqualTo(text(one, "longest_valid_code"));
        }
    }

    @Test
    void evalpluss_sanitizer_is_followed_to_the_letter() {
        for (JsonNode one : Goldens.cases("sanitize/evalplus.json")) {
            String name = one.get("name").asText();
            Optional<String> entry = Optional.of(one.get("entry_point").textValue());
            String text = text(one, "text");
            assertThat(sanitizer.evalPlus(text, entry)).as(name).isEqualTo(text(one, "sanitized"));
            assertThat(sanitizer.evalPlusRegion(text)).as(name).isEqualTo(text(one, "code_extract"));
            assertThat(sanitizer.evalPlus(text(one, "response"), entry))
                    .as(name)
                    .isEqualTo(text(one, "response_sanitized"));
        }
    }

    private static String text(JsonNode one, String field) {
        return one.get(field).textValue();
    }

    private static final String PROMPT = """
            import math


            def helper(x: int):
                \"""Twice.\"""
                return 2 * x


            def asked(x: int):
                \""" Undo helper. \"""
            """;

    @Test
    void ours_keeps_a_helper_of_the_prompt_that_the_answer_does_not_use() {
        String text = PROMPT + "    return x // 2\n";
        assertThat(sanitizer.coda(text, Optional.of("asked"))).doesNotContain("helper(");
        assertThat(sanitizer.keepingHelpers(PROMPT, text, Optional.of("asked")))
                .isEqualTo("import math\n"
                        + text.substring(text.indexOf("def helper")).replace("\n\n\n", "\n"));
    }

    @Test
    void ours_keeps_what_the_originals_drop_and_drops_what_only_runs() {
        String text = """
                from functools import lru_cache
                LIMIT: int = 3
                try:
                    import numpy
                except ImportError:
                    numpy = None
                @lru_cache
                def deep(n):
                    yield n
                def asked(n):
                    print(deep(n), LIMIT, numpy)
                def unused():
                    return 1
                asked(3)
                assert asked(3) is None
                if __name__ == '__main__':
                    asked(input())
                """;
        String kept = sanitizer.keepingHelpers("", text, Optional.of("asked"));
        assertThat(kept).isEqualTo(text.substring(0, text.indexOf("def unused")));
    }

    @Test
    void an_answer_that_repeats_the_function_and_goes_on_in_prose_gives_its_program() {
        String answer = PROMPT + "    pass\n\ndef asked(x):\n    return x / 2\n\nThis is it: half of x.\n";
        assertThat(sanitizer.keepingHelpers(PROMPT, answer, Optional.of("asked")))
                .contains("return x / 2")
                .doesNotContain("This is it");
    }

    @Test
    void text_that_no_parser_takes_gives_nothing_or_itself_and_the_sanitizer_lives_on() {
        for (String odd : new String[] {"", "\u0000", "\ud800", "(".repeat(5000), "a" + " + a".repeat(100_000)}) {
            sanitizer.coda(odd, Optional.of("f"));
            sanitizer.evalPlus(odd, Optional.of("f"));
            sanitizer.keepingHelpers("", odd, Optional.of("f"));
        }
        assertThat(sanitizer.coda("def f():\n    return 1", Optional.of("f"))).isEqualTo("def f():\n    return 1");
    }

    @Test
    void a_filter_that_the_kernel_refuses_is_no_sanitizer() throws Exception {
        assertThat(filterOf(null)).isEmpty();
        if (Sandbox.open(SandboxMode.BEST, "").innerFilter().isEmpty()) {
            return;
        }
        assertThat(filterOf(Base64.getEncoder().encodeToString(new byte[8])))
                .contains("the kernel refuses the filter of system calls: error 22");
    }

    /** What its Python says when it is greeted with a filter, and that it answers otherwise. */
    private static String filterOf(String filter) throws Exception {
        String script = Files.readString(Path.of("src/main/resources/io/github/coda4j/eval/sanitize/sanitize.py"));
        Path python = PythonInterpreter.find(Optional.empty(), System.getenv()).executable();
        Process process = new ProcessBuilder(python.toString(), "-c", script).start();
        try (var in = process.getOutputStream()) {
            ObjectNode hello =
                    JsonNodeFactory.instance.objectNode().put("do", "hello").put("filter", filter);
            hello.putArray("pid_at");
            hello.putArray("path");
            byte[] bytes = Json.ascii(hello).getBytes(StandardCharsets.US_ASCII);
            in.write(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            in.write(bytes);
        }
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        int answered = process.getInputStream().readAllBytes().length;
        assertThat(process.waitFor()).isEqualTo(filter == null ? 0 : 1);
        assertThat(answered > 0).isEqualTo(filter == null);
        return said;
    }
}
