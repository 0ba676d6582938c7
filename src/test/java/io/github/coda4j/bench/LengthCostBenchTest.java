package io.github.coda4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a search costs in rows, which no machine changes. */
@Tag("slow")
class LengthCostBenchTest {
    private static final int CONTEXT = 440;

    @Test
    void a_search_runs_at_most_two_and_a_half_times_what_the_known_length_runs() {
        List<LengthCostBench.Result> heard = new ArrayList<>();
        List<LengthCostBench.Result> results = measure(List.of(1, 3, 16), LengthOptions.DEFAULT_CANDIDATES, heard);
        assertThat(heard).isEqualTo(results);
        assertThat(results).extracting(LengthCostBench.Result::tokens).containsExactly(1, 3, 16);
        assertThat(results.getFirst().known().rows()).as("one forward").isEqualTo(CONTEXT + 1);
        assertThat(results)
                .allSatisfy(result -> assertThat(result.times(LengthCostBench.Took::rows))
                        .as("%d tokens", result.tokens())
                        .isBetween(1.05, 2.5));
        LengthCostBench.Result all = LengthCostBench.Result.sum(results);
        assertThat(all.tokens()).isEqualTo(20);
        assertThat(all.found().rows())
                .isEqualTo(results.stream()
                        .mapToLong(result -> result.found().rows())
                        .sum());
        assertThat(all.known().seconds()).isPositive();
    }

    @Test
    void more_candidates_run_more() {
        long few = measure(List.of(4), 1, new ArrayList<>()).getFirst().found().rows();
        long many = measure(List.of(4), 6, new ArrayList<>()).getFirst().found().rows();
        assertThat(many).isGreaterThan(few);
    }

    @Test
    void lengths_that_no_hole_may_have_and_models_that_are_too_short_are_refused() {
        assertThatThrownBy(() -> measure(List.of(65), 1, new ArrayList<>()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a hole has 1 to 64 tokens here, got 65");
        try (Transformer model = model()) {
            assertThatThrownBy(() -> LengthCostBench.measure(model, 512, List.of(1), 1, new Timing(0, 1), _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model knows 512 positions, a context of 512 tokens and a hole need 576");
        }
    }

    private static List<LengthCostBench.Result> measure(
            List<Integer> lengths, int candidates, List<LengthCostBench.Result> heard) {
        try (Transformer model = model()) {
            return LengthCostBench.measure(model, CONTEXT, lengths, candidates, new Timing(0, 1), heard::add);
        }
    }

    private static Transformer model() {
        return Transformer.random(ModelConfig.preset("coda-tiny"), 1, LoadOptions.of(WeightFormat.FP32, Device.CPU));
    }
}
