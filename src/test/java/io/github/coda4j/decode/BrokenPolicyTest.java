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

    private record Policy(Selector selector, boolean countsSteps) implements CommitPolicy {
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

    @Test
    void a_selector_of_one_method_fills_the_block() {
        assertThat(decode((step, candidates) -> new int[] {candidates.size() - 1}, false))
                .containsExactly(5, 103, 102, 101);
    }

    /** Five steps over three masks; the token says at which forward it was committed. */
    private static int[] decode(Selector selector, boolean countsSteps) {
        ScriptedDenoiser denoiser = new ScriptedDenoiser(
                1000, MASK, (forward, position) -> new ScriptedDenoiser.Answer(101 + forward, 0.5));
        Canvas canvas = Canvas.forCompletion(new int[] {5}, 3, MASK);
        DecodeOptions options = DecodeOptions.ofSteps(5).withCommit(new Policy(selector, countsSteps));
        try (DecodeSession session = DecodeSession.open(canvas, options, denoiser)) {
            Decoding.run(session, denoiser);
            return canvas.ids();
        }
    }
}
