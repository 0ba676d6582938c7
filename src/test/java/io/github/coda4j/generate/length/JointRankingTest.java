package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JointRankingTest {
    @Test
    void ways_come_in_the_order_of_their_sums_each_once() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 50; round++) {
            List<List<Candidate>> holes = IntStream.rangeClosed(1, 1 + round % 4)
                    .mapToObj(_ -> ranked(random, 1 + random.nextInt(4)))
                    .toList();
            List<List<Candidate>> ways = JointRanking.best(holes, 1000);
            assertThat(new HashSet<>(ways)).hasSameSizeAs(ways);
            assertThat(ways).hasSize(holes.stream().mapToInt(List::size).reduce(1, (a, b) -> a * b));
            assertThat(ways.stream().map(JointRankingTest::sum))
                    .isSortedAccordingTo(Comparator.comparingDouble((Double sum) -> sum - 1e-9)
                            .reversed());
            assertThat(JointRanking.best(holes, 3)).isEqualTo(ways.subList(0, Math.min(3, ways.size())));
        }
    }

    @Test
    void a_hole_without_candidates_and_no_way_at_all_are_refused() {
        assertThatThrownBy(() -> JointRanking.best(List.of(List.of()), 1)).hasMessage("each hole needs a candidate");
        assertThatThrownBy(() -> JointRanking.best(List.of(), 0)).hasMessage("at least 1 way is needed, got 0");
    }

    private static double sum(List<Candidate> way) {
        return way.stream().mapToDouble(LengthRanking::score).sum();
    }

    private static List<Candidate> ranked(SplittableRandom random, int count) {
        List<Candidate> candidates = new ArrayList<>();
        for (int length = 1; length <= count; length++) {
            candidates.add(new Candidate(length, length, -random.nextDouble(20), -random.nextDouble(20)));
        }
        return LengthRanking.ranked(candidates);
    }
}
