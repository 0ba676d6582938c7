package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.serve.Client.Reply;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real clients send, sent to a real server over the model in the box. {@code golden/serve} has a file for each
 * client and call: the request as it was recorded and an answer that the client reads without complaint. Every key of
 * that answer must be there with a value of the same kind; texts are the model's own.
 */
@Timeout(120)
@Tag("slow")
class RecordedClientsTest {
    private static final Path FILES = Path.of("src/test/resources/golden/serve");
    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Set<String> NO_CALLS = Set.of("errors.json", "stream-grammar.json");

    /** Headers that belong to a connection and not to a request. */
    private static final Set<String> OF_CONNECTION = Set.of("connection", "host", "content-length", "accept-encoding");

    private static CodaModel model;
    private static CodaServer server;
    private static Client http1;
    private static Client http2;

    @BeforeAll
    static void start() {
        Path folder = Path.of("models/coda-mini");
        model = CodaModel.open(folder, LoadOptions.forFolder(folder), EngineOptions.DEFAULT);
        server = CodaServer.start(
                Served.HTTP,
                new ServeOptions(8, 64, Duration.ofMinutes(1)),
                line -> assertThat(line).startsWith("{"));
        ModelFolder named = new ModelFolder(folder, Optional.empty());
        server.serve(new ServedModel(
                named.name(),
                model,
                model.tokenizer(),
                model.info().maskId(),
                model.endTokens(),
                Optional.of(model.chatTemplate()),
                model.info().maxPositions(),
                model.defaults().behind(Given.inJava().with(Parameter.MAX_NEW_TOKENS, 8)),
                CodaModel.lengths(folder),
                named.created(),
                named.fingerprint(),
                model.info().parameters()));
        http1 = new Client(server.address());
        http2 = new Client(server.address(), HttpClient.Version.HTTP_2);
    }

    @AfterAll
    static void stop() {
        http1.close();
        http2.close();
        server.close();
        model.close();
    }

