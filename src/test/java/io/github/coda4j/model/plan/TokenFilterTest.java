package io.github.coda4j.model.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.model.plan.DetailRequest.Distribution;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenFilterTest {
    @Test
    void filters_allow_all_tokens_all_but_some_or_some_only() {
        assertThat(TokenFilter.NONE.allows(0)).isTrue();
        TokenFilter but = TokenFilter.allBut(3, 64);
        TokenFilter only = TokenFilter.only(3, 64, 130);
        for (int id = 0; id < 300; id++) {
            assertThat(but.allows(id)).as("id %d", id).isEqualTo(id != 3 && id != 64);
            assertThat(only.allows(id)).as("id %d", id).isEqualTo(id == 3 || id == 64 || id == 130);
        }
        assertThat(TokenFilter.NONE.highestId()).isEqualTo(-1);
        assertThat(but.highestId()).isEqualTo(64);
        assertThat(only.highestId()).isEqualTo(130);
        assertThat(new TokenFilter.Only(new long[] {2, 0, 0}).highestId()).isEqualTo(1);
    }

    @Test
    void a_filter_knows_whether_it_leaves_a_token_beside_the_excluded_one() {
        assertThat(TokenFilter.NONE.leavesAny(1, 0)).isFalse();
        assertThat(TokenFilter.NONE.leavesAny(2, 0)).isTrue();
        assertThat(TokenFilter.only(7).leavesAny(100, 7)).isFalse();
        assertThat(TokenFilter.only(7).leavesAny(100, 8)).isTrue();
        assertThat(TokenFilter.only(7).leavesAny(7, -1)).isFalse();
        assertThat(TokenFilter.only(7, 99).leavesAny(100, 7)).isTrue();
        assertThat(TokenFilter.only(7, 99).leavesAny(99, 7)).isFalse();
        assertThat(TokenFilter.only(70).leavesAny(100, 6)).isTrue();
        assertThat(TokenFilter.allBut(0, 2).leavesAny(3, 1)).isFalse();
        assertThat(TokenFilter.allBut(0, 2).leavesAny(3, -1)).isTrue();
        assertThat(TokenFilter.allBut(0, 2).leavesAny(4, 1)).isTrue();
    }

    @Test
    void filters_that_leave_nothing_or_have_no_effect_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFilter.only())
                .withMessage("a filter must allow at least one token");
        assertThatIllegalArgumentException().isThrownBy(() -> TokenFilter.only(new BitSet()));
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenFilter.Only(new long[3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFilter.allBut())
                .withMessage("a filter that leaves out no token has no effect: use TokenFilter.NONE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFilter.only(4, -1))
                .withMessage("a filter names token ids, got -1");
        assertThatIllegalArgumentException().isThrownBy(() -> TokenFilter.allBut(4, -1));
    }

    @Test
    void a_plan_has_a_filter_for_each_position_or_none() {
        ForwardPlan plan = new ForwardPlan(new int[4], 0, CacheAccess.NONE, new int[] {1, 3}, Sampling.GREEDY, 0);
        TokenFilter only = TokenFilter.only(5);
        assertThat(plan.filter(1)).isEqualTo(TokenFilter.NONE);
        assertThat(plan.withFilters(List.of(TokenFilter.NONE, only)).filter(1)).isSameAs(only);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan.withFilters(List.of(only)))
                .withMessage("2 positions need as many token filters or none, got 1");
    }

    @Test
    void proposals_have_room_for_what_the_plan_wants() {
        ForwardPlan plan = new ForwardPlan(new int[4], 0, CacheAccess.NONE, new int[] {1, 3}, Sampling.GREEDY, 0);
        assertThat(Proposals.of(plan).details()).isEmpty();
        ProposalDetails details = Proposals.of(plan.withDetails(new DetailRequest(3, false, Distribution.SAMPLED)))
                .details()
                .orElseThrow();
        assertThat(details.candidates()).hasSize(6).containsOnly(Sampling.NO_TOKEN);
        assertThat(details.logProbabilities()).hasSize(6).containsOnly(Float.NEGATIVE_INFINITY);
        assertThat(details.proposed()).hasSize(2);
        assertThat(details.canvasToken()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DetailRequest(1025, false, Distribution.SAMPLED))
                .withMessage("candidates must be in [0, 1024], got 1025");
        assertThatIllegalArgumentException().isThrownBy(() -> new DetailRequest(-1, false, Distribution.SAMPLED));
    }
}
