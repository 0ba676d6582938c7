package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What editors ask for, in the words of llama.cpp, Ollama, Mistral and Mercury. */
@Timeout(60)
@Tag("slow")
class EditorRoutesTest extends WithServed {
    @Test
    void infill_puts_other_files_first_and_the_line_last() {
        JsonNode json = post(
                        "/infill",
                        "{\"input_extra\":[{\"text\":\"ab\",\"time\":[1,2]}],\"input_prefix\":\"cd\",\"prompt\":\"e\","
                                + "\"input_suffix\":\"xyz\",\"n_predict\":3,\"length\":\"fixed\"}")
                .json();
        assertThat(json.get("content").textValue()).isEqualTo("567");
        assertThat(json.get("tokens_evaluated").intValue()).isEqualTo(8);
        assertThat(json.get("truncated").booleanValue()).isFalse();
        assertThat(json.get("stop_type").textValue()).isEqualTo("limit");
        assertThat(json.at("/timings/predicted_n").intValue()).isEqualTo(3);
    }

    @Test
    void several_answers_are_a_list_and_too_many_are_refused() {
        String body = "{\"input_prefix\":\"a\",\"input_suffix\":\"b\",\"n_predict\":2,\"n_cmpl\":N}";
        assertThat(post("/infill", body.replace("N", "3")).json()).hasSize(3);
        assertThat(post("/infill", body.replace("N", "1")).json().isObject()).isTrue();
        Reply refused = post("/infill", body.replace("N", "9"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/error/param").textValue()).isEqualTo("n_cmpl");
    }

    @Test
    void the_word_that_stopped_an_answer_is_said() {
        String body = "{\"prompt\":\"abcd\",\"n_predict\":6,\"length\":\"fixed\",\"stop\":[\"z\",\"67\",\"6\"]}";
        JsonNode stopped = post("/completion", body).json();
        assertThat(stopped.get("content").textValue()).isEqualTo("45");
        assertThat(stopped.get("stop_type").textValue()).isEqualTo("word");
        assertThat(stopped.get("stopping_word").textValue()).isEqualTo("6");
        JsonNode full =
                post("/completion", body.replace("\"67\",\"6\"", "\"y\"")).json();
        assertThat(full.get("stop_type").textValue()).isEqualTo("limit");
        assertThat(full.get("stopping_word").textValue()).isEmpty();
    }

    @Test
    void fields_are_chosen_by_their_paths() {
        JsonNode json = post(
                        "/infill",
                        "{\"input_prefix\":\"a\",\"input_suffix\":\"b\",\"n_predict\":2,"
                                + "\"response_fields\":[\"content\",\"timings/prompt_n\",\"nothing/here\"]}")
                .json();
        assertThat(json.properties()).hasSize(2);
        assertThat(json.get("timings/prompt_n").isInt()).isTrue();
    }

    @Test
    void a_warm_up_never_reaches_the_engine() {
        int before = served().denoiser().passes().size();
        Reply reply = post(
                "/infill",
                "{\"input_prefix\":\"\",\"input_suffix\":\"\",\"n_predict\":0," + "\"response_fields\":[\"\"]}");
        assertThat(reply.text()).isEqualTo("{}");
        assertThat(served().denoiser().passes()).hasSize(before);
    }

    @Test
    void what_is_too_long_is_cut_around_the_hole_and_said() {
        String words = "x\\n".repeat(3000);
        JsonNode json = post(
                        "/infill",
                        "{\"input_prefix\":\"" + words + "\",\"input_suffix\":\"" + words
                                + "\",\"n_predict\":4,\"length\":\"fixed\"}")
                .json();
        assertThat(json.get("truncated").booleanValue()).isTrue();
        assertThat(json.get("content").textValue()).hasSize(4);
        assertThat(json.get("tokens_evaluated").intValue()).isBetween(3000, Served.POSITIONS);
    }

    @Test
    void time_for_the_prompt_cuts_it_to_what_the_machine_can_run() {
        post("/infill", "{\"input_prefix\":\"a\",\"input_suffix\":\"b\",\"n_predict\":4,\"length\":\"fixed\"}");
        String words = "x\\n".repeat(1500);
        JsonNode json = post(
                        "/infill",
                        "{\"input_prefix\":\"" + words + "\",\"input_suffix\":\"b\",\"n_predict\":4,"
                                + "\"t_max_prompt_ms\":1,\"length\":\"fixed\"}")
                .json();
        assertThat(json.get("truncated").booleanValue()).isTrue();
        assertThat(json.get("tokens_evaluated").intValue()).isGreaterThanOrEqualTo(32);
    }

    @Test
    void a_completion_streams_content_and_stop() {
        Reply reply = post("/completion", "{\"prompt\":\"abc\",\"n_predict\":4,\"stream\":true}");
        assertThat(reply.text()).doesNotContain("[DONE]");
        JsonNode last = reply.chunks().getLast();
        assertThat(last.get("stop").booleanValue()).isTrue();
        assertThat(last.get("content").textValue()).isEmpty();
        assertThat(reply.chunks().getFirst().get("stop").booleanValue()).isFalse();
    }

    @Test
    void text_becomes_tokens_and_back() {
        assertThat(post("/tokenize", "{\"content\":\"ab\"}").text()).isEqualTo("{\"tokens\":[97,98]}");
        assertThat(post("/tokenize", "{\"content\":\"a\",\"with_pieces\":true}").text())
                .isEqualTo("{\"tokens\":[{\"id\":97,\"piece\":\"a\"}]}");
        assertThat(post("/detokenize", "{\"tokens\":[97,98]}").text()).isEqualTo("{\"content\":\"ab\"}");
        assertThat(post("/detokenize", "{\"tokens\":[97,-1]}")
                        .json()
                        .at("/error/param")
                        .textValue())
                .isEqualTo("tokens[1]");
        assertThat(post("/apply-template", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                        .text())
                .contains("hi<|im_end|>");
        assertThat(served().client()
                        .get("/props")
                        .json()
                        .at("/default_generation_settings/n_ctx")
                        .intValue())
                .isEqualTo(Served.POSITIONS);
        assertThat(served().client().get("/slots").json()).hasSize(Served.SESSIONS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"input_suffix\":\"b\"} | input_prefix",
                "{\"input_prefix\":\"a\"} | input_suffix",
                "{\"input_prefix\":\"a\",\"input_suffix\":3} | input_suffix",
                "{\"input_prefix\":\"a\",\"input_suffix\":\"b\",\"input_extra\":[3]} | input_extra[0]",
                "{\"input_prefix\":\"a\",\"input_suffix\":\"b\",\"n_indent\":-1} | n_indent",
            })
    void what_is_wrong_with_an_infill_is_said(String body, String param) {
        Reply reply = post("/infill", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo(param);
    }

    @Test
    void what_a_dialect_cannot_show_is_named_and_a_fence_is_around_every_whole_text() {
        Reply llama = post(
                "/completion",
                "{\"prompt\":\"abc\",\"n_predict\":2,\"stream\":true,\"logprobs\":2,\"stream_options\":"
                        + "{\"diffusion\":true}}");
        assertThat(llama.header("x-coda-ignored")).isEqualTo("stream_options.diffusion, logprobs");
        assertThat(post("/v1/completions", "{\"prompt\":\"a\",\"diffusing\":true}")
                        .json()
                        .at("/error/param")
                        .textValue())
                .isEqualTo("diffusing");
        String edit = "{\"stream\":true,\"diffusing\":true,\"messages\":[{\"role\":\"user\",\"content\":"
                + "\"<|current_file_content|>\\n<|code_to_edit|>\\nab\\n<|/code_to_edit|>\\nz"
                + "<|/current_file_content|>\"}]}";
        List<JsonNode> whole = post("/v1/edit/completions", edit).chunks();
        assertThat(whole.stream()
                        .map(chunk -> chunk.at("/choices/0/delta/content").textValue())
                        .filter(text -> !text.isEmpty()))
                .isNotEmpty()
                .allMatch(text -> text.startsWith("```\n") && text.endsWith("\n```"));
    }

    @Test
    void a_completion_ends_where_its_lines_are_less_indented_too() {
        try (Served lines = new Served(
                Served.HTTP, new RuleDenoiser(Served.POSITIONS, (_, position) -> position % 4 == 3 ? '\n' : 'a'))) {
            String body = "{\"prompt\":\"\",\"n_predict\":12,\"n_indent\":N}";
            assertThat(lines.client()
                            .post("/completion", body.replace("N", "0"))
                            .json()
                            .get("content")
                            .textValue())
                    .isEqualTo("aaa\naaa\naaa\n");
            assertThat(lines.client()
                            .post("/completion", body.replace("N", "1"))
                            .json()
                            .get("content")
                            .textValue())
                    .isEqualTo("aaa\n");
            assertThat(lines.client()
                            .post("/completion", body.replace("N", "-1"))
                            .json()
                            .at("/error/param")
                            .textValue())
                    .isEqualTo("n_indent");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'cache_prompt':true                  | cache_prompt",
                "'cache_prompt':false                 |",
                "'id_slot':0                          |",
                "'id_slot':3                          | id_slot",
                "'n_probs':4                          | n_probs",
                "'samplers':['top_k']                 | samplers",
                "'ignore_eos':true,'n_keep':-1        | n_keep, ignore_eos",
                "'t_max_prompt_ms':100                | t_max_prompt_ms",
                "'logit_bias':[]                      |",
                "'logit_bias':false                   |",
                "'system':'be brief','think':true     | system, think",
                "'options':{'num_ctx':4096,'mirostat':0} | options.num_ctx",
            })
    void what_is_known_and_has_no_effect_is_named(String more, String ignored) {
        Reply reply = post("/completion", "{\"prompt\":\"abc\",\"n_predict\":2," + more.replace('\'', '"') + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-coda-ignored")).isEqualTo(ignored == null ? "" : ignored);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'grammar':'root ::= x'     | grammar",
                "'json_schema':{'type':'object'} | json_schema",
                "'logit_bias':[[1,-100]]    | logit_bias",
                "'logit_bias':{'1':-100}    | logit_bias",
            })
    void what_would_change_the_answer_and_cannot_be_done_is_refused(String more, String param) {
        JsonNode error = post("/completion", "{\"prompt\":\"abc\"," + more.replace('\'', '"') + "}")
                .json()
                .get("error");
        assertThat(error.get("param").textValue()).isEqualTo(param);
        assertThat(error.get("code").textValue()).isEqualTo("unsupported_parameter");
    }

    @ParameterizedTest
    @CsvSource({"echo, true", "best_of, 2"})
    void infilling_in_mistral_s_shape_refuses_what_it_cannot_do(String field, String value) {
        Reply reply = post("/v1/fim/completions", "{\"prompt\":\"a\",\"" + field + "\":" + value + "}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo(field);
    }

    @Test
    void an_edit_has_no_fixed_length() {
        Reply reply = post(
                "/v1/edit/completions", "{\"length\":\"fixed\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo("length");
    }

    @Test
    void effort_is_fewer_forwards_and_any_length() {
        for (String effort : List.of("low", "medium", "high")) {
            for (int tokens : new int[] {1, 10, 64}) {
                assertThat(withEffort(effort, tokens, "")
                                .at("/usage/completion_tokens")
                                .intValue())
                        .isEqualTo(tokens);
            }
        }
        int high = forwards("high", "");
        assertThat(high).isGreaterThan(62);
        for (String effort : List.of("low", "medium")) {
            // By another rule where tokens are drawn, and where the request says a threshold.
            for (String more : List.of("", ",\"temperature\":0.5,\"top_p\":0.9", ",\"threshold\":0.8")) {
                assertThat(forwards(effort, more)).as(effort + more).isBetween(1, high - 3);
            }
        }
        assertThat(post("/v1/completions", "{\"prompt\":\"abc\",\"effort\":\"some\"}")
                        .status())
                .isEqualTo(400);
    }

    private int forwards(String effort, String more) {
        return withEffort(effort, 64, more).at("/coda/cost/forwards").intValue();
    }

    private JsonNode withEffort(String effort, int tokens, String more) {
        return post(
                        "/v1/completions",
                        "{\"prompt\":\"abc\",\"effort\":\"" + effort + "\",\"max_tokens\":" + tokens + more + "}")
                .json();
    }

    @Test
    void an_edit_is_the_new_text_of_the_region_in_one_fence() {
        String message = "<|recently_viewed_code_snippets|>\\n<|/recently_viewed_code_snippets|>\\n"
                + "<|current_file_content|>\\ncurrent_file_path: a.py\\n<|code_to_edit|>\\nab<|cursor|>\\n"
                + "<|/code_to_edit|>\\nz\\n<|/current_file_content|>";
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + message + "\"}]}";
        JsonNode json = post("/v1/edit/completions", body).json();
        assertThat(json.at("/choices/0/message/content").textValue()).matches("```\n0[0-9]*\n```");
        Reply stream = post("/v1/edit/completions", body.replaceFirst("\\{", "{\"stream\":true,"));
        StringBuilder text = new StringBuilder();
        stream.chunks()
                .forEach(chunk ->
                        text.append(chunk.at("/choices/0/delta/content").textValue()));
        assertThat(text.toString()).matches("```\n0[0-9]*\n```");
        assertThat(post("/v1/edit/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
                        .status())
                .isEqualTo(400);
    }

    private static String apply(String original, String snippet, String more) {
        return "{\"messages\":[{\"role\":\"system\",\"content\":\"...\"},{\"role\":\"user\",\"content\":"
                + "\"<|original_code|>\\n" + original + "\\n<|/original_code|>\\n\\n<|update_snippet|>\\n" + snippet
                + "\\n<|/update_snippet|>\"}]" + more + "}";
    }

    @Test
    void a_snippet_is_put_into_its_code_without_the_model() {
        int before = served().denoiser().passes().size();
        String body = apply("f() {\\n  a\\n}\\n\\ng() {\\n  b\\n}\\n", "f() {\\n  c\\n}", ",\"temperature\":0");
        Reply reply = post("/v1/apply/completions", body);
        JsonNode json = reply.json();
        String merged = "f() {\n  c\n}\n\ng() {\n  b\n}\n";
        assertThat(json.at("/choices/0/message/content").textValue()).isEqualTo(merged);
        assertThat(json.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        assertThat(json.get("object").textValue()).isEqualTo("apply.completion");
        assertThat(json.at("/usage/completion_tokens").intValue()).isEqualTo(merged.length());
        assertThat(json.at("/coda/cost/forwards").intValue()).isZero();
        assertThat(reply.header("x-coda-ignored")).isEmpty();
        Reply stream = post("/v1/apply/completions", body.replaceFirst("\\{", "{\"stream\":true,"));
        StringBuilder text = new StringBuilder();
        stream.chunks()
                .forEach(chunk ->
                        text.append(chunk.at("/choices/0/delta/content").textValue()));
        assertThat(text.toString()).isEqualTo(merged);
        assertThat(stream.text()).endsWith("data: [DONE]\n\n");
        assertThat(served().denoiser().passes()).hasSize(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int x;|def f():|          | messages    | invalid_value",
                "x = 1 |x = 2   |,'n':2    | n           | invalid_value",
                "x = 1 |x = 2   |,'logprobs':true | logprobs | unsupported_parameter",
                "x = 1 |x = 2   |,'max_tokens':4  | max_tokens | context_length_exceeded",
            })
    void what_cannot_be_merged_is_said(String original, String snippet, String more, String param, String code) {
        String body = apply(original, snippet, more == null ? "" : more.replace('\'', '"'));
        JsonNode error = post("/v1/apply/completions", body).json().get("error");
        assertThat(error.get("param").textValue()).isEqualTo(param);
        assertThat(error.get("code").textValue()).isEqualTo(code);
    }

    @Test
    void what_decodes_has_no_effect_on_a_merge_and_is_named_and_stop_strings_count() {
        Reply reply = post(
                "/v1/apply/completions",
                apply(
                        "x = 1",
                        "x = 2",
                        ",\"temperature\":0.5,\"seed\":3,\"steps\":4,\"stop\":\" 2\"," + "\"effort\":\"low\""));
        assertThat(reply.json().at("/choices/0/message/content").textValue()).isEqualTo("x =");
        assertThat(reply.header("x-coda-ignored").split(", "))
                .containsExactlyInAnyOrder("temperature", "seed", "steps", "effort");
        assertThat(post(
                                "/v1/apply/completions",
                                apply("x = 1", "x = 2", ",\"stream\":true,\"stream_options\":{\"diffusion\":true}"))
                        .header("x-coda-ignored"))
                .isEqualTo("stream_options.diffusion");
        String lines = "x\\n".repeat(1500);
        assertThat(post("/v1/apply/completions", apply(lines, lines, ""))
                        .json()
                        .at("/error/code")
                        .textValue())
                .isEqualTo("context_length_exceeded");
    }

    @Test
    void ollama_streams_unless_told_otherwise_and_says_problems_in_its_way() {
        Reply reply = post("/api/generate", "{\"prompt\":\"abc\",\"suffix\":\"x\",\"options\":{\"num_predict\":3}}");
        assertThat(reply.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(reply.text().lines().toList().getLast()).contains("\"done\":true");
        JsonNode whole = post(
                        "/api/chat",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":false,"
                                + "\"options\":{\"num_predict\":3}}")
                .json();
        assertThat(whole.at("/message/content").textValue()).hasSize(3);
        Reply wrong = post("/api/generate", "{\"prompt\":3}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().get("error").isTextual()).isTrue();
        assertThat(post("/api/pull", "{}").status()).isEqualTo(404);
    }
}
