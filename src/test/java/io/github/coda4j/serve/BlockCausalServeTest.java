package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model that sees no block behind its own, behind the server's doors. */
@Timeout(120)
class BlockCausalServeTest {
    @TempDir
    static Path folder;

    private static MiniServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        ModelKind kind = new ModelKind(
                "sdar", "any", true, Bias.NONE, Alignment.IN_PLACE, Optional.of(new BlockCausal(8, Border.START)));
        ModelConfig config = new ModelConfig(
                320, 48, 2, 6, 2, 12, 80, 1e4, 1e-6, 512, kind, false, 0.3, 300, OptionalInt.of(301), List.of());
        SpecialTokens roles =
                new SpecialTokens(OptionalInt.of(300), OptionalInt.of(301), OptionalInt.empty(), OptionalInt.empty());
        Path model = folder.resolve("sdar");
        RandomCheckpoint.write(
                config,
                5,
                DType.F32,
                writer -> TokenizerWriter.bytes(320, roles).forEach(writer::writeText),
                model,
                (_, _, _) -> {},
                false);
        server = new MiniServer(model, 40, _ -> {});
        client = new Client(server.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void completions_are_answered_whole_and_streamed_alike() {
        String body = "{\"prompt\":\"int x\",\"max_tokens\":21,\"seed\":1%s}";
        Reply whole = client.post("/v1/completions", body.formatted(""));
        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        JsonNode choice = whole.json().at("/choices/0");
        assertThat(whole.json().at("/usage/completion_tokens").intValue()).isBetween(1, 21);
        Reply streamed = client.post("/v1/completions", body.formatted(",\"stream\":true"));
        StringBuilder text = new StringBuilder();
        for (String frame : streamed.frames()) {
            String data = frame.replaceFirst("^data: ", "");
            if (data.startsWith("{")) {
                text.append(Json.parse(data, "a frame").at("/choices/0/text").asText());
            }
        }
        assertThat(text.toString()).isEqualTo(choice.get("text").textValue());
    }

    @Test
    void chats_are_answered() {
        Reply reply = client.post(
                "/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":12}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void the_next_turn_does_not_run_what_the_last_one_ran() {
        String body = "{\"prompt\":\"%s\",\"max_tokens\":8,\"seed\":1,\"temperature\":0}";
        String text = "class Reuse { int value() {"; // 27 bytes in blocks of 8
        Reply first = client.post("/v1/completions", body.formatted(text));
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(cached(first)).isZero();
        Reply again = client.post("/v1/completions", body.formatted(text));
        assertThat(cached(again)).isEqualTo(24);
        assertThat(again.json().at("/choices/0/text")).isEqualTo(first.json().at("/choices/0/text"));
        assertThat(cached(client.post("/v1/completions", body.formatted("k" + text))))
                .isZero();
        assertThat(client.get("/metrics").text()).contains("coda_cached_tokens_total 24.0");
    }

    private static int cached(Reply reply) {
        return reply.json().at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    @Test
    void infilling_is_refused_with_the_reason() {
        Reply reply = client.post("/v1/completions", "{\"prompt\":\"a\",\"suffix\":\"b\",\"max_tokens\":4}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("cannot fill holes");
    }
}
