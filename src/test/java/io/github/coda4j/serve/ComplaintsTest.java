package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What users of comparable servers complain about, and where it is seen that this one does not do it. */
@Timeout(60)
@Tag("slow")
class ComplaintsTest extends WithServed {
    /** The tests of each complaint, whose numbers are those of the list that the server was built by. */
    private static final Map<Integer, List<String>> ROWS = new TreeMap<>(Map.ofEntries(
            Map.entry(1, List.of("LifeTest.a_client_that_leaves_ends_its_answer_within_a_step")),
            Map.entry(2, List.of("LifeTest.a_thousand_aborted_requests_leave_nothing")),
            Map.entry(3, List.of("LifeTest.one_clients_leaving_does_not_touch_anothers_answer")),
            Map.entry(4, List.of("http/HttpFrontTest.an_upgrade_to_http2_with_a_body_is_served")),
            Map.entry(5, List.of("OpenAiRoutesTest.streamed_and_whole_texts_are_the_same")),
            Map.entry(6, List.of("OpenAiRoutesTest.neutral_fields_without_effect_are_named_and_unknown_ones_pass")),
            Map.entry(7, List.of("OpenAiRoutesTest.a_prompt_that_does_not_fit_is_refused")),
            Map.entry(8, List.of("EditorRoutesTest.what_is_too_long_is_cut_around_the_hole_and_said")),
            Map.entry(
                    9,
                    List.of(
                            "EditorRoutesTest.what_is_known_and_has_no_effect_is_named",
                            "EditorRoutesTest.what_would_change_the_answer_and_cannot_be_done_is_refused")),
            Map.entry(10, List.of("ComplaintsTest.infilling_needs_no_template")),
            Map.entry(
                    11,
                    List.of(
                            "http/HttpFrontTest.a_silent_stream_is_kept_alive_by_comments",
                            "ComplaintsTest.comments_can_be_switched_off")),
            Map.entry(12, List.of("ComplaintsTest.what_is_not_text_is_a_400_that_says_so")),
            Map.entry(13, List.of("ComplaintsTest.a_bad_history_is_a_400_with_its_place")),
            Map.entry(14, List.of("../cli/serve/ServeCommandTest.the_model_in_the_box_is_served_and_said_so")),
            Map.entry(
                    15,
                    List.of(
                            "StreamedStepsTest.steps_are_shown_on_request",
                            "EditorRoutesTest.effort_is_fewer_forwards"))));

    static List<Map.Entry<Integer, List<String>>> rows() {
        return List.copyOf(ROWS.entrySet());
    }

