package io.github.coda4j.decode.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.decode.commit.LowConfidence.Counts;
import io.github.coda4j.testkit.Goldens;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many tokens a step commits, in the numbers of each family's program. */
class LowConfidenceTest {
    /** A block of that length and steps of which the first positions are given. */
    private static BlockContext block(int length, int given, int steps) {
        BitSet known = new BitSet();
        known.set(0, given);
        BlockContext of = Blocks.block(length, known);
        return new BlockContext(
                of.block(), true, steps, 0, of.numMasked(), of.eps(), of.length(), of.masked(), of.draws());
    }

    @Test
    void numbers_are_those_of_the_published_programs() {
        List<JsonNode> cases = Goldens.cases("families/transfer_counts.json");
        assertThat(cases).hasSizeGreaterThan(100);
        for (JsonNode one : cases) {
            BlockContext block =
                    block(one.get("masks").intValue(), 0, one.get("steps").intValue());
            assertThat(Counts.EVEN.of(block)).as(one.toString()).isEqualTo(Goldens.ints(one.get("even")));
            int[] rounded = Arrays.stream(Counts.ROUNDED.of(block))
                    .filter(count -> count > 0)
                    .toArray();
            assertThat(rounded).as(one.toString()).isEqualTo(Goldens.ints(one.get("dllm")));
        }
    }

    @Test
    void static_numbers_are_those_of_the_whole_block_where_it_begins_with_given_tokens() {
        BlockContext partial = block(4, 2, 2);
        List<Candidate> candidates = Blocks.probable(2, 0.3, 0.9);
        assertThat(policy("low_confidence_static").selector(partial).chosen(0, candidates))
                .containsExactlyInAnyOrder(0, 1);
        assertThat(policy("low_confidence").selector(partial).chosen(0, candidates))
                .containsExactly(1);
    }

    @Test
    void dynamic_commits_what_is_probable_enough_and_at_least_the_static_number() {
        BlockContext block = block(4, 0, 2);
        Selector selector = CommitPolicies.of("low_confidence_dynamic", Map.of("threshold", 0.8))
                .selector(block);
        assertThat(selector.chosen(0, Blocks.probable(0, 0.85, 0.1, 0.9, 0.95))).containsExactly(0, 2, 3);
        assertThat(selector.chosen(0, Blocks.probable(0, 0.3, 0.1, 0.9, 0.2))).containsExactlyInAnyOrder(2, 0);
        assertThat(selector.chosen(0, Blocks.probable(0, 0.3, 0.8, 0.8, 0.2))).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void a_step_without_a_number_asks_for_nothing_and_a_full_block_is_finished() {
        Selector selector = policy("low_confidence").selector(block(3, 0, 5));
        assertThat(selector.wanted(2, new int[] {1})).containsExactly(1);
        assertThat(selector.wanted(3, new int[] {1})).isEmpty();
        assertThat(selector.finished(2, 1)).isFalse();
        assertThat(selector.finished(2, 0)).isTrue();
        assertThat(selector.finished(5, 1)).isTrue();
    }

    @Test
    void sub_blocks_are_filled_one_after_another() {
        Selector selector = CommitPolicies.of("sub_blocks", Map.of("small_block", 2.0, "threshold", 0.9))
                .selector(block(6, 1, 1));
        assertThat(selector.wanted(0, new int[] {1, 2, 3, 4})).containsExactly(1);
        assertThat(selector.wanted(1, new int[] {2, 3, 4})).containsExactly(2, 3);
        assertThat(selector.chosen(1, Blocks.probable(2, 0.2, 0.4))).containsExactly(1);
        assertThat(selector.chosen(1, Blocks.probable(2, 0.95, 0.91))).containsExactly(0, 1);
    }

    private static CommitPolicy policy(String name) {
        return CommitPolicies.of(name, Map.of());
    }
}
