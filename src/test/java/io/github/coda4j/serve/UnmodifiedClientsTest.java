package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Published clients as they are, against a server as it is: openai-java and LangChain4j, which upgrades to HTTP/2. */
@Timeout(60)
@Tag("slow")
class UnmodifiedClientsTest {
    private final RuleDenoiser denoiser =
            new RuleDenoiser(Served.POSITIONS, (sequence, position) -> '0' + position % 10);
    private final Semaphore permits = new Semaphore(1_000_000);
    private final Served served;

    UnmodifiedClientsTest() {
        denoiser.beforeForward(plans -> permits.acquireUninterruptibly());
        served = new Served(Served.HTTP, denoiser).beforeClose(() -> permits.release(1_000_000));
    }

    @AfterEach
    void stop() {
        served.close();
    }

    private OpenAIClient openAi() {
        return OpenAIOkHttpClient.builder()
                .baseUrl(served.server().address() + "/v1")
                .apiKey("k")
                .responseValidation(true)
                .build();
    }

    private static ChatCompletionCreateParams.Builder hi() {
        return ChatCompletionCreateParams.builder().model("bytes").addUserMessage("hi");
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(2);
        }
    }

    @Test
    void openai_java_reads_chats_completions_and_models() {
        ChatCompletion chat = openAi().chat()
                .completions()
                .create(hi().maxCompletionTokens(16).build());
        assertThat(chat.choices().getFirst().message().content().orElseThrow()).hasSize(16);
        assertThat(chat.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        assertThat(chat.usage().orElseThrow().completionTokens()).isEqualTo(16);
        var filled = openAi().completions()
                .create(CompletionCreateParams.builder()
                        .model("bytes")
                        .prompt("int x")
                        .suffix(";\n")
                        .maxTokens(8)
                        .build());
        String text = filled.choices().getFirst().text();
        assertThat(text).isNotEmpty();
        assertThat("56789012")
                .as("digits from the hole's place on, of the length that is found")
                .startsWith(text);
        assertThat(openAi().models().list().data().getFirst().id()).isEqualTo("bytes");
    }

    @Test
    void openai_java_accumulates_a_stream_with_usage() {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams params = hi().maxCompletionTokens(16)
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        String text;
        try (StreamResponse<ChatCompletionChunk> stream =
                openAi().chat().completions().createStreaming(params)) {
            text = stream.stream()
                    .peek(accumulator::accumulate)
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .collect(Collectors.joining());
        }
        assertThat(text).hasSize(16);
        ChatCompletion whole = accumulator.chatCompletion();
        assertThat(whole.choices().getFirst().message().content()).hasValue(text);
        assertThat(whole.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void openai_java_is_told_what_is_wrong_and_in_mid_stream_that_it_broke() {
        assertThatThrownBy(() -> openAi().chat()
                        .completions()
                        .create(hi().temperature(-1.0).build()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.code()).hasValue("invalid_value");
                    assertThat(e.param()).hasValue("temperature");
                });
        breakAfter(100);
        assertThatThrownBy(() -> {
                    try (StreamResponse<ChatCompletionChunk> stream =
                            openAi().chat().completions().createStreaming(fixed(120))) {
                        stream.stream().forEach(ChatCompletionChunk::id);
                    }
                })
                .isInstanceOf(RuntimeException.class);
    }

    private static ChatCompletionCreateParams fixed(int tokens) {
        return hi().maxCompletionTokens(tokens)
                .putAdditionalBodyProperty("length", com.openai.core.JsonValue.from("fixed"))
                .build();
    }

    private void breakAfter(int passes) {
        denoiser.beforeForward(plans -> {
            if (denoiser.passes().size() > passes) {
                throw new IllegalStateException("broken");
            }
        });
    }

    @Test
    void openai_java_that_closes_its_stream_ends_the_answer() throws Exception {
        permits.drainPermits();
        CompletableFuture<StreamResponse<ChatCompletionChunk>> asked = CompletableFuture.supplyAsync(
                () -> openAi().chat().completions().createStreaming(fixed(200)),
                task -> Thread.ofPlatform().start(task));
        await(permits::hasQueuedThreads);
        permits.release(180);
        StreamResponse<ChatCompletionChunk> stream = asked.get();
        assertThat(stream.stream().findFirst()).isPresent();
        permits.drainPermits();
        await(permits::hasQueuedThreads);
        int before = denoiser.passes().size();
        stream.close();
        await(() -> served.server().openCalls() == 0);
        permits.release(1);
        await(() -> served.server().underWay() == 0);
        assertThat(denoiser.passes()).hasSizeBetween(before, before + 1);
    }

    @Test
    void openai_java_waits_as_long_as_a_full_server_says() throws Exception {
        permits.drainPermits();
        List<Raw> others = new ArrayList<>();
        for (int i = 0; i < Served.SESSIONS + Served.QUEUE; i++) {
            others.add(served.client().raw().post("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":9}"));
        }
        await(() -> served.server().underWay() == Served.SESSIONS + Served.QUEUE);
        long start = System.nanoTime();
        assertThatThrownBy(() -> openAi().chat().completions().create(hi().build()))
                .isInstanceOfSatisfying(
                        RateLimitException.class, e -> assertThat(e.code()).hasValue("rate_limit_exceeded"));
        assertThat(System.nanoTime() - start).as("two retries").isGreaterThan(1_900_000_000L);
        for (Raw other : others) {
            other.close();
        }
    }

    @Test
    void langchain4j_answers_over_an_upgraded_connection() {
        OpenAiChatModel chat = OpenAiChatModel.builder()
                .baseUrl(served.server().address() + "/v1")
                .apiKey("k")
                .modelName("bytes")
                .maxTokens(16)
                .stop(List.of("\n\n"))
                .seed(3)
                .build();
        assertThat(chat.chat("hi")).hasSize(16);
        OpenAiLanguageModel language = OpenAiLanguageModel.builder()
                .baseUrl(served.server().address() + "/v1")
                .apiKey("k")
                .modelName("bytes")
                .build();
        assertThat(language.generate("int x").content()).hasSize(256);
    }

    private OpenAiStreamingChatModel streaming() {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(served.server().address() + "/v1")
                .apiKey("k")
                .modelName("bytes")
                .maxTokens(120)
                .build();
    }

    private static final class Heard implements StreamingChatResponseHandler {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String partial) {
            text.append(partial);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
        }
    }

    @Test
    void langchain4j_streams() throws Exception {
        Heard heard = new Heard();
        streaming().chat(List.of(UserMessage.from("hi")), heard);
        ChatResponse whole = heard.whole.get();
        assertThat(heard.text).hasSize(120);
        assertThat(whole.aiMessage().text()).isEqualTo(heard.text.toString());
        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(whole.tokenUsage().outputTokenCount()).isEqualTo(120);
    }

    @Test
    void langchain4j_does_not_take_a_broken_stream_for_an_answer() {
        breakAfter(110);
        Heard heard = new Heard();
        streaming().chat(List.of(UserMessage.from("hi")), heard);
        assertThatThrownBy(() -> heard.whole.get(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(heard.text).hasSizeLessThan(120);
    }
}
