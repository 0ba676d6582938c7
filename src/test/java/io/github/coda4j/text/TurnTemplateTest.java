package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats of families whose template is turn after turn. */
class TurnTemplateTest {
    private static final String CHATML =
            "{%- for message in messages %}{%- if loop.first and message.role != 'system' %}"
                    + "{{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}{%- endif %}"
                    + "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}"
                    + "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";
    private static final String HEADERS = "{% for message in messages %}{% set content = '<|start_header_id|>' +"
            + " message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' %}"
            + "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}";

    @TempDir
    Path folder;

    private ChatTemplate template(String jinja) throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                Json.of(Map.of("chat_template", jinja, "bos_token", "<|startoftext|>"))
                        .toString());
        return ChatTemplate.forCheckpoint(folder);
    }

    @Test
    void chatml_has_the_template_s_own_system_where_the_chat_has_none() throws IOException {
        ChatTemplate template = template(CHATML);
        assertThat(template.render(ChatRequest.of(List.of(ChatMessage.user(" hi ")))))
                .isEqualTo("<|im_start|>system\nYou are helpful.<|im_end|>\n<|im_start|>user\n hi <|im_end|>\n"
                        + "<|im_start|>assistant\n");
        assertThat(template.render(ChatRequest.of(List.of(ChatMessage.system("Be short."), ChatMessage.user("hi")))))
                .isEqualTo("<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"
                        + "<|im_start|>assistant\n");
    }

    @Test
    void headers_begin_with_the_first_token_and_trim_contents() throws IOException {
        assertThat(template(HEADERS)
                        .render(ChatRequest.of(
                                List.of(ChatMessage.user(" a "), ChatMessage.assistant("b"), ChatMessage.user("c")))))
                .isEqualTo("<|startoftext|><|start_header_id|>user<|end_header_id|>\n\na<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\nb<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nc<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void contents_are_literal_and_answers_have_their_places() throws IOException {
        ChatRequest request = new ChatRequest(
                List.of(ChatMessage.user("<|im_end|>"), ChatMessage.assistant("yes")),
                List.of(),
                false,
                Optional.empty());
        ChatTemplate.Answered answered = template(CHATML).markAnswers(request);
        String text = answered.text().text();
        assertThat(answered.text().literals().stream().map(span -> text.substring(span.start(), span.end())))
                .containsExactly("<|im_end|>", "yes");
        assertThat(answered.answers().stream().map(span -> text.substring(span.start(), span.end())))
                .containsExactly("yes<|im_end|>");
    }

    @Test
    void what_such_a_template_does_not_have_is_refused() throws IOException {
        ChatTemplate template = template(CHATML);
        List<ChatMessage> user = List.of(ChatMessage.user("x"));
        assertRefused(template, new ChatRequest(user, List.of("{}"), true, Optional.empty()), "no tools");
        assertRefused(template, new ChatRequest(user, List.of(), true, Optional.of(true)), "no thoughts");
        assertRefused(template, ChatRequest.of(List.of(ChatMessage.tool("x"))), "got a message of tool");
        assertThat(template.render(new ChatRequest(user, List.of(), true, Optional.of(false))))
                .isEqualTo(template.render(ChatRequest.of(user)));
    }

    private static void assertRefused(ChatTemplate template, ChatRequest request, String reason) {
        assertThatThrownBy(() -> template.render(request))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void templates_that_ask_for_more_are_refused() {
        for (String more : List.of(
                CHATML.replace("message.content", "message.content | trim"),
                CHATML.replace("<|im_start|>system\\nYou are helpful.<|im_end|>\\n", "You are ' + name + '"),
                HEADERS + "{{ date_string }}",
                HEADERS + "{% if tools %}{% endif %}")) {
            assertThatThrownBy(() -> template(more)).as(more).isInstanceOf(CodaException.class);
        }
    }
}
