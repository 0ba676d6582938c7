package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chats and completions over a real engine and a real connection. */
@Timeout(60)
@Tag("slow")
class OpenAiRoutesTest extends WithServed {
    private static Reply text(String json) {
        return served().client().post("/v1/completions", json);
    }

    private static Reply chat(String json) {
        return served().client().post("/v1/chat/completions", json);
    }

    @Test
    void a_completion_has_what_clients_read() {
        Reply reply = text("{\"prompt\":\"abc\",\"max_tokens\":4}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        JsonNode json = reply.json();
        assertThat(json.get("id").textValue()).startsWith("cmpl-");
        assertThat(json.get("object").textValue()).isEqualTo("text_completion");
        assertThat(json.get("created").isInt()).isTrue();
        assertThat(json.get("model").textValue()).isEqualTo("bytes");
        assertThat(json.at("/choices/0/text").textValue()).isEqualTo("3456");
        assertThat(json.at("/choices/0/index").intValue()).isZero();
        assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(json.at("/choices/0/logprobs").isNull()).isTrue();
        assertThat(json.at("/usage/prompt_tokens").intValue()).isEqualTo(3);
        assertThat(json.at("/usage/completion_tokens").intValue()).isEqualTo(4);
        assertThat(json.at("/usage/total_tokens").intValue()).isEqualTo(7);
        assertThat(json.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isZero();
        assertThat(json.at("/coda/cost/commits").intValue()).isEqualTo(4);
        assertThat(reply.text()).as("compact").doesNotContain("\": ");
    }

    @Test
    void a_chat_has_a_message() {
        JsonNode json = chat("{\"model\":\"\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":4}")
                .json();
        assertThat(json.get("object").textValue()).isEqualTo("chat.completion");
        assertThat(json.at("/choices/0/message/role").textValue()).isEqualTo("assistant");
        assertThat(json.at("/choices/0/message/content").textValue()).hasSize(4);
        assertThat(json.at("/choices/0/message").has("refusal")).isTrue();
        assertThat(json.at("/usage/prompt_tokens").intValue())
                .isEqualTo("<|im_start|>user\nhi\n<|im_start|>assistant\n".length() + 1);
    }

    @Test
    void a_stream_is_role_text_finish_and_done() {
        Reply reply = chat("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":20,\"stream\":true}");
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
        assertThat(reply.header("cache-control")).isEqualTo("no-cache");
        assertThat(reply.header("x-accel-buffering")).isEqualTo("no");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks.getFirst().at("/choices/0/delta/role").textValue()).isEqualTo("assistant");
        assertThat(chunks)
                .allMatch(chunk -> chunk.at("/choices/0/delta/content").isTextual());
        assertThat(chunks).allMatch(chunk -> !chunk.has("usage") && !chunk.has("error"));
        assertThat(chunks.stream().map(chunk -> chunk.get("id")).distinct()).hasSize(1);
        assertThat(content(chunks)).hasSize(20);
        assertThat(chunks.getLast().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(chunks.getLast().at("/choices/0/delta/content").textValue()).isEmpty();
        assertThat(chunks.stream()
                        .filter(chunk -> !chunk.at("/choices/0/finish_reason").isNull()))
                .hasSize(1);
        assertThat(reply.text()).endsWith("data: [DONE]\n\n");
    }

    private static String content(List<JsonNode> chunks) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/content").asText(""))
                .collect(Collectors.joining());
    }

    @Test
    void usage_comes_in_a_frame_of_its_own_and_only_on_request() {
        List<JsonNode> chunks = text("{\"prompt\":\"abc\",\"max_tokens\":4,\"stream\":true,"
                        + "\"stream_options\":{\"include_usage\":true}}")
                .chunks();
        JsonNode last = chunks.getLast();
        assertThat(last.get("choices")).isEmpty();
        assertThat(last.at("/usage/total_tokens").intValue()).isEqualTo(7);
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allMatch(chunk ->
                        chunk.get("usage").isNull() && chunk.get("choices").size() == 1)
                .allMatch(chunk -> chunk.at("/choices/0/text").isTextual());
    }

    @Test
    void streamed_and_whole_texts_are_the_same_and_explicit_nulls_say_nothing() {
        String whole = text("{\"prompt\":\"abc\",\"max_tokens\":30,\"stream\":false,\"stop\":null,\"seed\":null,"
                        + "\"temperature\":null,\"stream_options\":null,\"suffix\":null}")
                .json()
                .at("/choices/0/text")
                .textValue();
        String streamed = text("{\"prompt\":\"abc\",\"max_tokens\":30,\"stream\":true}").chunks().stream()
                .map(chunk -> chunk.at("/choices/0/text").textValue())
                .collect(Collectors.joining());
        assertThat(streamed).isEqualTo(whole).hasSize(30);
    }

    @Test
    void a_suffix_makes_a_hole() {
        JsonNode json = text("{\"prompt\":\"abc\",\"suffix\":\"xyz\",\"max_tokens\":4,\"length\":\"fixed\"}")
                .json();
        assertThat(json.at("/choices/0/text").textValue()).isEqualTo("3456");
        assertThat(json.at("/usage/prompt_tokens").intValue()).isEqualTo(6);
        JsonNode none = text("{\"prompt\":\"abc\",\"suffix\":\"<|endoftext|>\",\"max_tokens\":4}")
                .json();
        assertThat(none.at("/usage/prompt_tokens").intValue()).isEqualTo(3);
    }

    @Test
    void stop_strings_end_an_answer_and_are_no_part_of_it() {
        JsonNode json = text("{\"prompt\":\"abc\",\"stop\":[\"67\",\"x\"],\"max_tokens\":9}")
                .json();
        assertThat(json.at("/choices/0/text").textValue()).isEqualTo("345");
        assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        assertThat(text("{\"prompt\":\"abc\",\"stop\":\"4\",\"max_tokens\":9}")
                        .json()
                        .at("/choices/0/text")
                        .textValue())
                .isEqualTo("3");
    }

    @Test
    void several_answers_and_several_prompts_have_an_index_each() {
        JsonNode json =
                text("{\"prompt\":[\"a\",\"abc\"],\"n\":2,\"max_tokens\":2}").json();
        assertThat(json.get("choices")).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(json.at("/choices/" + i + "/index").intValue()).isEqualTo(i);
            assertThat(json.at("/choices/" + i + "/text").textValue()).isEqualTo(i < 2 ? "12" : "34");
        }
        assertThat(json.at("/usage/prompt_tokens").intValue()).isEqualTo(4);
        assertThat(json.at("/usage/completion_tokens").intValue()).isEqualTo(8);
        Reply stream = text("{\"prompt\":\"abc\",\"n\":3,\"max_tokens\":5,\"stream\":true}");
        for (int i = 0; i < 3; i++) {
            int index = i;
            assertThat(stream.chunks().stream()
                            .filter(chunk -> chunk.at("/choices/0/index").intValue() == index)
                            .map(chunk -> chunk.at("/choices/0/text").textValue())
                            .collect(Collectors.joining()))
                    .isEqualTo("34567");
        }
    }

