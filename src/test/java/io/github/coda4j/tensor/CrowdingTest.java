package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrowdingTest {
    private static final long OPERATIONS = 1 << 20;

    /** Walks on a machine where a walk of so many workers takes so long, and a part of it is waited for. */
    private static double nanos(
            Crowding crowding, int useful, int walks, double waitedPart, IntToDoubleFunction nanos) {
        double sum = 0;
        for (int walk = 0; walk < walks; walk++) {
            int workers = crowding.workers(useful);
            double took = nanos.applyAsDouble(workers);
            long waited = workers == 1 ? 0 : (long) (waitedPart * took);
            crowding.walked(useful, workers, OPERATIONS, (long) took, waited);
            sum += took;
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void an_undisturbed_team_takes_all_and_tries_nothing(int useful) {
        Crowding crowding = new Crowding();
        for (int walk = 0; walk < 1000; walk++) {
            assertThat(crowding.workers(useful)).isEqualTo(useful);
            crowding.walked(useful, useful, OPERATIONS, 1_000_000, walk % 8 == 0 ? 500_000 : 90_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1, 0.5",
        "2, 1, 1",
        "2, 1, 1.3",
        "2, 1, 3",
        "3, 1, 2",
        "8, 4, 2",
        "8, 2, 2",
        "8, 1, 2",
        "8, 8, 2",
        "16, 2, 1.6"
    })
    void a_crowded_team_is_never_much_slower_than_with_the_best_number(int useful, int best, double factor) {
        Random random = new Random(5);
        // Walks of any other number take so many times as long for every halving or doubling between.
        IntToDoubleFunction mean = workers -> 1e7
                * Math.pow(
                        factor, Math.abs(Integer.numberOfLeadingZeros(workers) - Integer.numberOfLeadingZeros(best)));
        double least = factor < 1 ? mean.applyAsDouble(useful) : mean.applyAsDouble(best);
        double sum = nanos(
                new Crowding(), useful, 600, 0.4, workers -> mean.applyAsDouble(workers) * (0.5 + random.nextDouble()));
        assertThat(sum / 600 / least).isLessThan(1.3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void where_the_number_makes_no_difference_all_take_part(long seed) {
        Random random = new Random(seed);
        Crowding crowding = new Crowding();
        int all = 0;
        for (int walk = 0; walk < 600; walk++) {
            int workers = crowding.workers(2);
            long nanos = (long) (1e7 * (0.5 + random.nextDouble()));
            crowding.walked(2, workers, OPERATIONS, nanos, workers == 1 ? 0 : nanos / 3);
            all += workers == 2 ? 1 : 0;
        }
        assertThat(all).as("seed %s", seed).isGreaterThan(480);
    }

    @Test
    void when_the_others_have_gone_all_take_part_again() {
        Crowding crowding = new Crowding();
        nanos(crowding, 2, 100, 0.6, workers -> workers == 1 ? 1e7 : 3e7);
        assertThat(crowding.workers(2)).isEqualTo(1);
        nanos(crowding, 2, 40, 0, workers -> workers == 1 ? 1e7 : 5e6);
        for (int walk = 0; walk < 30; walk++) {
            assertThat(crowding.workers(2)).isEqualTo(2);
            crowding.walked(2, 2, OPERATIONS, 5_000_000, 0);
        }
    }

    @Test
    void another_load_is_noticed() {
        Crowding crowding = new Crowding();
        nanos(crowding, 2, 200, 0.6, workers -> workers == 1 ? 1e7 : 3e7);
        nanos(crowding, 2, 200, 0.2, workers -> workers == 1 ? 3e7 : 1e7);
        assertThat(crowding.workers(2)).isEqualTo(2);
        nanos(crowding, 2, 200, 0.6, workers -> workers == 1 ? 1e7 : 3e7);
        assertThat(crowding.workers(2)).isEqualTo(1);
    }

    @Test
    void walks_of_other_lengths_are_compared_by_what_they_do() {
        Crowding crowding = new Crowding();
        Random random = new Random(7);
        int alone = 0;
        for (int walk = 0; walk < 300; walk++) {
            int workers = crowding.workers(2);
            long operations = OPERATIONS + random.nextInt((int) OPERATIONS);
            long nanos = operations * (workers == 1 ? 10 : 14);
            crowding.walked(2, workers, operations, nanos, workers == 1 ? 0 : nanos / 2);
            alone += workers == 1 ? 1 : 0;
        }
        assertThat(alone).isGreaterThan(240);
    }
}
