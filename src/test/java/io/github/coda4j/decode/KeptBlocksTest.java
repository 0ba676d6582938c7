package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Finished blocks are kept for later sequences: same answers, fewer rows, bounded. */
class KeptBlocksTest {
    private static final int BLOCK = 8;
    private static final long MANY = 1 << 20;
    /** Bytes of a position of {@link RuleDenoiser}'s caches. */
    private static final long EACH = Long.BYTES;

    private static RuleDenoiser model() {
        return model(Alignment.IN_PLACE, Border.START);
    }

    private static RuleDenoiser model(Alignment alignment, Border border) {
        return RuleDenoiser.inBlocks(alignment, new BlockCausal(BLOCK, border));
    }

    private static int[] words(int from, int count) {
        return IntStream.range(from, from + count).map(i -> 'A' + i % 26).toArray();
    }

    private static int[] joined(int[] one, int[] other) {
        return IntStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }

    private static Canvas canvas(int[] prompt, int tokens) {
        return Canvas.forCompletion(prompt, tokens, ByteTokenizer.MASK);
    }

    private static DecodeSession open(int[] prompt, int tokens, RuleDenoiser model, KeptBlocks kept) {
        return DecodeSession.open(canvas(prompt, tokens), DecodeOptions.ofSteps(tokens), model, kept);
    }

    private static void run(DecodeSession session, RuleDenoiser model, int forwards) {
        for (int i = 0; i < forwards && !session.done(); i++) {
            session.apply(model.forward(List.of(session.plan())).getFirst());
        }
    }

    /** Decodes to the end and leaves its blocks. */
    private static int[] answer(int[] prompt, int tokens, RuleDenoiser model, KeptBlocks kept) {
        try (DecodeSession session = open(prompt, tokens, model, kept)) {
            run(session, model, Integer.MAX_VALUE);
            session.leave(kept);
            return session.canvas().ids();
        }
    }

    private static int[] fresh(int[] prompt, int tokens, RuleDenoiser model) {
        try (KeptBlocks nothing = new KeptBlocks(model, 0)) {
            return answer(prompt, tokens, model, nothing);
        }
    }

    private static int reused(int[] prompt, RuleDenoiser model, KeptBlocks kept) {
        try (DecodeSession session = open(prompt, BLOCK, model, kept)) {
            return session.reused();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "IN_PLACE, START, 13, 19",
        "IN_PLACE, START, 16, 24",
        "SHIFTED, START, 13, 19",
        "SHIFTED, START, 16, 24",
        "IN_PLACE, PROMPT_END, 13, 24",
        "SHIFTED, PROMPT_END, 13, 24",
    })
    void a_conversation_of_three_turns_is_the_same_with_fewer_rows(
            Alignment alignment, Border border, int promptLength, int tokens) {
        RuleDenoiser with = model(alignment, border);
        RuleDenoiser without = model(alignment, border);
        try (KeptBlocks kept = new KeptBlocks(with, MANY);
                KeptBlocks nothing = new KeptBlocks(without, 0)) {
            int[] text = words(0, promptLength);
            for (int turn = 0; turn < 3; turn++) {
                int[] answer = answer(text, tokens, with, kept);
                assertThat(answer).isEqualTo(answer(text, tokens, without, nothing));
                text = joined(answer, words(7 * turn, BLOCK));
            }
            assertThat(with.tokens()).isLessThan(without.tokens());
            assertThat(with.passes()).hasSizeLessThanOrEqualTo(without.passes().size());
            assertThat(nothing.size()).isZero();
            assertThat(kept.size())
                    .as("a turn takes the place of those before it")
                    .isEqualTo(1);
        }
        assertThat(with.openCaches()).isZero();
        assertThat(without.openCaches()).isZero();
    }

