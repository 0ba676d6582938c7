package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.CodaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one reader of JSON and YAML, and its words. */
class JsonTest {
    private static final String POINTER =
            "version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 4063461376\n".formatted(7);
    private static final String PAGE = "\n<!DOCTYPE html><html><body>Sign in</body></html>";

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void trees_are_those_of_the_library() throws IOException {
        String text = "{\"a\":[1,5000000000,12345678901234567890,1.5,-0.0,1e400,true,false,null,\"é\\ud83d\\ude00\"],"
                + "\"b\":{\"c\":{}, \"d\":[]}, \"\":\"\"}";
        JsonNode expected = new ObjectMapper().readTree(text);
        assertThat(Json.parse(text, "t")).isEqualTo(expected);
        assertThat(Json.read(file("t.json", text))).isEqualTo(expected);
        assertThat(Json.compact(expected)).isEqualTo(expected.toString());
        assertThat(Json.parse(" ", "t").isMissingNode()).isTrue();
    }

    @Test
    void plain_values_become_trees() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("a", new int[][] {{1, 2}, {}});
        values.put("b", new float[] {0.1f});
        values.put("c", null);
        values.put("d", List.of("x", 1L, 2.5, true));
        assertThat(Json.compact(Json.of(values)))
                .isEqualTo("{\"a\":[[1,2],[]],\"b\":[0.1],\"c\":null,\"d\":[\"x\",1,2.5,true]}");
    }

    @Test
    void a_byte_order_mark_is_passed_over_and_other_encodings_are_named() throws IOException {
        assertThat(Json.readObject(file("bom.json", "\uFEFF{\"a\":1}")).get("a").intValue())
                .isEqualTo(1);
        assertThat(Json.parseObject("\uFEFF{\"a\":1}", "t").get("a").intValue()).isEqualTo(1);
        Path utf16 = Files.write(folder.resolve("utf16.json"), "\uFEFF{}".getBytes(StandardCharsets.UTF_16LE));
        assertRefused(() -> Json.read(utf16), "utf16.json is UTF-16, not UTF-8; convert it first");
        Path latin = Files.write(folder.resolve("latin.json"), "{\"é\":1}".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(() -> Json.read(latin), "latin.json is not UTF-8: byte 2 is 0xE9");
    }

    @Test
    void what_is_wrong_is_said_with_source_line_and_column() throws IOException {
        Path twice = file("twice.json", "{\n  \"a\": 1,\n  \"b\": {\"c\": 1, \"c\": 2}\n}");
        assertRefused(() -> Json.read(twice), twice + " is not valid JSON: the key \"c\" stands there twice (line 3,");
        assertRefused(() -> Json.parse("{\"a\":1} {}", "t"), "t is not valid JSON: something follows the end");
        assertRefused(() -> Json.parse("{\"a\":", "t"), "t is not valid JSON: Unexpected end-of-input");
        assertRefused(() -> Json.parse("{\"a\": 1,\n b}", "t"), "(line 2, column ");
        assertRefused(() -> Json.parse("[".repeat(5000), "t"), "t is not valid JSON: ");
        assertRefused(() -> Json.readObject(file("list.json", "[1]")), "list.json must hold a JSON object, got [1]");
        assertRefused(() -> Json.read(folder), folder + " is a folder, expected a file");
        assertRefused(() -> Json.read(folder.resolve("none")), "there is no file " + folder.resolve("none"));
        assertThat(messageOf("{\"a\":")).doesNotContain("start marker", "REDACTED", "Source:");
    }

    private static String messageOf(String json) {
        try {
            return Json.parse(json, "t").toString();
        } catch (CodaException e) {
            return e.getMessage();
        }
    }

    @Test
    void what_was_not_fetched_is_named() throws IOException {
        for (String text : List.of(POINTER, "\uFEFF" + POINTER)) {
            Path pointer = file("tokenizer.json", text);
            assertRefused(
                    () -> Json.read(pointer), pointer + " is a Git LFS pointer, not the file: run `git lfs pull`");
            assertRefused(() -> TextFiles.readFetched(pointer), "is a Git LFS pointer");
            assertRefused(() -> Yaml.read(pointer), "is a Git LFS pointer");
            assertThat(NotFetched.words(pointer))
                    .hasValueSatisfying(what -> assertThat(what).contains("LFS"));
        }
        Path page = file("page.json", PAGE);
        assertRefused(() -> Json.read(page), page + " is a web page (HTML), not the file");
        assertRefused(() -> Json.parse(PAGE, "the listing"), "the listing is a web page (HTML)");
        assertThat(NotFetched.pointer(PAGE.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertRefused(() -> Json.read(file("empty.json", "")), "empty.json has 0 bytes: it was not fetched");
        assertRefused(() -> TextFiles.readFetched(file("empty.txt", "")), "empty.txt has 0 bytes: it was not fetched");
        assertThat(NotFetched.words(new byte[0]))
                .hasValueSatisfying(what -> assertThat(what).startsWith("has 0 bytes"));
        assertThat(NotFetched.words(file("fine", "version 2"))).isEmpty();
        assertThat(Json.read(file("fine.json", "{\"version\":\"https://git-lfs.github.com/spec/v1\"}")))
                .hasSize(1);
    }

    @Test
    void values_behind_one_another_are_all_read_or_named() throws IOException {
        assertThat(values(JsonValues.of(bytes("\uFEFF{\"a\":1}{\"a\":NaN} 3\t[4]"), "it", 1)))
                .containsExactly("{\"a\":1}", "{\"a\":\"NaN\"}", "3", "[4]");
        assertThat(values(JsonValues.of(bytes("{\"a\":1} x"), "it", 9)))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("it is not valid JSON: Unrecognized token 'x'")
                .endsWith("(line 9, column 9)");
        assertThat(values(JsonValues.of("{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1), "it", 1)))
                .singleElement()
                .asString()
                .startsWith("it is not UTF-8: invalid UTF-8");
        assertThat(values(JsonValues.elements(new ByteArrayInputStream(bytes("[{\"a\":1},\n2]")), "it")))
                .containsExactly("{\"a\":1}", "2");
        assertThat(values(JsonValues.elements(new ByteArrayInputStream(bytes("[1] 2")), "it")))
                .containsExactly("1", "it is not valid JSON: something follows the list (line 1, column 6)");
        assertThat(values(JsonValues.elements(new ByteArrayInputStream(bytes("{}")), "it")))
                .singleElement()
                .asString()
                .startsWith("it is not valid JSON: it must hold a list");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** All values, and what stopped the reading. */
    private static List<String> values(JsonValues opened) throws IOException {
        List<String> found = new ArrayList<>();
        try (JsonValues values = opened) {
            for (Optional<JsonNode> value = values.next(); value.isPresent(); value = values.next()) {
                found.add(Json.compact(value.get()));
            }
        } catch (CodaException e) {
            found.add(e.getMessage());
        }
        return found;
    }

    @Test
    void yaml_is_read_as_strictly() throws IOException {
        Path file = file("c.yaml", "\uFEFFa: {b: 1, c: [2, 3.5, x, true, null]}\nd: 1e-3\ne: \"7\"\n");
        String json = "{\"a\":{\"b\":1,\"c\":[2,3.5,\"x\",true,null]},\"d\":0.001,\"e\":\"7\"}";
        assertThat(Yaml.read(file)).isEqualTo(Json.parse(json, "t"));
        assertThat(Yaml.parse(Yaml.write(Yaml.read(file)), "t")).isEqualTo(Yaml.read(file));
        assertRefused(() -> Yaml.parse("a: 1\nb:\n  c: 1\n  c: 2", "t"), "the key \"c\" stands there twice (line 4,");
        assertRefused(() -> Yaml.parse("a: 1\n---\nb: 2", "t"), "t is not valid YAML: something follows the end");
        assertRefused(() -> Yaml.parse("a: [1", "t"), "t is not valid YAML: ");
        assertThat(Yaml.parse("", "t").isMissingNode()).isTrue();
    }

    @Test
    void shown_values_fit_a_line() {
        assertThat(Json.shown(Json.parse("NaN", "t"))).isEqualTo("NaN");
        assertThat(Json.shown(Json.parse("\"" + "x".repeat(200) + "\"", "t")))
                .hasSize(80)
                .endsWith("...");
        assertThat(Json.shown(Json.parse("", "t"))).isEqualTo("nothing");
        assertThat(Json.quoted("a\"\n")).isEqualTo("\"a\\\"\\n\"");
    }
}