    @Test
    void ids_are_a_prompt_too() {
        assertThat(text("{\"prompt\":[97,98],\"max_tokens\":2,\"echo\":true}")
                        .json()
                        .at("/choices/0/text")
                        .textValue())
                .isEqualTo("ab23");
        assertThat(text("{\"prompt\":[[97,98],[99]],\"max_tokens\":2}").json().get("choices"))
                .hasSize(2);
    }

    @Test
    void a_ceiling_is_no_length_and_a_huge_one_costs_nothing() {
        JsonNode json =
                text("{\"prompt\":\"abc\",\"max_tokens\":4096,\"stop\":\"5\"}").json();
        assertThat(json.at("/choices/0/text").textValue()).isEqualTo("34");
        assertThat(text("{\"prompt\":\"abc\",\"max_tokens\":2000000000,\"stop\":\"5\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_canvas_grows_to_the_ceiling_and_tells_every_token_once() {
        int before = served().denoiser().passes().size();
        JsonNode json =
                text("{\"prompt\":\"abc\",\"max_tokens\":150,\"logprobs\":1}").json();
        String answer = json.at("/choices/0/text").textValue();
        assertThat(answer).hasSize(150);
        assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(json.at("/choices/0/logprobs/tokens")).hasSize(150);
        assertThat(lengths(before)).containsExactly(3 + 64, 3 + 128, 3 + 150);
        int grown = served().denoiser().passes().size();
        JsonNode fixed = text("{\"prompt\":\"abc\",\"max_tokens\":150,\"length\":\"fixed\"}")
                .json();
        assertThat(fixed.at("/choices/0/text").textValue()).isEqualTo(answer);
        assertThat(lengths(grown)).containsExactly(3 + 150);
    }

    @Test
    void until_ends_an_answer_with_its_line() {
        try (Served lines = new Served(
                Served.HTTP,
                new RuleDenoiser(Served.POSITIONS, (_, position) -> position == 7 ? '\n' : 'a' + position))) {
            JsonNode json = lines.client()
                    .post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":4000,\"until\":\"line\"}")
                    .json();
            assertThat(json.at("/choices/0/text").textValue()).isEqualTo("defg");
            assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
            JsonNode filled = lines.client()
                    .post(
                            "/infill",
                            "{\"input_prefix\":\"abc\",\"input_suffix\":\"}\",\"n_predict\":30,\"until\":\"line\","
                                    + "\"length\":\"fixed\"}")
                    .json();
            assertThat(filled.get("content").textValue()).isEqualTo("defg");
        }
    }

    /** Of the sequences of the passes from that one on, each once. */
    private static List<Integer> lengths(int from) {
        List<List<ForwardPlan>> passes = served().denoiser().passes();
        return passes.subList(from, passes.size()).stream()
                .map(pass -> pass.getFirst().ids().length)
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "max_tokens, 0",
        "n_predict, 0",
    })
    void a_ceiling_of_nothing_is_answered_at_once(String field, int value) {
        int before = served().denoiser().passes().size();
        JsonNode json =
                chat("{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"\"}],"
                                + "\"" + field + "\":" + value + ",\"response_fields\":[\"\"]}")
                        .json();
        assertThat(json.at("/choices/0/message/content").textValue()).isEmpty();
        assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(json.at("/usage/completion_tokens").intValue()).isZero();
        assertThat(served().denoiser().passes()).hasSize(before);
    }

