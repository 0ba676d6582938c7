package io.github.coda4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What LangChain4j's own tests do not ask: cancelling, failures, order, many at a time, language models, counts. */
@Tag("slow")
@Timeout(60)
class CodaChatModelTest {
    private static final int ENOUGH = 1_000_000;
    private static final String STORY = "Tell me a long story about animals";

    private final Parrot parrot = new Parrot();
    private final Semaphore permits = new Semaphore(0);

    @AfterEach
    void close() {
        permits.release(ENOUGH);
        parrot.close();
    }

    /** The network waits for a permit at each step. */
    private void hold() {
        parrot.denoiser().beforeForward(_ -> permits.acquireUninterruptibly());
    }

    /** A step takes some milliseconds. */
    private void slow() {
        parrot.denoiser().beforeForward(_ -> LockSupport.parkNanos(5_000_000));
    }

    private CodaChatModelBuilder<CodaChatModel> chat() {
        return CodaChatModel.builder().backend(parrot);
    }

    private CodaStreamingChatModel streaming() {
        return CodaStreamingChatModel.builder().backend(parrot).build();
    }

    private static ChatRequest says(String text) {
        return ChatRequest.builder().messages(UserMessage.from(text)).build();
    }

    /** What a handler was told. */
    private static final class Heard implements StreamingChatResponseHandler {
        private final StringBuffer text = new StringBuffer();
        private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String partial) {
            threads.add(Thread.currentThread());
            text.append(partial);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            threads.add(Thread.currentThread());
            whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
        }

