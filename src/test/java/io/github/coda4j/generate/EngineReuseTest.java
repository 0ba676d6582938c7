package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that answers turn after turn with a block-causal model. */
@Timeout(60)
class EngineReuseTest {
    private static final int BLOCK = 8;
    private static final int TOKENS = 20;

    private final RuleDenoiser model = RuleDenoiser.inBlocks(Alignment.IN_PLACE, new BlockCausal(BLOCK, Border.START));

    private static Engine engine(RuleDenoiser model, long keptBytes) {
        return Engine.withoutTokenizer(model, new EngineOptions(4, 400, 100_000).withKeptBytes(keptBytes));
    }

    private static GenerateRequest request(List<Integer> prompt) {
        int[] ids = prompt.stream().mapToInt(id -> id).toArray();
        return GenerateRequest.of(ids, TOKENS, DecodeOptions.ofSteps(TOKENS));
    }

    private static List<Integer> words(int from, int count) {
        return IntStream.range(from, from + count)
                .map(i -> 'A' + i % 26)
                .boxed()
                .toList();
    }

    private static List<Integer> joined(List<Integer> one, List<Integer> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    private static List<Completion> conversation(Engine engine, int turns) throws Exception {
        List<Completion> answers = new ArrayList<>();
        List<Integer> text = words(0, 30);
        for (int turn = 0; turn < turns; turn++) {
            Completion answer = engine.generate(request(text));
            answers.add(answer);
            text = joined(answer.ids(), words(turn, 9));
        }
        return answers;
    }

    @Test
    void a_conversation_is_answered_alike_and_counts_what_it_did_not_run() throws Exception {
        RuleDenoiser without = RuleDenoiser.inBlocks(Alignment.IN_PLACE, new BlockCausal(BLOCK, Border.START));
        List<Completion> answers;
        List<Completion> expected;
        try (Engine engine = engine(model, 1 << 20);
                Engine plain = engine(without, 0)) {
            answers = conversation(engine, 3);
            expected = conversation(plain, 3);
        }
        assertThat(answers)
                .map(Completion::ids)
                .isEqualTo(expected.stream().map(Completion::ids).toList());
        assertThat(answers).map(answer -> answer.cost().cachedTokens()).containsExactly(0, 48, 72);
        assertThat(expected).map(answer -> answer.cost().cachedTokens()).containsExactly(0, 0, 0);
        assertThat(answers.getLast().cost().figures()).containsEntry("cached_tokens", 72);
        assertThat(without.tokens() - model.tokens()).isEqualTo(48 + 72);
        assertThat(model.openCaches()).as("after the engine was closed").isZero();
    }

    @Test
    void what_runs_at_the_same_time_is_answered_as_alone() throws Exception {
        List<Integer> system = words(3, 64);
        List<GenerateRequest> requests = IntStream.range(0, 60)
                .mapToObj(i -> request(joined(system, words(i % 7, 1 + i % 11))))
                .toList();
        List<List<Integer>> expected = new ArrayList<>();
        try (Engine plain = engine(model, 0)) {
            for (GenerateRequest request : requests) {
                expected.add(plain.generate(request).ids());
            }
        }
        RuleDenoiser shared = RuleDenoiser.inBlocks(Alignment.IN_PLACE, new BlockCausal(BLOCK, Border.START));
        List<Completion> answers = new ArrayList<>();
        try (Engine engine = engine(shared, 200 * Long.BYTES)) { // two sequences, or little more
            List<Generation> running = requests.stream()
                    .map(request -> engine.submit(request, GenerationListener.NONE))
                    .toList();
            for (Generation generation : running) {
                answers.add(generation.await());
            }
        }
        assertThat(answers).map(Completion::ids).isEqualTo(expected);
        assertThat(answers.getLast().cost().cachedTokens()).isGreaterThanOrEqualTo(64);
        assertThat(shared.openCaches()).isZero();
    }

    @Test
    void a_cancelled_request_leaves_what_it_had_finished() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        model.beforeForward(plans -> {
            if (model.passes().size() == 12) { // of 20: in the middle of the answer
                inside.countDown();
                awaitQuietly(gate);
            }
        });
        try (Engine engine = engine(model, 1 << 20)) {
            Generation first = engine.submit(request(words(0, 40)), GenerationListener.NONE);
            inside.await();
            first.cancel();
            gate.countDown();
            assertThat(first.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            Completion again = engine.generate(request(words(0, 40)));
            assertThat(again.cost().cachedTokens()).isEqualTo(40);
            assertThat(again.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void a_request_that_failed_leaves_nothing() throws Exception {
        model.beforeForward(plans -> {
            if (model.passes().size() == 12) {
                throw new CodaException("the device is out of memory");
            }
        });
        try (Engine engine = engine(model, 1 << 20)) {
            assertThatThrownBy(() -> engine.generate(request(words(0, 40)))).hasMessageContaining("out of memory");
            assertThat(engine.generate(request(words(0, 40))).cost().cachedTokens())
                    .isZero();
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void an_engine_that_is_closed_in_the_middle_frees_all() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        Engine engine = engine(model, 1 << 20);
        engine.generate(request(words(0, 40)));
        int before = model.passes().size();
        model.beforeForward(plans -> {
            if (model.passes().size() > before + 5) {
                inside.countDown();
            }
        });
        List<Generation> running = IntStream.range(0, 6)
                .mapToObj(i -> engine.submit(request(words(0, 40 + i)), GenerationListener.NONE))
                .toList();
        inside.await();
        engine.close();
        for (Generation generation : running) {
            assertThat(generation.await().finishReason()).isIn(FinishReason.CANCELLED, FinishReason.LENGTH);
        }
        assertThat(model.openCaches()).isZero();
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
