package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LengthRankingTest {
    @Test
    void the_surest_lengths_and_those_surest_for_their_length_are_worth_decoding_in_turn() {
        LengthBias falling = new LengthBias(0, 1, 1, 0.5, 0.01);
        Map<Integer, Double> confidences = Map.of(1, 0.9, 2, 0.8, 4, 0.5, 8, 0.45);
        assertThat(LengthRanking.worthDecoding(confidences, falling, Optional.empty()))
                .containsExactly(1, 8, 2, 4);
        assertThat(LengthRanking.worthDecoding(confidences, LengthBias.NONE, Optional.empty()))
                .containsExactly(1, 2, 4, 8);
        assertThat(LengthRanking.worthDecoding(Map.of(3, 0.5, 2, 0.5), LengthBias.NONE, Optional.empty()))
                .as("equals: the shorter first")
                .containsExactly(2, 3);
        LengthOdds odds = LengthOdds.of(new TreeMap<>(Map.of(3, new double[] {0, 0.1, 0.3})));
        assertThat(LengthRanking.worthDecoding(confidences, falling, Optional.of(odds)))
                .as("pads say 3, 2, 1")
                .containsExactly(1, 8, 3, 2, 4);
    }

    @Test
    void the_likeliest_answer_is_the_best_and_of_equals_the_shorter_one() {
        Candidate sure = new Candidate(5, 5, -1, -1);
        Candidate unsure = new Candidate(2, 2, -0.5, -9);
        Candidate equal = new Candidate(6, 6, -2, 0);
        assertThat(LengthRanking.ranked(List.of(equal, unsure, sure))).containsExactly(sure, equal, unsure);
        Candidate closed = new Candidate(64, 3, -2, 0);
        Candidate closedEarlier = new Candidate(16, 3, -2, 0);
        assertThat(LengthRanking.ranked(List.of(sure, closed, equal, closedEarlier)))
                .as("what is left of a closed hole counts, not its masks")
                .containsExactly(closedEarlier, closed, sure, equal);
        assertThat(LengthRanking.aboutAsGood(List.of(sure, equal, unsure))).containsExactly(sure, equal, unsure);
        Candidate far = new Candidate(1, 1, -42.5, 0);
        assertThat(LengthRanking.aboutAsGood(List.of(sure, far))).containsExactly(sure);
    }

    @Test
    void refuses_what_is_no_log_probability() {
        assertThatThrownBy(() -> new Candidate(1, 1, 0.5, 0)).hasMessageContaining("at most 0, got 0.5 decoded");
        assertThatThrownBy(() -> new Candidate(0, 0, 0, 0)).hasMessage("a hole is decoded with at least 1 mask, got 0");
        assertThatThrownBy(() -> new Candidate(3, 4, 0, 0)).hasMessage("an answer to 3 masks has 0 to 3 tokens, got 4");
        assertThat(new Candidate(3, 0, 0, 0).length())
                .as("a hole that closed at once")
                .isZero();
        assertThatThrownBy(() -> LengthOptions.DEFAULT.withCandidates(65))
                .hasMessage("the candidates of a hole must be in [1, 64], got 65");
    }
}