        Throwable error() throws InterruptedException {
            try {
                throw new AssertionError("an answer: " + whole.get());
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
    }

    @Test
    void an_answer_says_what_it_took() {
        ChatResponse response = chat().build().chat(says("What is the capital of Germany?"));
        assertThat(response.aiMessage().text()).isEqualTo("Berlin is the capital of Germany.");
        CodaChatResponseMetadata metadata = (CodaChatResponseMetadata) response.metadata();
        assertThat(metadata.cost().newTokens())
                .isEqualTo(response.tokenUsage().outputTokenCount())
                .isEqualTo(response.aiMessage().text().length());
        assertThat(metadata.cost().forwards()).isPositive();
        assertThat(metadata.notes()).isEmpty();
        assertThat(metadata.modelName()).isEqualTo(Parrot.NAME);
        assertThat(metadata.toBuilder().build()).isEqualTo(metadata);
    }

    @Test
    void what_is_known_to_be_impossible_is_refused_by_name() {
        assertRefused(
                parameters()
                        .toolSpecifications(
                                ToolSpecification.builder().name("now").build()),
                "toolSpecifications (tools)");
        assertRefused(parameters().toolChoice(ToolChoice.REQUIRED), "ToolChoice.REQUIRED");
        assertRefused(parameters().responseFormat(ResponseFormat.JSON), "JSON response format");
        assertRefused(parameters().frequencyPenalty(0.5), "frequencyPenalty");
        assertRefused(parameters().presencePenalty(-0.5), "presencePenalty");
        assertRefused(parameters().modelName("another"), "modelName 'another'");
        assertRefused(parameters().with(Parameter.CONTEXT, 100), "context");
        assertThatThrownBy(() -> chat().build()
                        .chat(UserMessage.from(TextContent.from("see"), ImageContent.from("http://127.0.0.1/a.png"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("image");
        assertThatThrownBy(() -> chat().build().chat(UserMessage.from("Ann", "hello")))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("name of a user message");
        ChatRequestParameters foreign = new DefaultChatRequestParameters(DefaultChatRequestParameters.builder()) {};
        assertThatThrownBy(() -> chat().build()
                        .chat(ChatRequest.builder()
                                .messages(UserMessage.from("hello"))
                                .parameters(foreign)
                                .build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("parameters of");
    }

    private static CodaChatRequestParameters.Builder parameters() {
        return CodaChatRequestParameters.builder();
    }

    private void assertRefused(CodaChatRequestParameters.Builder builder, String what) {
        CodaChatRequestParameters asked = builder.build();
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(asked)
                .build();
        assertThatThrownBy(() -> chat().build().chat(request))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(what + " is not supported");
        assertThatThrownBy(() -> streaming().chat(request, new Heard()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(what + " is not supported");
        assertThatThrownBy(() -> chat().defaultRequestParameters(asked).build())
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(what + " is not supported");
    }

    @Test
    void neutral_values_and_the_model_s_own_name_pass() {
        ChatRequestParameters neutral = ChatRequestParameters.builder()
                .modelName(Parrot.NAME)
                .frequencyPenalty(0.0)
                .presencePenalty(0.0)
                .toolChoice(ToolChoice.AUTO)
                .responseFormat(ResponseFormat.TEXT)
                .build();
        assertThat(chat().defaultRequestParameters(neutral).build().chat("hello"))
                .isEqualTo("Hi!");
    }

    @Test
    void a_request_s_parameters_beat_the_model_s_and_each_has_an_effect() {
        CodaChatModel model = chat().maxOutputTokens(3).with(Parameter.STEPS, 3).build();
        assertThat(model.chat(STORY)).isEqualTo(Parrot.STORY.substring(0, 3));
        int before = parrot.denoiser().passes().size();
        ChatResponse longer = model.chat(ChatRequest.builder()
                .messages(UserMessage.from(STORY))
                .parameters(
                        parameters().maxOutputTokens(8).with(Parameter.STEPS, 4).build())
                .build());
        assertThat(longer.aiMessage().text()).isEqualTo(Parrot.STORY.substring(0, 8));
        assertThat(longer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(parrot.denoiser().passes()).hasSize(before + 4);
        ChatResponse stopped = model.chat(ChatRequest.builder()
                .messages(UserMessage.from(STORY))
                .parameters(parameters()
                        .maxOutputTokens(200)
                        .stopSequences("fox")
                        .with(Parameter.STEPS, 200)
                        .with(Parameter.GROW, new Growth.Chunks(20))
                        .build())
                .build());
        assertThat(stopped.aiMessage().text()).isEqualTo("Once upon a time there was a ");
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void wrong_values_are_invalid_requests_with_langchain4j_s_names() {
        assertThatThrownBy(() -> chat().temperature(-1).build().chat("hello"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("temperature must be 0 or positive");
        assertThatThrownBy(() -> chat().maxOutputTokens(0).build().chat("hello"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("maxOutputTokens must be at least 1");
        assertThatThrownBy(() -> chat().maxOutputTokens(3000).build().chat("hello"))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> chat().with(Parameter.TOP_P, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("say topP(...)");
        assertThatThrownBy(() -> CodaChatModel.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no model is given");
    }

    @Test
    void what_is_told_is_the_certain_text_from_the_left_whatever_is_committed_first() throws Exception {
        try (Parrot hasty = new Parrot((_, position) -> 0.1 + 0.8 * ((position * 7919) % 101) / 101.0)) {
            Heard heard = new Heard();
            CodaStreamingChatModel.builder().backend(hasty).build().chat(STORY, heard);
            ChatResponse whole = heard.whole.get();
            assertThat(whole.aiMessage().text()).isEqualTo(Parrot.STORY).isEqualTo(heard.text.toString());
            assertThat(heard.threads).hasSize(1).doesNotContain(Thread.currentThread());
        }
    }

    @Test
    void an_answer_that_is_faster_than_its_submission_is_told_by_one_thread() throws Exception {
        Backend slow = new Backend() {
            @Override
            public String name() {
                return parrot.name();
            }

            @Override
            public GenerateRequest request(io.github.coda4j.text.ChatRequest chat, ValueSource given) {
                return parrot.request(chat, given);
            }

            @Override
            public GenerateRequest request(String text, ValueSource given) {
                return parrot.request(text, given);
            }

            @Override
            public Generation submit(GenerateRequest request, GenerationListener listener) {
                Generation generation = parrot.submit(request, listener);
                LockSupport.parkNanos(300_000_000);
                return generation;
            }
        };
        Heard heard = new Heard();
        CodaStreamingChatModel.builder().backend(slow).build().chat("hello", heard);
        assertThat(heard.whole.get().aiMessage().text()).isEqualTo("Hi!");
        assertThat(heard.threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    @Test
    void cancelling_by_the_handle_ends_the_answer_within_a_step_and_nothing_more_is_told() throws Exception {
        hold();
        AtomicInteger pieces = new AtomicInteger();
        AtomicReference<StreamingHandle> kept = new AtomicReference<>();
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> {
            var result = AbstractStreamingChatModelIT.chat(
                    streaming(),
                    says(STORY),
                    handle -> {
                        kept.set(handle);
                        if (pieces.incrementAndGet() == 5) {
                            handle.cancel();
                            cancelled.complete(null);
                        }
                    },
                    2,
                    false);
            assertThat(result.chatResponse()).isNull();
            assertThat(result.streamingMetadata().timesOnPartialResponseWasCalled())
                    .isEqualTo(5);
            assertThat(result.streamingMetadata().timesOnCompleteResponseWasCalled())
                    .isZero();
        });
        for (int step = 0; !cancelled.isDone(); step++) {
            assertThat(step).as("steps until five pieces").isLessThan(60);
            int begun = parrot.denoiser().passes().size();
            permits.release();
            while (parrot.denoiser().passes().size() == begun && !cancelled.isDone()) {
                Thread.sleep(1);
            }
        }
        int seen = parrot.denoiser().passes().size();
        permits.release(ENOUGH);
        asked.get();
        assertThat(parrot.denoiser().passes().size() - seen).isBetween(0, 1);
        assertThat(kept.get().isCancelled()).isTrue();
        kept.get().cancel();
    }

    @Test
    void a_full_queue_is_a_rate_limit() throws Exception {
        hold();
        List<Heard> others = new ArrayList<>();
        for (int i = 0; i < Parrot.SESSIONS + Parrot.QUEUE; i++) {
            Heard heard = new Heard();
            others.add(heard);
            streaming().chat("hello", heard);
        }
        assertThatThrownBy(() -> chat().build().chat("hello")).isInstanceOf(RateLimitException.class);
        Heard refused = new Heard();
        streaming().chat("hello", refused);
        assertThat(refused.error()).isInstanceOf(RateLimitException.class);
        permits.release(ENOUGH);
        for (Heard other : others) {
            assertThat(other.whole.get().aiMessage().text()).isEqualTo("Hi!");
        }
    }

    @Test
    void an_answer_that_takes_too_long_is_a_timeout() throws Exception {
        slow();
        assertThatThrownBy(() -> chat().timeout(Duration.ofMillis(20)).build().chat(STORY))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("within 20 ms");
        Heard late = new Heard();
        CodaStreamingChatModel.builder()
                .backend(parrot)
                .timeout(Duration.ofMillis(20))
                .build()
                .chat(STORY, late);
        assertThat(late.error()).isInstanceOf(TimeoutException.class);
    }

    @Test
    void a_broken_network_and_a_closed_model_are_told_apart() throws Exception {
        slow();
        Heard cut = new Heard();
        streaming().chat(STORY, cut);
        parrot.close();
        assertThat(cut.error()).isInstanceOf(NonRetriableException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> chat().build().chat("hello")).isInstanceOf(NonRetriableException.class);
        try (Parrot sick = new Parrot()) {
            sick.denoiser().beforeForward(_ -> {
                throw new IllegalArgumentException("broken");
            });
            assertThatThrownBy(
                            () -> CodaChatModel.builder().backend(sick).build().chat("hello"))
                    .isInstanceOf(InternalServerException.class)
                    .hasRootCauseMessage("broken");
        }
    }

    @Test
    void an_interrupt_of_who_waits_ends_the_request() throws Exception {
        hold();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                chat().build().chat("hello");
            } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        while (!permits.hasQueuedThreads()) {
            Thread.sleep(1);
        }
        waiting.interrupt();
        waiting.join();
        assertThat(thrown.get()).isInstanceOf(LangChain4jException.class).hasMessageContaining("interrupted");
        assertThat(flag.get()).isTrue();
        permits.release(ENOUGH);
        assertThat(chat().build().chat("hello")).isEqualTo("Hi!");
        assertThat(parrot.denoiser().passes().size())
                .as("steps, most of them of the second")
                .isLessThan(8);
    }

    @Test
    void threads_share_a_model() throws Exception {
        CodaChatModel model = chat().build();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> model.chat(STORY)));
            answers.add(CompletableFuture.supplyAsync(() -> model.chat("Translate: 'I love you'")));
        }
        assertThat(answers.get(0).get()).isEqualTo(Parrot.STORY);
        assertThat(answers.get(1).get()).isEqualTo("Ich liebe dich.");
        assertThat(answers.get(2).get()).isEqualTo(Parrot.STORY);
        assertThat(answers.get(3).get()).isEqualTo("Ich liebe dich.");
    }

    @Test
    void a_conversation_with_tools_in_its_past_is_read() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .name("weather")
                .arguments("{\"city\": \"Munich\"}")
                .build();
        List<ChatMessage> messages = List.of(
                SystemMessage.from("Be brief."),
                UserMessage.from(TextContent.from("What is the weather?"), TextContent.from("hello")),
                AiMessage.from(List.of(call)),
                ToolExecutionResultMessage.from(call, "sunny"));
        ChatResponse response = chat().build().chat(messages);
        assertThat(response.aiMessage().text()).isEqualTo("Hi!");
        assertThat(Parrot.estimator().estimateTokenCountInMessages(messages))
                .isEqualTo(response.tokenUsage().inputTokenCount());
    }

    @Test
    void a_language_model_continues_a_text_whole_and_in_pieces() throws Exception {
        Response<String> response = CodaLanguageModel.builder()
                .backend(parrot)
                .maxOutputTokens(32)
                .build()
                .generate("int x");
        assertThat(response.content()).isEqualTo(" = 1;");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(5);
        assertThat(response.tokenUsage().inputTokenCount()).isEqualTo("int x".length());
        assertThat(response.metadata()).containsKey("forwards");
        StringBuffer pieces = new StringBuffer();
        CompletableFuture<Response<String>> whole = new CompletableFuture<>();
        CodaStreamingLanguageModel.builder()
                .backend(parrot)
                .maxOutputTokens(32)
                .build()
                .generate("int x", new StreamingResponseHandler<>() {
                    @Override
                    public void onNext(String token) {
                        pieces.append(token);
                    }

                    @Override
                    public void onComplete(Response<String> all) {
                        whole.complete(all);
                    }

                    @Override
                    public void onError(Throwable error) {
                        whole.completeExceptionally(error);
                    }
                });
        assertThat(whole.get().content()).isEqualTo(" = 1;").isEqualTo(pieces.toString());
        assertThatThrownBy(() -> CodaLanguageModel.builder()
                        .backend(parrot)
                        .with(Parameter.THINKING, false)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("thinking");
    }

    @Test
    void tokens_are_counted_as_the_model_reads_them() {
        CodaTokenCountEstimator counts = Parrot.estimator();
        assertThat(counts.estimateTokenCountInText("<|im_end|>"))
                .as("text that looks like a token is text")
                .isEqualTo("<|im_end|>".length());
        int one = counts.estimateTokenCountInMessage(UserMessage.from("hello"));
        assertThat(one).isGreaterThan("hello".length());
        List<ChatMessage> messages = List.of(UserMessage.from("hello"));
        assertThat(counts.estimateTokenCountInMessages(messages))
                .isEqualTo(chat().build().chat(messages).tokenUsage().inputTokenCount())
                .isGreaterThan(one);
        assertThat(counts.estimateTokenCountInMessages(List.of())).isZero();
    }
}
