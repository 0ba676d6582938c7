package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.serve.Client.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Recorded requests with something broken in them: whatever it is, the client is told, and the server lives.
 * {@code -Dserve.fuzz=10000} throws so many, {@code -Dserve.fuzz.seed} those of a failure again.
 */
@Timeout(600)
@Tag("slow")
class FuzzedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("serve.fuzz", 600);
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1",
            "1e308",
            "-0.5",
            "9223372036854775808",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "{\"a\":{}}",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[1,\"a\",{}]",
            "\"fixed\"",
            "\"<|mask|>\"",
            "NaN",
            "4097");
    private static final List<String> FIELDS = List.of(
            "n",
            "max_tokens",
            "n_predict",
            "n_cmpl",
            "stream",
            "stop",
            "logit_bias",
            "options",
            "seed",
            "temperature",
            "length",
            "steps",
            "block_length",
            "cache",
            "alg",
            "threshold",
            "alg_param",
            "effort",
            "suffix",
            "prompt",
            "messages",
            "echo",
            "deadline_ms",
            "stream_options",
            "response_format",
            "top_k",
            "top_p",
            "eps",
            "tools",
            "input_extra",
            "input_prefix",
            "n_indent",
            "t_max_predict_ms",
            "t_max_prompt_ms",
            "response_fields",
            "length");

    @Test
    void nothing_that_a_client_sends_is_the_servers_fault() throws Exception {
        long seed = Long.getLong("serve.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        List<JsonNode> recorded = recorded();
        try (Served served = new Served()) {
            for (int i = 0; i < REQUESTS; i++) {
                JsonNode request = recorded.get(random.nextInt(recorded.size()));
                String path = request.get("path").textValue();
                JsonNode body = request.get("body").deepCopy();
                for (int change = random.nextInt(3); change >= 0; change--) {
                    mutate(body, random);
                }
                String text = broken(Json.compact(capped(body)), random);
                Reply reply = served.client().post(path, text);
                assertThat(reply.status())
                        .as("seed %d, request %d to %s: %s answered %s", seed, i, path, text, reply.text())
                        .isLessThan(500);
                assertThat(reply.text())
                        .as("seed %d, request %d", seed, i)
                        .doesNotContain("Exception")
                        .doesNotContain("at io.")
                        // What goes wrong in mid-stream has no status any more.
                        .doesNotContain("event: error")
                        .doesNotContain("internal_error");
                if (i % 50 == 0) {
                    served.denoiser().passes().clear(); // what they hold grows with every request
                    try (Raw raw = served.client().raw()) {
                        raw.post(path, text); // and leaves
                    }
                }
            }
            awaitEmpty(served, seed);
            assertThat(served.client()
                            .post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":3}")
                            .json()
                            .at("/choices/0/text")
                            .textValue())
                    .isEqualTo("345");
        }
    }

    private static void awaitEmpty(Served served, long seed) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (served.server().underWay()
                        + served.server().openCalls()
                        + served.denoiser().openCaches()
                > 0) {
            assertThat(System.nanoTime())
                    .as(
                            "seed %d: stuck: %d answers, %d calls, %d caches",
                            seed,
                            served.server().underWay(),
                            served.server().openCalls(),
                            served.denoiser().openCaches())
                    .isLessThan(end);
            Thread.sleep(2);
        }
    }

    private static List<JsonNode> recorded() throws IOException {
        List<JsonNode> requests = new ArrayList<>();
        for (String name : RecordedClientsTest.recorded()) {
            JsonNode request = Json.read(
                            Path.of("src/test/resources/golden/serve").resolve(name))
                    .get("request");
            Stream.of(request)
                    .flatMap(node -> node.isArray() ? node.valueStream() : Stream.of(node))
                    .filter(node -> node.path("body").isObject())
                    .forEach(requests::add);
        }
        return requests;
    }

    /** Long answers are no part of this. */
    private static JsonNode capped(JsonNode body) {
        if (body instanceof ObjectNode object && !object.has("max_tokens") && !object.has("n_predict")) {
            object.put("max_tokens", 4);
        }
        return body;
    }

    private static void mutate(JsonNode node, Random random) {
        JsonNode value = Json.parse(VALUES.get(random.nextInt(VALUES.size())), "a value");
        if (node instanceof ObjectNode object) {
            List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(object.properties());
            if (entries.isEmpty() || random.nextInt(3) == 0) {
                object.set(FIELDS.get(random.nextInt(FIELDS.size())), value);
                return;
            }
            Map.Entry<String, JsonNode> entry = entries.get(random.nextInt(entries.size()));
            if (entry.getValue().isContainerNode() && random.nextBoolean()) {
                mutate(entry.getValue(), random);
            } else if (random.nextInt(4) == 0) {
                object.remove(entry.getKey());
            } else {
                object.set(entry.getKey(), value);
            }
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            if (array.get(index).isContainerNode() && random.nextBoolean()) {
                mutate(array.get(index), random);
            } else {
                array.set(index, value);
            }
        }
    }

    private static String broken(String text, Random random) {
        if (random.nextInt(20) > 0 || text.isEmpty()) {
            return text;
        }
        int at = random.nextInt(text.length());
        return random.nextBoolean() ? text.substring(0, at) : text.substring(0, at) + '"' + text.substring(at);
    }
}
