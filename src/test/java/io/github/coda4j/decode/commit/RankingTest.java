package io.github.coda4j.decode.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.CounterRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingTest {
    @Test
    void alg_temp_draws_positions_in_proportion_to_their_softmax() {
        double[] confidences = {0, Math.log(3), Math.log(6)};
        int[] firstDrawn = new int[3];
        int rounds = 20_000;
        for (int round = 0; round < rounds; round++) {
            long key = CounterRandom.key(5, round);
            double[] uniforms = IntStream.range(0, 3)
                    .mapToDouble(i -> CounterRandom.uniform(key, i))
                    .toArray();
            firstDrawn[Ranking.best(Ranking.perturbed(confidences, 1, uniforms), 1)[0]]++;
        }
        assertThat(firstDrawn[0] / (double) rounds).isBetween(0.08, 0.12);
        assertThat(firstDrawn[1] / (double) rounds).isBetween(0.28, 0.32);
        assertThat(firstDrawn[2] / (double) rounds).isBetween(0.58, 0.62);
    }

    @Test
    void equal_confidences_are_committed_from_the_left() {
        assertThat(Ranking.best(new double[] {1, 3, 3, 0, 3}, 2)).containsExactly(1, 2);
    }
}
