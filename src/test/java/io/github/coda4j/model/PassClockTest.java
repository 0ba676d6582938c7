package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.PassClock.Part;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.Device;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassClockTest {
    private static final int ROWS = 16;

    private static FastTransformer model(int workers) {
        ModelKind kind = new ModelKind("any", "any", true, Bias.NONE, Alignment.IN_PLACE, Optional.empty());
        ModelConfig config = new ModelConfig(
                139, 96, 3, 6, 3, 16, 160, 1e4, 1e-6, 8192, kind, false, 0.3, 4, OptionalInt.of(0), List.of(1));
        return (FastTransformer)
                Transformer.random(config, 7, new LoadOptions(EngineKind.FAST, WeightFormat.FP32, Device.CPU, workers));
    }

    private static ForwardPlan plan(KvCache cache, int past) {
        return new ForwardPlan(
                IntStream.range(5, 5 + ROWS).toArray(),
                past,
                new CacheAccess.Reuse(cache),
                IntStream.range(past, past + ROWS).toArray(),
                Sampling.GREEDY,
                0);
    }

    /** Forwards behind a cache of that length. */
    private static PassClock measured(FastTransformer model, int past) {
        PassClock clock = PassClock.of(model);
        try (KvCache cache = model.newCache(past + ROWS)) {
            for (int i = 0; i < 6; i++) {
                model.forward(List.of(plan(cache, past)), clock);
            }
        }
        return clock;
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void the_parts_are_of_the_whole_and_attention_grows_with_the_cache(int workers) {
        try (FastTransformer model = model(workers)) {
            measured(model, 32); // compiled by then, and products of these sizes made
            measured(model, 4000);
            PassClock few = measured(model, 32);
            PassClock many = measured(model, 4000);
            for (PassClock clock : List.of(few, many)) {
                double sum = clock.rest();
                for (Part part : Part.values()) {
                    assertThat(clock.share(part)).isGreaterThan(0).isLessThan(1);
                    sum += clock.share(part);
                }
                assertThat(sum).isBetween(0.999, 1.3); // a share that waits in the middle counts as its part
            }
            assertThat(many.share(Part.ATTENTION)).isGreaterThan(few.share(Part.ATTENTION));
        }
    }

    @Test
    void a_forward_says_the_same_with_a_clock_and_one_that_is_off_measures_nothing() {
        try (FastTransformer model = model(2);
                KvCache cache = model.newCache(64)) {
            Proposals plain = model.forward(List.of(plan(cache, 48))).getFirst();
            Proposals timed =
                    model.forward(List.of(plan(cache, 48)), PassClock.of(model)).getFirst();
            assertThat(timed.probability()).isEqualTo(plain.probability());
            assertThat(timed.tokens()).isEqualTo(plain.tokens());
        }
        for (Part part : Part.values()) {
            assertThat(PassClock.OFF.share(part)).isZero();
        }
        assertThat(PassClock.OFF.rest()).isZero();
    }
}