    @Test
    void the_blocks_of_prompt_and_answer_are_taken_but_for_the_answer_s_last() {
        RuleDenoiser model = model();
        try (KeptBlocks kept = new KeptBlocks(model, MANY)) {
            int[] first = answer(words(0, 13), 19, model, kept); // 32 tokens in blocks of 8
            int[] next = joined(first, words(3, 9));
            try (DecodeSession session = open(next, 8, model, kept)) {
                assertThat(session.reused()).isEqualTo(24);
                assertThat(session.plan().start()).isEqualTo(24);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 0", "8, 8", "23, 16", "24, 24", "30, 24"})
    void what_differs_from_a_token_on_is_run_from_its_block_on(int changed, int expected) {
        RuleDenoiser model = model();
        try (KeptBlocks kept = new KeptBlocks(model, MANY)) {
            int[] next = answer(words(0, 30), 24, model, kept);
            int[] prompt = Arrays.copyOf(next, 32);
            prompt[changed] = 'z' + 1;
            assertThat(reused(prompt, model, kept)).isEqualTo(expected);
            assertThat(answer(prompt, 16, model, kept)).isEqualTo(fresh(prompt, 16, model));
        }
    }

    @Test
    void blocks_that_begin_elsewhere_are_others() {
        RuleDenoiser model = model(Alignment.IN_PLACE, Border.PROMPT_END);
        try (KeptBlocks kept = new KeptBlocks(model, MANY)) {
            answer(words(0, 21), 24, model, kept);
            assertThat(reused(words(0, 20), model, kept)).isZero();
            assertThat(reused(words(0, 21), model, kept)).isEqualTo(21);
            assertThat(answer(words(0, 20), 16, model, kept)).isEqualTo(fresh(words(0, 20), 16, model));
        }
    }

    @Test
    void a_request_that_was_cut_off_leaves_what_it_had_finished() {
        RuleDenoiser model = model();
        try (KeptBlocks kept = new KeptBlocks(model, MANY)) {
            try (DecodeSession session = open(words(0, 20), 40, model, kept)) {
                run(session, model, 6); // inside the second block of the answer
                session.leave(kept);
            }
            int[] whole = fresh(words(0, 20), 40, model);
            assertThat(reused(whole, model, kept)).isEqualTo(24);
            assertThat(answer(words(0, 20), 40, model, kept)).isEqualTo(whole);
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void what_goes_while_a_session_uses_it_does_not_matter_to_the_session() {
        RuleDenoiser model = model();
        int[] expected = fresh(words(0, 40), 40, model);
        try (KeptBlocks kept = new KeptBlocks(model, 80 * EACH)) {
            answer(words(0, 40), 24, model, kept);
            try (DecodeSession session = open(words(0, 40), 40, model, kept)) {
                assertThat(session.reused()).isEqualTo(40);
                run(session, model, 3);
                answer(words(5, 40), 40, model, kept);
                assertThat(reused(words(0, 40), model, kept)).as("it went").isZero();
                run(session, model, Integer.MAX_VALUE);
                assertThat(session.canvas().ids()).isEqualTo(expected);
            }
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void what_was_not_used_for_longest_goes_first() {
        RuleDenoiser model = model();
        try (KeptBlocks kept = new KeptBlocks(model, 100 * EACH)) {
            answer(words(0, 40), 8, model, kept);
            answer(words(1, 40), 8, model, kept);
            assertThat(reused(words(0, 40), model, kept)).isEqualTo(40); // used again
            answer(words(2, 40), 8, model, kept);
            assertThat(kept.size()).isEqualTo(2);
            assertThat(reused(words(1, 40), model, kept)).isZero();
            assertThat(reused(words(0, 40), model, kept)).isEqualTo(40);
            assertThat(reused(words(2, 40), model, kept)).isEqualTo(40);
        }
    }

    @Test
    void memory_stays_below_the_bound_over_hundreds_of_sequences() {
        RuleDenoiser model = model();
        long most = 333 * EACH;
        try (KeptBlocks kept = new KeptBlocks(model, most)) {
            for (int i = 0; i < 300; i++) {
                int[] prompt = words(i, 5 + i * 37 % 400);
                int[] answer = answer(prompt, 1 + i % 30, model, kept);
                assertThat(answer).isEqualTo(fresh(prompt, 1 + i % 30, model));
                assertThat(kept.bytes()).isLessThanOrEqualTo(most);
                assertThat(model.openCaches()).isEqualTo(kept.size());
            }
            assertThat(kept.size()).isPositive();
        }
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void of_a_sequence_that_is_longer_than_the_bound_the_beginning_is_kept() {
        RuleDenoiser model = model();
        try (KeptBlocks kept = new KeptBlocks(model, 21 * EACH)) {
            answer(words(0, 64), 16, model, kept);
            assertThat(kept.bytes()).isEqualTo(16 * EACH);
            assertThat(reused(words(0, 64), model, kept)).isEqualTo(16);
            assertThat(answer(words(0, 64), 16, model, kept)).isEqualTo(fresh(words(0, 64), 16, model));
        }
    }

    @Test
    void a_closed_keeper_frees_what_is_left_to_it() {
        RuleDenoiser model = model();
        KeptBlocks kept = new KeptBlocks(model, MANY);
        answer(words(0, 40), 8, model, kept);
        kept.close();
        assertThat(model.openCaches()).isZero();
        answer(words(0, 40), 8, model, kept);
        assertThat(kept.size()).isZero();
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void blocks_of_another_model_are_refused() {
        try (KeptBlocks kept = new KeptBlocks(model(), MANY)) {
            assertThatThrownBy(() -> open(words(0, 9), 8, model(), kept))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the kept blocks are those of another model");
        }
    }

    @Test
    void of_a_model_that_sees_the_whole_sequence_nothing_is_kept() {
        RuleDenoiser model = RuleDenoiser.ofHash();
        try (KeptBlocks kept = new KeptBlocks(model, MANY)) {
            answer(words(0, 40), 8, model, kept);
            assertThat(kept.size()).isZero();
            assertThat(reused(words(0, 40), model, kept)).isZero();
        }
    }
}
