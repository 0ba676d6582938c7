package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.text.ChatProblem.Part;
import org.junit.jupiter.api.Test;

/** What a message says is said, or the request is refused; the original's reading is kept beside it. */
class MessageReadingTest {
    private static final String CALL = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}";

    private static String request(String... messages) {
        return "{\"messages\":[" + String.join(",", messages) + "]}";
    }

    private static String message(String role, String content) {
        return "{\"role\":\"" + role + "\",\"content\":" + content + "}";
    }

    private static String rendered(String json) {
        return ChatTemplate.coda().render(ChatRequest.fromJson(json));
    }

    private static void assertSame(String other, String plain) {
        assertThat(rendered(other)).isEqualTo(rendered(plain));
    }

    private static void assertRefused(String json, Part kind, String... parts) {
        assertThatExceptionOfType(ChatProblem.class)
                .isThrownBy(() -> ChatRequest.fromJson(json))
                .satisfies(e -> {
                    assertThat(e.kind()).isEqualTo(kind);
                    assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
                });
    }

    @Test
    void parts_of_text_are_joined_each_on_a_line_of_its_own() {
        String plain = request(message("user", "\"one\\ntwo\""));
        assertSame(
                request(message(
                        "user", "[{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"input_text\",\"text\":\"two\"}]")),
                plain);
        assertSame(request(message("user", "[\"one\",{\"text\":\"two\"}]")), plain);
    }

    @Test
    void names_that_roles_have_elsewhere_count() {
        for (String name : new String[] {"human", "User", "HUMAN", " user "}) {
            assertSame(request(message(name, "\"q\"")), request(message("user", "\"q\"")));
        }
        assertSame(
                request(message("developer", "\"s\""), message("human", "\"q\""), message("gpt", "\"a\"")),
                request(message("system", "\"s\""), message("user", "\"q\""), message("assistant", "\"a\"")));
        assertSame(
                request(message("user", "\"q\""), message("function", "\"r\""), message("model", "\"a\"")),
                request(message("user", "\"q\""), message("tool", "\"r\""), message("assistant", "\"a\"")));
    }

    @Test
    void results_of_tools_may_be_any_json() {
        assertSame(
                request(message("user", "\"q\""), message("tool", "{\"result\":21}")),
                request(message("user", "\"q\""), message("tool", "\"{\\\"result\\\": 21}\"")));
        assertSame(
                request(message("user", "\"q\""), message("tool", "[1,NaN]")),
                request(message("user", "\"q\""), message("tool", "\"[1, NaN]\"")));
        assertSame(
                request(message("user", "\"q\""), message("tool", "42")),
                request(message("user", "\"q\""), message("tool", "\"42\"")));
        assertSame(
                request(message("user", "\"q\""), message("tool", "[{\"type\":\"text\",\"text\":\"r\"}]")),
                request(message("user", "\"q\""), message("tool", "\"r\"")));
    }

    @Test
    void tools_and_calls_may_be_json_text() {
        String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]";
        String messages = request(message("user", "\"q\""));
        String plain = messages.replace("]}", "],\"tools\":" + tools + "}");
        String text = "\"" + tools.replace("\"", "\\\"") + "\"";
        assertSame(messages.replace("]}", "],\"tools\":" + text + "}"), plain);
        String one = "[\"" + tools.substring(1, tools.length() - 1).replace("\"", "\\\"") + "\"]";
        assertSame(messages.replace("]}", "],\"tools\":" + one + "}"), plain);
        for (String none : new String[] {"null", "[]", "\"\"", "\"null\""}) {
            assertSame(messages.replace("]}", "],\"tools\":" + none + "}"), messages);
        }
        String called = request("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + CALL + "]}");
        assertThat(rendered(called)).contains("{\"name\": \"f\", \"arguments\": {\"a\": 1}}");
        assertSame(request("{\"role\":\"assistant\",\"tool_calls\":\"[" + CALL.replace("\"", "\\\"") + "]\"}"), called);
        assertSame(
                request("{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}"), called);
    }

    @Test
    void thoughts_under_another_name_and_in_parts_are_read() {
        String plain = request(
                message("user", "\"q\""), "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"t\"}");
        assertSame(plain.replace("reasoning_content", "reasoning"), plain);
        assertSame(plain.replace("\"t\"", "[{\"type\":\"text\",\"text\":\"t\"}]"), plain);
        assertThat(rendered(plain)).contains("<think>\nt\n</think>");
    }

    @Test
    void what_no_prompt_can_say_is_refused_with_its_kind() {
        assertRefused(request(message("user", "42")), Part.CONTENT, "the content of message 0", "is no text: 42");
        assertRefused(request(message("user", "{\"text\":\"x\"}")), Part.CONTENT, "is no text");
        assertRefused(request(message("user", "null")), Part.CONTENT, "(user) is missing");
        assertRefused(request(message("user", "[]")), Part.CONTENT, "(user) is missing");
        assertRefused(request(message("assistant", "true")), Part.CONTENT, "is no text: true");
        assertRefused(
                request(message("user", "[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image_url\",\"url\":\"u\"}]")),
                Part.CONTENT,
                "has a part that is no text",
                "image_url");
        assertRefused(request("{\"role\":\"user\",\"content\":\"x\",\"images\":[1]}"), Part.CONTENT, "'images'");
        assertRefused(
                request("{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"}"), Part.CONTENT, "'refusal'");
        assertRefused(
                request("{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[" + CALL + "]}"),
                Part.CONTENT,
                "of the role user, which neither thinks nor calls tools");
        assertRefused(
                request(message("critic", "\"x\"")), Part.ROLE, "message 0", "unknown role \"critic\"", "assistant");
        assertRefused(request(message("", "\"x\"")), Part.ROLE, "message 0 of the chat request needs a role");
        assertRefused(request("[1]"), Part.ROLE, "needs a role");
        String messages = request(message("user", "\"q\""));
        assertRefused(messages.replace("]}", "],\"tools\":[1]}"), Part.FORM, "tool 0", "must be an object", "got 1");
        assertRefused(messages.replace("]}", "],\"tools\":\"x\"}"), Part.FORM, "'tools'", "not valid JSON");
        assertRefused(messages.replace("]}", "],\"tools\":\"{}\"}"), Part.FORM, "'tools'", "must be a list, got {}");
    }

    @Test
    void half_of_a_surrogate_pair_is_no_text_wherever_it_stands() {
        String lone = "\"ab\\ud83d\"";
        assertRefused(request(message("user", lone)), Part.CONTENT, "character 2 is \\ud83d, half of a surrogate pair");
        assertRefused(request(message("user", "[\"x\"," + lone + "]")), Part.CONTENT, "character 4 is \\ud83d");
        assertRefused(request(message("tool", "{\"a\":" + lone + "}")), Part.CONTENT, "half of a surrogate pair");
        assertRefused(
                request("{\"role\":\"assistant\",\"tool_calls\":[" + CALL.replace("1", lone) + "]}"),
                Part.CONTENT,
                "tool call 0 of message 0");
        String messages = request(message("user", "\"q\""));
        assertRefused(messages.replace("]}", "],\"tools\":[{\"name\":" + lone + "}]}"), Part.CONTENT, "tool 0");
        assertThat(rendered(request(message("user", "\"\\ud83d\\ude00\"")))).contains("😀");
    }

    @Test
    void the_original_s_reading_takes_all_that_is_no_string_for_nothing() {
        String json = request(
                message("user", "[{\"type\":\"text\",\"text\":\"hi\"}]"),
                message("developer", "\"rules\""),
                message("assistant", "\"a\""));
        String rendered = ChatTemplate.coda().render(ChatRequest.fromJson(json, MessageReading.ORIGINAL));
        assertThat(rendered)
                .startsWith("<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n")
                .doesNotContain("hi", "rules");
        assertThat(rendered(json)).contains("hi", "rules");
    }
}
