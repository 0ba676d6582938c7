package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.Client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What editors ask for, in the words of llama.cpp, Ollama, Mistral and Mercury. */
@Timeout(60)
class EditorRoutesTest {
    private static Served served;

    @BeforeAll
    static void start() {
        served = new Served();
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static Reply post(String path, String json) {
        return served.client().post(path, json);
    }

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
        int before = served.denoiser().passes().size();
        Reply reply = post(
                "/infill",
                "{\"input_prefix\":\"\",\"input_suffix\":\"\",\"n_predict\":0," + "\"response_fields\":[\"\"]}");
        assertThat(reply.text()).isEqualTo("{}");
        assertThat(served.denoiser().passes()).hasSize(before);
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
        assertThat(served.client()
                        .get("/props")
                        .json()
                        .at("/default_generation_settings/n_ctx")
                        .intValue())
                .isEqualTo(Served.POSITIONS);
        assertThat(served.client().get("/slots").json()).hasSize(Served.SESSIONS);
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
    void regions_are_holes_of_one_text() {
        JsonNode choice = post(
                        "/v1/completions",
                        "{\"prompt\":\"abcdefgh\",\"max_tokens\":2,\"length\":\"fixed\","
                                + "\"regions\":[{\"start\":2,\"end\":3},{\"start\":5,\"end\":5}]}")
                .json()
                .at("/choices/0");
        assertThat(choice.get("regions")).hasSize(2);
        assertThat(choice.at("/regions/0/text").textValue()).isEqualTo("23");
        assertThat(choice.at("/regions/1/text").textValue()).isEqualTo("67");
        assertThat(choice.at("/regions/0/finish_reason").textValue()).isEqualTo("length");
        for (String wrong : new String[] {
            "[{\"start\":3,\"end\":2}]",
            "[{\"start\":2,\"end\":3},{\"start\":3,\"end\":4}]",
            "[{\"start\":9,\"end\":9}]",
            "[]",
            "[{}]"
        }) {
            assertThat(post("/v1/completions", "{\"prompt\":\"abcdefgh\",\"regions\":" + wrong + "}")
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void effort_is_fewer_forwards_and_any_length() {
        for (int tokens : new int[] {1, 10, 64}) {
            assertThat(post("/v1/completions", "{\"prompt\":\"abc\",\"effort\":\"low\",\"max_tokens\":" + tokens + "}")
                            .json()
                            .at("/usage/completion_tokens")
                            .intValue())
                    .isEqualTo(tokens);
        }
        assertThat(post("/v1/completions", "{\"prompt\":\"abc\",\"effort\":\"low\",\"max_tokens\":64}")
                        .json()
                        .at("/coda/cost/forwards")
                        .intValue())
                .isLessThan(60);
        assertThat(post("/v1/completions", "{\"prompt\":\"abc\",\"effort\":\"some\"}")
                        .status())
                .isEqualTo(400);
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

    @Test
    void regions_have_lengths_of_their_own_and_are_streamed_step_by_step() {
        String body = "{\"prompt\":\"abcdefgh\",\"stream\":true,\"regions\":[{\"start\":2,\"end\":3,\"tokens\":3},"
                + "{\"start\":5,\"end\":5,\"tokens\":1}]";
        List<JsonNode> chunks = post("/v1/completions", body + ",\"stream_options\":{\"diffusion\":true}}")
                .chunks();
        JsonNode regions = chunks.getFirst().at("/diffusion/regions");
        assertThat(regions.toString())
                .isEqualTo("[{\"region\":0,\"start\":0,\"tokens\":3},{\"region\":1,\"start\":5,\"tokens\":1}]");
        assertThat(chunks.stream().filter(chunk -> chunk.at("/diffusion").has("regions")))
                .hasSize(1);
        assertThat(chunks.stream()
                        .flatMap(chunk -> chunk.at("/diffusion/commits").valueStream())
                        .map(commit -> commit.get("position").intValue()))
                .containsExactlyInAnyOrder(0, 1, 2, 5);
        assertThat(chunks)
                .allMatch(chunk -> chunk.at("/choices/0/text").textValue().isEmpty());
        JsonNode last = chunks.getLast().at("/choices/0/regions");
        assertThat(last.at("/0/text").textValue()).isEqualTo("234");
        assertThat(last.at("/1/text").textValue()).isEqualTo("7");
        Reply mixed = post("/v1/completions", body + "}");
        assertThat(mixed.status()).isEqualTo(400);
        assertThat(mixed.json().at("/error/param").textValue()).isEqualTo("regions");
        for (String wrong : new String[] {"0", "-1", "\"a\"", "5000"}) {
            assertThat(post(
                                    "/v1/completions",
                                    "{\"prompt\":\"ab\",\"regions\":[{\"start\":1,\"end\":1,\"tokens\":" + wrong
                                            + "}]}")
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void the_page_lets_browsers_load_nothing_from_elsewhere() {
        Reply page = served.client().get("/");
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("cache-control")).isEqualTo("no-cache");
        assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
        String policy = page.header("content-security-policy");
        assertThat(policy)
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
                .doesNotContain("unsafe")
                .doesNotContain("*");
        String nonce = policy.replaceAll(".*'nonce-([^']+)'.*", "$1");
        assertThat(page.text()).contains("content=\"" + nonce + "\"").contains("<noscript>");
        assertThat(served.client().get("/").header("content-security-policy")).isNotEqualTo(policy);
    }

    @Test
    void assets_are_kept_for_ever_and_zipped_for_those_who_take_that() {
        String script = served.client().get("/").text().replaceAll("(?s).*src=\"\\./(assets/[^\"]+\\.js)\".*", "/$1");
        Reply plain = served.client().get(script);
        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(plain.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(plain.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(plain.header("content-encoding")).isEmpty();
        Reply zipped = served.client().get(script, "Accept-Encoding", "br, gzip");
        assertThat(zipped.header("content-encoding")).isEqualTo("gzip");
        assertThat(zipped.text().length()).isLessThan(plain.text().length() / 2);
        assertThat(served.client()
                        .get(script, "Accept-Encoding", "gzip;q=0, br")
                        .header("content-encoding"))
                .isEmpty();
        assertThat(served.client().get("/assets/other.js").status()).isEqualTo(404);
        assertThat(served.client().get("/assets/../bundle.json").status()).isEqualTo(404);
        Reply head = served.client().send("HEAD", script, "");
        assertThat(head.header("content-length"))
                .isEqualTo(Integer.toString(plain.text().getBytes(StandardCharsets.UTF_8).length));
    }
}