    @Test
    void no_complaint_is_left_out() {
        assertThat(ROWS.keySet()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void every_complaint_has_a_test(Map.Entry<Integer, List<String>> row) throws IOException {
        for (String test : row.getValue()) {
            int dot = test.lastIndexOf('.');
            Path file = Path.of("src/test/java/io/github/coda4j/serve", test.substring(0, dot) + ".java");
            assertThat(Files.readString(file)).as("row %d", row.getKey()).contains(" void " + test.substring(dot + 1));
        }
    }

    @Test
    void infilling_needs_no_template() {
        ServedModel model = Served.model(new Engine(
                new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10),
                new ByteTokenizer(),
                EngineOptions.DEFAULT));
        ServedModel bare = new ServedModel(
                model.name(),
                model.generator(),
                model.tokenizer(),
                model.maskId(),
                model.endTokens(),
                Optional.empty(),
                model.maxPositions(),
                model.defaults(),
                model.lengths(),
                model.created(),
                model.fingerprint(),
                model.parameters());
        try (Engine engine = (Engine) model.generator();
                CodaServer server =
                        CodaServer.start(Served.HTTP, new ServeOptions(2, 2, Duration.ofMinutes(1)), _ -> {});
                Client client = new Client(server.address())) {
            assertThat(engine).isNotNull();
            server.serve(bare);
            String filled = "\"max_tokens\":3,\"n_predict\":3,\"length\":\"fixed\",\"stream\":false}";
            for (String[] call : new String[][] {
                {"/v1/completions", "{\"prompt\":\"ab\",\"suffix\":\"x\",", "/choices/0/text"},
                {"/v1/fim/completions", "{\"prompt\":\"ab\",\"suffix\":\"x\",", "/choices/0/text"},
                {"/infill", "{\"input_prefix\":\"ab\",\"input_suffix\":\"x\",", "/content"},
                {"/api/generate", "{\"prompt\":\"ab\",\"suffix\":\"x\",", "/response"},
                {"/completion", "{\"prompt\":\"<|fim_prefix|>ab<|fim_suffix|>x<|fim_middle|>\",", "/content"},
            }) {
                Reply reply = client.post(call[0], call[1] + filled);
                assertThat(reply.json().at(call[2]).textValue()).as(call[0]).isEqualTo("234");
            }
            Reply chat = client.post("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertThat(chat.status()).isEqualTo(400);
            assertThat(chat.json().at("/error/param").textValue()).isEqualTo("messages");
        }
    }

    @Test
    void comments_can_be_switched_off() throws Exception {
        for (boolean on : new boolean[] {true, false}) {
            RuleDenoiser slow = new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10);
            slow.beforeForward(_ -> {
                try {
                    Thread.sleep(400);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Duration every = on ? Duration.ofMillis(50) : Duration.ZERO;
            try (Served quiet = new Served(
                    Served.HTTP.withTimes(
                            every, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30)),
                    slow)) {
                String text = quiet.client()
                        .post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":4,\"stream\":true}")
                        .text();
                assertThat(text.contains("\n:\n") || text.startsWith(":\n")).isEqualTo(on);
                assertThat(text).endsWith("data: [DONE]\n\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'json_object'}",
                "{'type':'json_schema','json_schema':{'name':'a','schema':{},'strict':true}}",
                "{'type':'grammar'}",
            })
    void what_is_not_text_is_a_400_that_says_so(String format) {
        for (String path : List.of("/v1/chat/completions", "/v1/completions")) {
            JsonNode error = served().client()
                    .post(
                            path,
                            ("{'prompt':'a','messages':[{'role':'user','content':'a'}],'response_format':" + format
                                            + "}")
                                    .replace('\'', '"'))
                    .json()
                    .get("error");
            assertThat(error.get("param").textValue()).isEqualTo("response_format");
            assertThat(error.get("code").textValue()).isEqualTo("unsupported_parameter");
            assertThat(error.get("message").textValue()).contains("not supported");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'assistant','content':null,'tool_calls':3 | 400",
                "'assistant','content':null,'tool_calls':[{'function':7}] | 400",
                "'assistant','content':null,'tool_calls':[{'function':{'name':'f','arguments':'{}'}}] | 200",
                "'assistant','content':null,'tool_calls':[{'function':{'name':'f','arguments':{}}}] | 200",
                "'user','content':'\\ud800' | 400",
            })
    void a_bad_history_is_a_400_with_its_place(String message, int status) {
        String body = ("{'messages':[{'role':'user','content':'a'},{'role':" + message
                        + "},{'role':'user','content':'b'}],'max_tokens':2}")
                .replace('\'', '"');
        Reply reply = served().client().post("/v1/chat/completions", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (status == 400) {
            assertThat(reply.json().at("/error/param").textValue()).startsWith("messages[1]");
        }
    }

    @Test
    void bytes_that_are_no_utf8_are_refused() throws IOException {
        byte[] head = "{\"prompt\":\"a".getBytes(StandardCharsets.US_ASCII);
        for (byte[] wrong :
                new byte[][] {{(byte) 0xFF}, {(byte) 0xC0, (byte) 0xAF}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}}) {
            byte[] body = new byte[head.length + wrong.length + 2];
            System.arraycopy(head, 0, body, 0, head.length);
            System.arraycopy(wrong, 0, body, head.length, wrong.length);
            body[body.length - 2] = '"';
            body[body.length - 1] = '}';
            try (Raw raw = served().client().raw()) {
                raw.send(
                        "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length + "\r\n\r\n");
                String answer = raw.send(body).readUntil("}}");
                assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"code\":\"invalid_json\"");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/completions | {'prompt':'a','suffix':'H'} | suffix",
                "/v1/completions | {'prompt':['a','H']} | prompt[1]",
                "/v1/completions | {'prompt':'a','stop':['x','H']} | stop[1]",
                "/v1/completions | {'prompt':'H','regions':[{'start':0,'end':0}]} | prompt",
                "/v1/fim/completions | {'prompt':'H'} | prompt",
                "/infill | {'input_prefix':'H','input_suffix':''} | input_prefix",
                "/infill | {'input_prefix':'','input_suffix':'','input_extra':[{'text':'H'}]} | input_extra[0].text",
                "/tokenize | {'content':'H'} | content",
                "/v1/apply/completions | {'messages':[{'role':'user','content':'H'}]} | messages[0].content",
                "/v1/edit/completions | {'messages':[{'role':'user','content':'H'}]} | messages[0].content",
            })
    void half_a_surrogate_pair_is_no_text_anywhere(String path, String body, String param) {
        Reply reply = served().client().post(path, body.replace('\'', '"').replace("H", "\\udc00"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").textValue()).isEqualTo(param);
    }
}