    @Test
    void the_stronger_name_of_the_ceiling_counts() {
        assertThat(text("{\"prompt\":\"abc\",\"max_tokens\":9,\"max_completion_tokens\":3}")
                        .json()
                        .at("/choices/0/text")
                        .textValue())
                .hasSize(3);
        assertThat(text("{\"prompt\":\"abc\",\"options\":{\"num_predict\":5}}")
                        .json()
                        .at("/choices/0/text")
                        .textValue())
                .hasSize(5);
        assertThat(text("{\"prompt\":\"abc\",\"max_tokens\":-1}")
                        .json()
                        .at("/usage/completion_tokens")
                        .intValue())
                .isEqualTo(256);
    }

    @Test
    void neutral_fields_without_effect_are_named_and_unknown_ones_pass() {
        Reply reply = text("{\"prompt\":\"abc\",\"max_tokens\":1,\"presence_penalty\":1.5,\"frequency_penalty\":0,"
                + "\"prompt_cache_options\":{},\"user\":\"u\",\"tools\":[{\"type\":\"function\"}],"
                + "\"tool_choice\":\"auto\"}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-coda-ignored")).isEqualTo("presence_penalty, tools");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | prompt | invalid_value",
                "{\"prompt\":3} | prompt | invalid_value",
                "{P,\"temperature\":-1} | temperature | invalid_value",
                "{P,\"temperature\":\"x\"} | temperature | invalid_value",
                "{P,\"options\":{\"temperature\":-1}} | options.temperature | invalid_value",
                "{P,\"n\":5} | n | invalid_value",
                "{P,\"n\":0} | n | invalid_value",
                "{P,\"max_tokens\":1.5} | max_tokens | invalid_value",
                "{P,\"max_tokens\":-3} | max_tokens | invalid_value",
                "{P,\"max_tokens\":5000,\"length\":\"fixed\"} | prompt | context_length_exceeded",
                "{P,\"max_tokens\":3,\"block_length\":2,\"length\":\"fixed\"} | block_length | invalid_value",
                "{P,\"alg\":\"best\"} | alg | invalid_value",
                "{P,\"stop\":[\"\"]} | stop | invalid_value",
                "{P,\"stop\":[\"a\",3]} | stop[1] | invalid_value",
                "{P,\"stream\":\"yes\"} | stream | invalid_value",
                "{P,\"stream_options\":{\"include_usage\":1}} | stream_options.include_usage | invalid_value",
                "{P,\"length\":\"short\"} | length | invalid_value",
                "{P,\"length\":\"fixed\",\"grow\":64} | grow | invalid_value",
                "{P,\"grow\":0} | grow | invalid_value",
                "{P,\"grow\":48,\"block_length\":32} | grow | invalid_value",
                "{P,\"until\":\"page\"} | until | invalid_value",
                "{P,\"seed\":1e30} | seed | invalid_value",
                "{P,\"response_format\":{\"type\":\"json_object\"}} | response_format | unsupported_parameter",
                "{P,\"tool_choice\":\"required\"} | tool_choice | unsupported_parameter",
                "{P,\"logit_bias\":{\"5\":1}} | logit_bias | unsupported_parameter",
                "{P,\"best_of\":2} | best_of | unsupported_parameter",
                "{\"prompt\":[1,-1]} | prompt[1] | invalid_value",
                "{\"prompt\":\"\\ud800\"} | prompt | invalid_value",
                "{\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\"} | suffix | invalid_value",
            })
    void what_is_wrong_is_said_with_the_path_of_the_field(String body, String param, String code) {
        String whole = body.replace("P", "\"prompt\":\"a\"");
        for (String stream : List.of("", ",\"stream\":true")) {
            boolean streams = body.contains("\"stream\"");
            Reply reply = text(streams || body.equals("{}") ? whole : whole.replaceFirst("}$", stream + "}"));
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            JsonNode error = reply.json().get("error");
            assertThat(error.get("param").textValue()).isEqualTo(param);
            assertThat(error.get("code").textValue()).isEqualTo(code);
            assertThat(error.get("type").textValue()).isEqualTo("invalid_request_error");
            assertThat(error.get("message").textValue()).isNotBlank().doesNotContain("Exception");
        }
    }

    @Test
    void masks_in_a_prompt_are_refused() {
        Reply reply = text("{\"prompt\":\"a<|mask|>\"}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo("prompt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | messages",
                "null | messages",
                "{} | messages",
                "[{\"role\":\"user\"}] | messages[0].content",
                "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"king\",\"content\":\"a\"}] | messages[1].role",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}] | messages[0].content",
                "[7] | messages[0].role",
            })
    void what_is_wrong_with_a_chat_is_said_with_the_message(String messages, String param) {
        Reply reply = chat("{\"messages\":" + messages + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo(param);
    }

    @Test
    void content_may_be_parts_and_roles_have_all_their_names() {
        assertThat(chat("{\"messages\":[{\"role\":\"developer\",\"content\":\"d\"},"
                                + "{\"role\":\"user\",\"name\":\"n\","
                                + "\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]},"
                                + "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":\"no\"},"
                                + "{\"role\":\"user\",\"content\":\"b\"}],\"max_tokens\":1}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_prompt_that_does_not_fit_is_refused_with_both_numbers_before_any_frame() {
        String words = "x".repeat(5000);
        Reply reply = chat("{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/code").textValue()).isEqualTo("context_length_exceeded");
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo("messages");
        assertThat(reply.json().at("/error/message").textValue())
                .contains("4096")
                .contains("50");
        Reply filled = text("{\"prompt\":\"" + words + "\",\"suffix\":\"x\"}");
        assertThat(filled.status()).isEqualTo(400);
        assertThat(filled.json().at("/error/code").textValue()).isEqualTo("context_length_exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "[]", "3", "null", "", "{\"a\":1,\"a\":2}", "{\"prompt\":\"a\"} x"})
    void a_body_that_is_no_object_is_no_json(String body) {
        Reply reply = text(body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/code").textValue()).isEqualTo("invalid_json");
    }

    @Test
    void deep_nesting_is_no_json_and_deep_enough_nesting_is() {
        String deep = "{\"prompt\":\"a\",\"max_tokens\":1,\"x\":" + "[".repeat(900) + "]".repeat(900) + "}";
        Reply fine = text(deep);
        assertThat(fine.status()).as(fine.text()).isEqualTo(200);
        String deeper = "{\"x\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}";
        assertThat(text(deeper).json().at("/error/code").textValue()).isEqualTo("invalid_json");
    }

    @Test
    void the_same_seed_gives_the_same_bytes_and_choices_differ() {
        String body = "{\"prompt\":\"abc\",\"max_tokens\":30,\"alg\":\"origin\",\"seed\":-7,\"n\":1,"
                + "\"stream\":true,\"stream_options\":{\"diffusion\":true}}";
        assertThat(order(text(body))).isEqualTo(order(text(body)));
        assertThat(order(text(body))).isNotEqualTo(order(text(body.replace("-7", "8"))));
    }

    /** The positions in the order in which they were committed. */
    private static List<Integer> order(Reply reply) {
        return reply.chunks().stream()
                .flatMap(chunk -> chunk.at("/diffusion/commits").valueStream())
                .map(commit -> commit.get("position").intValue())
                .toList();
    }

    @Test
    void models_are_listed_with_their_length() {
        JsonNode entry = served().client().get("/v1/models").json().at("/data/0");
        assertThat(entry.get("id").textValue()).isEqualTo("bytes");
        assertThat(entry.get("owned_by").isTextual()).isTrue();
        assertThat(entry.get("context_length").intValue()).isEqualTo(Served.POSITIONS);
        assertThat(served().client().get("/v1/models/bytes").json()).isEqualTo(entry);
        assertThat(served().client()
                        .get("/v1/models/a/b")
                        .json()
                        .at("/error/code")
                        .textValue())
                .isEqualTo("model_not_found");
    }

    @Test
    void what_was_done_is_counted() {
        text("{\"prompt\":\"abc\",\"max_tokens\":4}");
        String metrics = served().client().get("/metrics").text();
        assertThat(metrics).contains("coda_requests_total{route=\"/v1/completions\",status=\"200\"}");
        assertThat(metrics).containsPattern("coda_tokens_predicted_total [1-9]");
        assertThat(metrics).containsPattern("coda_queue_seconds_count [1-9]");
        assertThat(metrics).contains("coda_answers_under_way ");
    }
}
