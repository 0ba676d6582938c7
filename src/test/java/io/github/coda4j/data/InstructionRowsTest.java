package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.files.Json;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatProblem;
import io.github.coda4j.text.ChatRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows of published instruction data: read in full, or dropped with the reason. */
class InstructionRowsTest {
    private static ChatRequest parse(String row) {
        return InstructionRows.parse(Json.parse(row, "row"));
    }

    private static List<ChatMessage> messages(String row) {
        return parse(row).messages();
    }

    private static void assertDropped(String row, Fate fate, String... parts) {
        assertThatExceptionOfType(ChatProblem.class)
                .isThrownBy(() -> parse(row))
                .satisfies(e -> {
                    assertThat(InstructionRows.fate(e)).isEqualTo(fate);
                    assertThat(e.getMessage()).contains(parts);
                });
    }

    @Test
    void alpaca_s_fields_may_be_lists_of_text_and_have_a_system_and_a_history() {
        List<ChatMessage> plain = List.of(ChatMessage.user("Fix:\n\nx"), ChatMessage.assistant("y"));
        assertThat(messages("{\"instruction\":\"Fix:\",\"input\":\"x\",\"output\":\"y\"}"))
                .isEqualTo(plain);
        assertThat(messages("{\"instruction\":[\"Fix:\"],\"input\":[{\"type\":\"text\",\"text\":\"x\"}],"
                        + "\"output\":[\"y\"],\"system\":\"\",\"history\":[]}"))
                .isEqualTo(plain);
        assertThat(messages("{\"instruction\":\"c\",\"output\":\"d\",\"system\":\"s\",\"history\":[[\"a\",\"b\"]]}"))
                .containsExactly(
                        ChatMessage.system("s"),
                        ChatMessage.user("a"),
                        ChatMessage.assistant("b"),
                        ChatMessage.user("c"),
                        ChatMessage.assistant("d"));
        assertThat(parse("{\"instruction\":\"a\",\"output\":\"b\"}"))
                .as("nothing follows the answer")
                .isEqualTo(new ChatRequest(
                        List.of(ChatMessage.user("a"), ChatMessage.assistant("b")),
                        List.of(),
                        false,
                        Optional.empty()));
    }

    @Test
    void a_system_text_beside_the_messages_comes_first() {
        assertThat(messages("{\"system\":\"s\",\"messages\":[{\"role\":\"human\",\"content\":\"q\"}]}"))
                .containsExactly(ChatMessage.system("s"), ChatMessage.user("q"));
        assertThat(messages("{\"messages\":\"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"q\\\"}]\"}"))
                .as("messages as JSON text")
                .containsExactly(ChatMessage.user("q"));
    }

    @Test
    void parts_that_would_be_lost_drop_the_row_with_their_reason() {
        assertDropped("{\"instruction\":\"a\",\"input\":7,\"output\":\"b\"}", Fate.NO_TEXT, "\"input\" is no text: 7");
        assertDropped("{\"instruction\":{},\"output\":\"b\"}", Fate.NO_TEXT, "\"instruction\" is no text");
        assertDropped("{\"instruction\":\"a\",\"output\":[1]}", Fate.NO_TEXT, "\"output\" has a part that is no text");
        assertDropped("{\"instruction\":\"a\",\"output\":\"b\",\"history\":[[\"x\"]]}", Fate.MALFORMED, "\"history\"");
        assertDropped("{\"instruction\":\"a\",\"output\":\"b\",\"history\":\"x\"}", Fate.MALFORMED, "\"history\"");
        assertDropped("{\"instruction\":\"a\",\"output\":\"\\ud83d\"}", Fate.NO_TEXT, "half of a surrogate pair");
        assertDropped("{\"messages\":[{\"role\":\"user\",\"content\":5}]}", Fate.NO_TEXT, "is no text: 5");
        assertDropped("{\"messages\":[{\"role\":\"critic\",\"content\":\"x\"}]}", Fate.UNKNOWN_ROLE, "\"critic\"");
        assertDropped(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":{\"a\":1}}",
                Fate.MALFORMED,
                "'tools'");
        assertDropped(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"functions\":[{\"name\":\"f\"}]}",
                Fate.MALFORMED,
                "\"functions\"");
        assertDropped("{\"messages\":7}", Fate.MALFORMED, "\"messages\" must be a list, got 7");
        assertDropped(
                "{\"conversations\":[],\"id\":1}",
                Fate.MALFORMED,
                "no field \"messages\" and no field \"instruction\" (has: conversations, id)");
    }
}
