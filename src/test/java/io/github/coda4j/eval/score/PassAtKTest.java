package io.github.coda4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** pass@k against exact fractions, its interval against a bootstrap by hand. */
class PassAtKTest {
    @Test
    void the_estimate_equals_the_exact_fraction() {
        List<JsonNode> cases = Goldens.cases("passk/cases.json");
        assertThat(cases).hasSize(110);
        for (JsonNode one : cases) {
            PassAtK.Counts counts =
                    new PassAtK.Counts(one.get("n").asInt(), one.get("c").asInt());
            assertThat(PassAtK.of(counts, one.get("k").asInt()))
                    .as(one.toString())
                    .isEqualTo(one.get("value").asDouble(), within(1e-12));
        }
    }

    @Test
    void the_mean_weighs_tasks_alike() {
        for (JsonNode one : Goldens.json("passk/cases.json").get("means")) {
            List<PassAtK.Counts> tasks = new ArrayList<>();
            for (int i = 0; i < one.get("n").size(); i++) {
                tasks.add(new PassAtK.Counts(
                        one.get("n").get(i).asInt(), one.get("c").get(i).asInt()));
            }
            one.get("pass_at")
                    .properties()
                    .forEach(entry -> assertThat(PassAtK.mean(tasks, Integer.parseInt(entry.getKey())))
                            .isEqualTo(entry.getValue().asDouble(), within(1e-12)));
        }
    }

    @Test
    void the_interval_is_that_of_a_bootstrap_over_tasks() {
        Random random = new Random(7);
        List<PassAtK.Counts> tasks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            tasks.add(new PassAtK.Counts(10, random.nextInt(11)));
        }
        for (int k : PassAtK.ks(tasks)) {
            double[] means = new double[40_000];
            for (int i = 0; i < means.length; i++) {
                List<PassAtK.Counts> drawn = new ArrayList<>();
                for (int j = 0; j < tasks.size(); j++) {
                    drawn.add(tasks.get(random.nextInt(tasks.size())));
                }
                means[i] = PassAtK.mean(drawn, k);
            }
            Arrays.sort(means);
            PassAtK.Interval interval = PassAtK.interval(tasks, k, 1);
            assertThat(interval.value()).isEqualTo(PassAtK.mean(tasks, k), within(1e-12));
            assertThat(interval.low()).isEqualTo(means[1000], within(0.006));
            assertThat(interval.high()).isEqualTo(means[39_000], within(0.006));
            assertThat(PassAtK.interval(tasks, k, 1)).as("the same seed").isEqualTo(interval);
        }
    }

    @Test
    void the_interval_is_that_of_all_sets_of_as_many_tasks() {
        int[] passed = {1, 2, 4, 6, 7, 9};
        List<PassAtK.Counts> tasks =
                Arrays.stream(passed).mapToObj(c -> new PassAtK.Counts(10, c)).toList();
        int sets = (int) Math.pow(passed.length, passed.length);
        double[] means = new double[sets];
        for (int set = 0; set < sets; set++) {
            int rest = set;
            for (int i = 0; i < passed.length; i++) {
                means[set] += passed[rest % passed.length] / 10.0 / passed.length;
                rest /= passed.length;
            }
        }
        Arrays.sort(means);
        PassAtK.Interval interval = PassAtK.interval(tasks, 1, 1);
        assertThat(interval.low()).isEqualTo(means[(int) (0.025 * sets)], within(0.01));
        assertThat(interval.high()).isEqualTo(means[(int) (0.975 * sets)], within(0.01));
    }

    @Test
    void k_is_told_only_where_every_task_has_enough_samples() {
        assertThat(PassAtK.ks(List.of(new PassAtK.Counts(10, 1), new PassAtK.Counts(9, 1))))
                .containsExactly(1);
        assertThat(PassAtK.ks(List.of(new PassAtK.Counts(100, 1)))).containsExactly(1, 10, 100);
        assertThat(PassAtK.ks(List.of())).isEmpty();
        assertThatThrownBy(() -> new PassAtK.Counts(3, 4)).hasMessage("of 3 samples 4 cannot have passed");
        assertThatThrownBy(() -> PassAtK.of(new PassAtK.Counts(3, 1), 0)).hasMessage("k must be at least 1, got 0");
    }
}
