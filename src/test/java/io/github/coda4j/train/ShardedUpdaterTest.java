package io.github.coda4j.train;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.LocalRanks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("training")
class ShardedUpdaterTest {
    private static final String MODEL = "b-tied";
    private static final ModelConfig CONFIG = GoldenTraining.config(MODEL);
    private static final int ROWS = 6;
    private static final int LENGTH = 12;
    private static final long BUCKET = 4096;
    private static final double LEARNING_RATE = 1e-4;

    @ParameterizedTest
    @CsvSource({"adamw, 2", "adafactor, 3"})
    void fifty_steps_on_several_ranks_are_fifty_steps_on_one(String name, int ranks) throws Exception {
        OptimizerSettings settings = settings(name);
        List<Double> alone = train(50, 0, 1, store -> new LocalUpdater(store, settings));
        List<List<Double>> together = LocalRanks.inGroup(
                ranks,
                group -> train(50, group.rank(), ranks, store -> new ShardedUpdater(store, group, settings, BUCKET)));
        assertThat(alone.getLast()).isLessThan(0.95 * alone.getFirst());
        for (List<Double> losses : together) {
            assertThat(losses).hasSameSizeAs(alone);
            for (int step = 0; step < losses.size(); step++) {
                assertNear("step " + step, losses.get(step), alone.get(step), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"adamw", "adafactor"})
    void a_state_saved_by_two_ranks_goes_on_on_one_and_on_three(String name) throws Exception {
        OptimizerSettings settings = settings(name);
        Map<String, float[]> saved = new HashMap<>();
        Map<String, float[]> values = new HashMap<>();
        LocalRanks.inGroup(2, group -> {
            try (ParameterStore store = GoldenTraining.parameters(MODEL);
                    Updater updater = new ShardedUpdater(store, group, settings, BUCKET)) {
                steps(store, updater, 3, group.rank(), 2);
                try (Scope _ = Scope.open()) {
                    Map<String, Tensor> state = updater.state();
                    if (group.rank() == 0) {
                        state.forEach((key, tensor) -> saved.put(key, tensor.toFloats()));
                        values.put("values", store.values().toFloats());
                    }
                }
                return 0;
            }
        });
        List<Double> one = goOn(store -> new LocalUpdater(store, settings), saved, values, 0, 1);
        List<List<Double>> three = LocalRanks.inGroup(
                3,
                group -> goOn(
                        store -> new ShardedUpdater(store, group, settings, BUCKET), saved, values, group.rank(), 3));
        List<Double> uninterrupted = train(6, 0, 1, store -> new LocalUpdater(store, settings));
        for (List<Double> losses : List.of(one, three.get(0), three.get(2))) {
            for (int step = 0; step < 3; step++) {
                assertNear("step " + step, losses.get(step), uninterrupted.get(3 + step), 1e-5);
            }
        }
    }

    @Test
    void every_element_has_one_owner_and_whole_parameters_stay_whole() {
        try (ParameterStore store = GoldenTraining.parameters(MODEL)) {
            long total = store.values().size(0);
            for (int world : new int[] {1, 2, 3, 7, 64}) {
                ParameterShards equal = ParameterShards.equal(store, world);
                assertThat(equal.to(world - 1)).isEqualTo(total);
                assertThat(equal.pieces(1000).stream()
                                .mapToLong(piece -> piece.to() - piece.from())
                                .sum())
                        .isEqualTo(total);
                ParameterShards whole = ParameterShards.ofWholeParameters(store, world);
                int owned = 0;
                for (int rank = 0; rank < world; rank++) {
                    for (ParameterStore.Slice slice : whole.slices(store, rank)) {
                        assertThat(slice.offset()).isGreaterThanOrEqualTo(whole.from(rank));
                        assertThat(slice.offset() + slice.size()).isLessThanOrEqualTo(whole.to(rank));
                        owned++;
                    }
                }
                assertThat(owned).isEqualTo(store.slices().size());
            }
        }
    }

    @Test
    void a_state_of_another_optimizer_is_refused_by_name() {
        try (ParameterStore store = GoldenTraining.parameters(MODEL);
                Updater updater = new LocalUpdater(store, AdamW.Settings.DEFAULT);
                Scope _ = Scope.open()) {
            Tensor flat = Tensor.zeros(DType.F32, io.github.coda4j.tensor.Device.CPU, 3);
            assertThatThrownBy(() -> updater.restore(1, Map.of("row_mean.x", flat)))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("the saved optimizer has a tensor row_mean.x that this one does not know");
            assertThatThrownBy(() -> updater.restore(1, Map.of("first_moment", flat)))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("first_moment is [3], expected [");
            assertThatThrownBy(() -> updater.restore(1, Map.of()))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("the saved optimizer lacks the tensor first_moment");
        }
    }

    private static OptimizerSettings settings(String name) {
        return name.equals("adamw") ? new AdamW.Settings(0.9, 0.99, 1e-3, 0.01) : Adafactor.Settings.DEFAULT;
    }

    private static List<Double> train(int steps, int rank, int ranks, Function<ParameterStore, Updater> open) {
        try (ParameterStore store = GoldenTraining.parameters(MODEL);
                Updater updater = open.apply(store)) {
            return steps(store, updater, steps, rank, ranks);
        }
    }

    private static List<Double> goOn(
            Function<ParameterStore, Updater> open,
            Map<String, float[]> saved,
            Map<String, float[]> values,
            int rank,
            int ranks) {
        try (ParameterStore store = GoldenTraining.parameters(MODEL);
                Updater updater = open.apply(store);
                Scope _ = Scope.open()) {
            store.values().assign(Tensor.of(values.get("values"), store.values().shape()));
            Map<String, Tensor> state = new HashMap<>();
            saved.forEach((name, floats) -> state.put(name, Tensor.of(floats, floats.length)));
            updater.restore(3, state);
            assertThat(updater.steps()).isEqualTo(3);
            return steps(store, updater, 3, rank, ranks);
        }
    }

    private static List<Double> steps(ParameterStore store, Updater updater, int steps, int rank, int ranks) {
        List<Double> losses = new ArrayList<>();
        try (PlainTrainingPass pass = new PlainTrainingPass(CONFIG, store, DType.F32, 1, false)) {
            for (int step = 0; step < steps; step++) {
                MaskedBatch batch = batch(rank * ROWS / ranks, (rank + 1) * ROWS / ranks);
                LossSums sums = pass.accumulate(batch, 1.0 / (ROWS * LENGTH), updater.listener());
                double norm = updater.reduceGradients();
                losses.add(updater.sum(sums.weighted())[0] / (ROWS * LENGTH));
                updater.update(LEARNING_RATE, Math.min(1, 1 / norm));
            }
        }
        return losses;
    }

    private static MaskedBatch batch(int from, int to) {
        Random random = new Random(5);
        int[][] noisy = new int[ROWS][LENGTH];
        int[][] targets = new int[ROWS][LENGTH];
        for (int b = 0; b < ROWS; b++) {
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            for (int i = 0; i < LENGTH; i++) {
                noisy[b][i] = 20 + random.nextInt(CONFIG.vocabSize() - 20);
                if (i > 0 && random.nextBoolean()) {
                    targets[b][i] = noisy[b][i];
                    noisy[b][i] = CONFIG.maskId();
                }
            }
        }
        float[] weights = new float[to - from];
        Arrays.fill(weights, 2);
        return new MaskedBatch(
                Arrays.copyOfRange(noisy, from, to),
                Arrays.copyOfRange(targets, from, to),
                new int[to - from][LENGTH],
                weights);
    }
}
