package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Selector;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.testkit.ScriptedDenoiser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Policies of other people that break their contract: a session says so and ends. */
@Timeout(20)
class BrokenPolicyTest {
    private static final int MASK = 0;

    private record Policy(Selector selector, boolean countsSteps, boolean remasks) implements CommitPolicy {
        Policy(Selector selector, boolean countsSteps) {
            this(selector, countsSteps, false);
        }

        @Override
        public String name() {
            return "com.example.Broken";
        }

        @Override
        public boolean countsSteps(boolean inBlocks) {
            return countsSteps;
        }

        @Override
        public Selector selector(BlockContext block) {
            return selector;
        }
    }

    @Test
    void choosing_nothing_is_refused() {
        assertThatThrownBy(() -> decode((step, candidates) -> new int[0], false))
                .isInstanceOf(CodaException.class)
                .hasMessage("commit policy com.example.Broken chooses none of 3 candidates at step 0: a step commits at"
                        + " least one");
    }

    @Test
    void choosing_twice_or_what_is_not_there_is_refused() {
        for (int[] chosen : List.of(new int[] {1, 1}, new int[] {3}, new int[] {-1, 0})) {
            assertThatThrownBy(() -> decode((step, candidates) -> chosen, false))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("com.example.Broken chooses the candidates")
                    .hasMessageContaining("of 3 at step 0: each is an index and stands once");
        }
    }

    @Test
    void wanting_nothing_for_ever_is_refused_also_when_everything_is_committed() {
        Selector idle = new Selector() {
            @Override
            public int[] wanted(int step, int[] masked) {
                return NOTHING;
            }

            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                return new int[] {0};
            }
        };
        assertThatThrownBy(() -> decode(idle, false))
                .hasMessageContaining("asks for none of the block's 3 masks at step 0");
        assertThatThrownBy(() -> decode(idle, true))
                .hasMessageContaining("asks for none of the block's 3 masks at step 5");
        Selector endless = new Selector() {
            @Override
            public boolean finished(int step, int numMasked) {
                return false;
            }

            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                return new int[] {0};
            }
        };
        assertThatThrownBy(() -> decode(endless, false))
                .hasMessageContaining("asks for none of the block's 0 masks at step 3");
    }

    private record Remasking(int... revoked) implements Selector {
        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            return candidates.size() > 1 ? new int[] {0, 1} : new int[] {0};
        }

        @Override
        public int[] revoked(int step, List<Candidate> made) {
            return revoked;
        }
    }

    @Test
    void masking_again_what_is_no_token_of_the_answer_or_without_a_gain_is_refused() {
        for (int[] positions : List.of(new int[] {0}, new int[] {3}, new int[] {1, 1}, new int[] {7})) {
            assertThatThrownBy(() -> decode(new Policy(new Remasking(positions), false, true)))
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("commit policy com.example.Broken masks the positions ")
                    .hasMessageEndingWith(" again at step 0: each holds a token of the block's answer and stands once");
        }
        assertThatThrownBy(() -> decode(new Policy(new Remasking(1, 2), false, true)))
                .hasMessage(
                        "commit policy com.example.Broken masks 2 tokens again at step 0, which commits 2: without a"
                                + " number of steps it must gain one");
    }

    @Test
    void masking_again_ends_with_the_steps_where_they_count() {
        assertThat(decode(new Policy(new Remasking(1, 2), true, true))).containsExactly(5, MASK, MASK, MASK);
    }

    @Test
    void weighing_other_candidates_than_those_given_is_refused() {
        assertThatThrownBy(() -> decode(new Policy(weighing(List.of()), false)))
                .hasMessage("commit policy com.example.Broken weighs 3 candidates as 0 at step 0");
        Candidate elsewhere = Candidate.of(9, 7, 0.5f, 0, 0);
        assertThatThrownBy(() -> decode(new Policy(weighing(List.of(elsewhere, elsewhere, elsewhere)), false)))
                .hasMessageEndingWith("weighs a candidate for position 1 as one for 9 at step 0");
    }

    private static Selector weighing(List<Candidate> others) {
        return new Selector() {
            @Override
            public List<Candidate> weighed(int step, List<Candidate> candidates) {
                return others;
            }

            @Override
            public int[] chosen(int step, List<Candidate> candidates) {
                return new int[] {0};
            }
        };
    }

    @Test
    void a_selector_of_one_method_fills_the_block() {
        assertThat(decode((step, candidates) -> new int[] {candidates.size() - 1}, false))
                .containsExactly(5, 103, 102, 101);
    }

    /** Five steps over three masks; the token says at which forward it was committed. */
    private static int[] decode(Selector selector, boolean countsSteps) {
        return decode(new Policy(selector, countsSteps));
    }

    private static int[] decode(Policy policy) {
        ScriptedDenoiser denoiser = new ScriptedDenoiser(
                1000, MASK, (forward, position) -> new ScriptedDenoiser.Answer(101 + forward, 0.5));
        Canvas canvas = Canvas.forCompletion(new int[] {5}, 3, MASK);
        DecodeOptions options = DecodeOptions.ofSteps(5).withCommit(policy);
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            Decoding.run(session, denoiser);
            return canvas.ids();
        }
    }
}