    static List<String> recorded() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !NO_CALLS.contains(name))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void all_recordings_are_here() throws IOException {
        assertThat(recorded()).hasSize(47);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void a_recorded_call_is_answered_as_its_client_needs(String name) {
        JsonNode file = Json.read(FILES.resolve(name));
        List<JsonNode> requests = together(file.get("request"));
        List<JsonNode> responses = together(file.get("response"));
        for (int i = 0; i < requests.size(); i++) {
            if (responses.get(i).get("status").intValue() == 429) {
                continue; // an answer of a server that is full: LifeTest
            }
            check(requests.get(i), responses.get(i));
        }
    }

    private static List<JsonNode> together(JsonNode node) {
        return node.isArray() ? node.valueStream().toList() : List.of(node);
    }

    private static void check(JsonNode request, JsonNode expected) {
        Reply reply = send(request);
        assertThat(reply.status())
                .as(reply.text())
                .isEqualTo(expected.get("status").intValue());
        assertThat(reply.header("content-type"))
                .startsWith(expected.get("content_type").textValue());
        if (expected.has("json")) {
            assertThat(missing(expected.get("json"), reply.json(), ""))
                    .as(reply.text())
                    .isEmpty();
        }
        if (expected.has("lines")) {
            checkLines(expected.get("lines"), reply);
        }
        if (expected.has("frames")) {
            checkFrames(request, expected.get("frames"), reply);
        }
    }

    private static Reply send(JsonNode request) {
        Client client = request.get("http").asText().startsWith("2") ? http2 : http1;
        List<String> headers = new ArrayList<>();
        for (Map.Entry<String, JsonNode> header : request.get("headers").properties()) {
            if (!OF_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                headers.add(header.getKey());
                headers.add(header.getValue().textValue());
            }
        }
        JsonNode body = request.path("body");
        return client.send(
                request.get("method").textValue(),
                request.get("path").textValue(),
                body.isNull() || body.isMissingNode() ? "" : Json.compact(body),
                headers.toArray(String[]::new));
    }

    private static void checkLines(JsonNode expected, Reply reply) {
        List<JsonNode> lines =
                reply.text().lines().map(line -> Json.parse(line, "a line")).toList();
        JsonNode last = Json.parse(expected.get(expected.size() - 1).textValue(), "the last line");
        JsonNode first = Json.parse(expected.get(0).textValue(), "the first line");
        assertThat(missing(last, lines.getLast(), "")).as(reply.text()).isEmpty();
        for (JsonNode line : lines.subList(0, lines.size() - 1)) {
            assertThat(missing(first, line, "")).isEmpty();
            assertThat(line.get("done").booleanValue()).isFalse();
        }
        assertThat(lines.getLast().get("done").booleanValue()).isTrue();
    }

    /**
     * The frames before the finish, the finish, usage where it was asked for, and {@code [DONE]} where there is one.
     */
    private static void checkFrames(JsonNode request, JsonNode expected, Reply reply) {
        List<String> frames = new ArrayList<>(reply.frames());
        frames.removeIf(":"::equals);
        List<String> wanted = new ArrayList<>();
        expected.forEach(frame -> wanted.add(frame.textValue()));
        assertThat(frames).allMatch(frame -> frame.startsWith("data: "));
        assertThat(frames)
                .as("compact")
                .allSatisfy(frame -> assertThat(STRING.matcher(frame.substring("data: ".length()))
                                .replaceAll("\"\""))
                        .doesNotContainAnyWhitespaces());
        boolean openAi = frames.getFirst().contains("\"choices\"");
        assertThat(frames.getLast().equals("data: [DONE]")).isEqualTo(openAi);
        frames.remove("data: [DONE]");
        wanted.remove("data: [DONE]");
        List<JsonNode> chunks = frames.stream().map(RecordedClientsTest::data).toList();
        List<JsonNode> examples = wanted.stream().map(RecordedClientsTest::data).toList();
        assertThat(chunks).noneMatch(chunk -> chunk.has("error"));
        boolean usage = request.at("/body/stream_options/include_usage").booleanValue();
        boolean usageShown =
                examples.getLast().path("usage").isObject(); // not in that of Mercury, which nobody has seen
        assertThat(chunks.getLast().path("usage").isObject()).isEqualTo(usage);
        int finish = chunks.size() - (usage ? 2 : 1);
        assertThat(missing(examples.get(examples.size() - (usageShown ? 2 : 1)), chunks.get(finish), ""))
                .as(reply.text())
                .isEmpty();
        if (usage) {
            assertThat(!usageShown
                            || missing(examples.getLast(), chunks.getLast(), "").isEmpty())
                    .isTrue();
            assertThat(chunks.getLast().get("choices")).isEmpty();
        }
        assertThat(missing(examples.getFirst(), chunks.getFirst(), ""))
                .as(reply.text())
                .isEmpty();
        JsonNode middle = examples.get(Math.min(1, examples.size() - 1));
        for (JsonNode chunk : chunks.subList(1, Math.max(1, finish))) {
            assertThat(missing(middle, chunk, "")).as(Json.compact(chunk)).isEmpty();
            assertThat(chunk.at("/choices/0/finish_reason").isTextual()).isFalse();
        }
        assertThat(chunks.stream().map(chunk -> chunk.path("id").asText()).collect(Collectors.toSet()))
                .hasSize(1);
    }

    private static JsonNode data(String frame) {
        return Json.parse(frame.substring("data: ".length()), "a frame");
    }

    @Test
    void log_probabilities_belong_to_the_tokens_of_the_text() {
        JsonNode text = http1.post(
                        "/v1/completions", "{\"prompt\":\"for (int i = 0; i <\",\"max_tokens\":6,\"logprobs\":3}")
                .json()
                .at("/choices/0");
        JsonNode logprobs = text.get("logprobs");
        int count = logprobs.get("tokens").size();
        assertThat(count).isPositive();
        assertThat(logprobs.get("tokens").valueStream().map(JsonNode::textValue).collect(Collectors.joining()))
                .isEqualTo(text.get("text").textValue());
        for (int i = 0; i < count; i++) {
            double own = logprobs.get("token_logprobs").get(i).doubleValue();
            JsonNode top = logprobs.get("top_logprobs").get(i);
            assertThat(own).isLessThanOrEqualTo(0);
            assertThat(top).hasSize(3);
            assertThat(top.get(logprobs.get("tokens").get(i).textValue()).doubleValue())
                    .as("the greedy token is the best one")
                    .isEqualTo(own);
            assertThat(top.valueStream()
                            .mapToDouble(one -> Math.exp(one.doubleValue()))
                            .sum())
                    .isLessThanOrEqualTo(1.0001);
        }
        String chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"int x\"}],\"max_tokens\":4,\"logprobs\":true,"
                + "\"top_logprobs\":2}";
        JsonNode content = http1.post("/v1/chat/completions", chat).json().at("/choices/0/logprobs/content");
        assertThat(content).isNotEmpty();
        assertThat(content.get(0).get("bytes")).isNotEmpty();
        assertThat(content.get(0).get("top_logprobs")).hasSize(2);
    }

    /** Paths of the example that the answer lacks, or has with another kind of value. */
    private static List<String> missing(JsonNode example, JsonNode answer, String path) {
        List<String> missing = new ArrayList<>();
        if (example.isObject()) {
            for (Map.Entry<String, JsonNode> entry : example.properties()) {
                String below = path + "/" + entry.getKey();
                if (answer.has(entry.getKey())) {
                    missing.addAll(missing(entry.getValue(), answer.get(entry.getKey()), below));
                } else {
                    missing.add(below);
                }
            }
        } else if (example.isArray() && !example.isEmpty()) {
            if (!answer.isArray() || answer.isEmpty()) {
                missing.add(path + " has no elements");
            } else {
                missing.addAll(missing(example.get(0), answer.get(0), path + "/0"));
            }
        } else if (!example.isNull() && example.getNodeType() != answer.getNodeType()) {
            missing.add(path + " is " + answer.getNodeType());
        }
        return missing;
    }
}
