package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.CodaException;
import io.github.coda4j.masking.MaskingRule;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.FakeUpdater;
import io.github.coda4j.testkit.ScriptedTrainingPass;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.testkit.ToySequences;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps, checkpoints, resuming and stopping, with a toy that learns in place of a model. */
@Tag("training")
class TrainingLoopTest {
    private static final int ROWS = 6;
    private static final int LENGTH = 10;
    private static final MaskingRule MASKER = (batch, step, row) -> ToySequences.mask(batch, 5, step, row);

    @TempDir
    Path folder;

    private final List<StepMetrics> steps = new ArrayList<>();
    private final List<HeldOutMetrics> measured = new ArrayList<>();
    private int microRows = 4;
    private double clipNorm = Double.POSITIVE_INFINITY;
    private OptionalLong unreadable = OptionalLong.empty();
    private long brokenRow = -1;
    private BooleanSupplier stopWanted = () -> false;
    private boolean heldOut;
    private final List<Double> raised = new ArrayList<>();
    private PrimitiveIterator.OfDouble peaks = DoubleStream.generate(() -> 1e18).iterator();
    private int ranks = 1;

    @Test
    void a_stopped_run_that_goes_on_ends_as_one_that_never_stopped() {
        float[] whole = train("whole", 12);
        List<StepMetrics> wholeSteps = List.copyOf(steps);
        steps.clear();
        train("parts", 5);
        train("parts", 9);
        float[] parts = train("parts", 12);
        assertThat(parts).containsExactly(whole);
        assertThat(steps).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(steps.get(i).step()).isEqualTo(i + 1);
            assertThat(steps.get(i).loss()).isEqualTo(wholeSteps.get(i).loss());
        }
        assertThat(wholeSteps.getLast().loss())
                .isNotEqualTo(wholeSteps.getFirst().loss());
    }

    @Test
    void each_step_reads_the_next_rows_and_cuts_them_into_micro_batches() {
        train("a", 3);
        assertThat(lastPass.batchRows()).containsExactly(4, 2, 4, 2, 4, 2);
        assertThat(lastUpdater.listened())
                .hasValue(3 * lastPass.parameters().slices().size());
        assertThat(lastUpdater.learningRates()).containsExactly(0.1, 0.05, 0.1 / 3);
        assertThat(RunState.read(checkpoints("a").of(3)).cursor()).isEqualTo(18);
        assertThat(steps.getFirst().tokens()).isEqualTo(ROWS * LENGTH);
        assertThat(steps.getFirst().masked()).isBetween(10L, 40L);
        assertThat(steps.getFirst().elbo()).isNegative();
        assertThat(steps.getFirst().masks().rows()).isEqualTo(ROWS);
    }

    @Test
    void micro_batches_change_nothing_but_memory() {
        float[] pieces = train("a", 3);
        microRows = 100;
        assertThat(train("b", 3)).containsExactly(pieces);
    }

    @Test
    void ranks_read_their_own_rows_of_the_global_batch() {
        ToySequences source = new ToySequences(LENGTH, 24);
        List<int[]> rows = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            RowShare share = new RowShare(ROWS, 4, rank, 3);
            try (BatchFeed feed = new BatchFeed(source, MASKER, share, 2, 12, 2)) {
                StepBatch batch = feed.take();
                assertThat(batch.step()).isEqualTo(2);
                rows.addAll(Arrays.asList(batch.masked().noisyIds()));
                assertThat(feed.take().cursor()).isEqualTo(18);
            }
        }
        int[][] whole = MASKER.mask(source.read(12, ROWS), 2, 0).batch().noisyIds();
        assertThat(rows.toArray(int[][]::new)).isDeepEqualTo(whole);
    }

    @Test
    void a_batch_that_the_ranks_cannot_share_is_refused() {
        assertThatThrownBy(() -> new RowShare(6, 1, 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a batch of 6 rows cannot be divided among 4 ranks; take a multiple of 4 rows or "
                        + "another number of ranks");
    }

    @Test
    void long_gradients_are_clipped_to_the_norm() {
        clipNorm = 0.5;
        train("a", 2);
        for (int i = 0; i < 2; i++) {
            assertThat(steps.get(i).gradientNorm()).isGreaterThan(0.5);
            assertThat(lastUpdater.scales().get(i))
                    .isEqualTo(0.5 / steps.get(i).gradientNorm())
                    .isEqualTo(steps.get(i).clipScale());
        }
    }

    @Test
    void the_part_of_the_peak_is_that_of_all_ranks_together() {
        train("a", 2);
        double operations =
                steps.getFirst().peakShare().orElseThrow() * steps.getFirst().seconds();
        steps.clear();
        ranks = 3;
        train("b", 2);
        assertThat(steps.getFirst().peakShare().orElseThrow() * steps.getFirst().seconds())
                .isCloseTo(3 * operations, within(1e-9 * operations));
        assertThat(raised).isEmpty();
    }

    @Test
    void a_peak_that_a_step_beats_is_measured_again_in_the_next_step() {
        peaks = DoubleStream.of(1, 1e18).iterator();
        train("a", 3);
        assertThat(raised).containsExactly(1e18);
        assertThat(steps.get(0).peakShare()).hasValue(1);
        assertThat(steps.get(1).peakShare().orElseThrow()).isLessThan(0.01);
        assertThat(steps.get(2).peakShare().orElseThrow()).isLessThan(0.01);
    }

    @Test
    void data_that_cannot_be_read_ends_the_run_with_its_own_message() {
        unreadable = OptionalLong.of(15);
        assertThatThrownBy(() -> train("a", 9))
                .isInstanceOf(CodaException.class)
                .hasMessage("shard 3 changed since its manifest was written");
        assertThat(steps).hasSize(2);
    }

    @Test
    void a_loss_that_is_no_number_stops_names_the_checkpoint_and_keeps_the_batch() throws IOException {
        train("a", 2);
        brokenRow = 3;
        Path batch = folder.resolve("a/bad-batch-step-0000003-rank-0.json");
        assertThatThrownBy(() -> train("a", 9))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("step 3: the loss is NaN")
                .hasMessageContaining("its batch is in " + batch)
                .hasMessageContaining(
                        "the last good checkpoint is " + checkpoints("a").of(2));
        assertThat(Files.readString(batch)).contains("\"noisy_ids\":[[", "\"cursor\":12");
        assertThat(checkpoints("a").all()).containsExactly(checkpoints("a").of(2));
    }

    @Test
    void a_checkpoint_opens_as_a_model_and_holds_the_exact_parameters() {
        float[] trained = train("a", 3);
        Path checkpoint = checkpoints("a").of(3);
        try (CheckpointFolder model = CheckpointFolder.open(checkpoint);
                ParameterStore loaded = ParameterLoader.load(model, Device.CPU)) {
            assertThat(loaded.values().toFloats()).containsExactly(trained);
        }
        assertThat(checkpoint.resolve("train-config.yaml")).hasContent("lr: 0.1");
        assertThat(TensorFile.read(checkpoint.resolve("optimizer.safetensors")).names())
                .containsExactly("velocity");
    }

    @Test
    void the_newest_checkpoints_and_the_best_one_are_kept() {
        heldOut = true;
        train("a", 20);
        long best = measured.stream()
                .filter(m -> m.step() % 2 == 0)
                .min(java.util.Comparator.comparingDouble(HeldOutMetrics::loss))
                .orElseThrow()
                .step();
        RunState state = RunState.read(checkpoints("a").of(20));
        assertThat(state.bestStep()).isEqualTo(best).isBetween(2L, 20L);
        assertThat(state.heldOut()).hasValue(measured.getLast().loss());
        List<Path> expected = new ArrayList<>(
                List.of(checkpoints("a").of(18), checkpoints("a").of(20)));
        if (best < 18) {
            expected.addFirst(checkpoints("a").of(best));
        }
        assertThat(checkpoints("a").all()).containsExactlyElementsOf(expected);
    }

    @Test
    void the_best_checkpoint_outlives_newer_ones() throws IOException {
        Checkpoints store = checkpoints("a");
        RunState state = RunState.start(1, 1, "x").after(1, 1).measured(1.0);
        ScriptedTrainingPass pass = new ScriptedTrainingPass();
        try (var _ = io.github.coda4j.tensor.Scope.open()) {
            for (int i = 0; i < 4; i++) {
                store.write(
                        state,
                        pass.parameters(),
                        pass.config(),
                        new FakeUpdater(pass.parameters()).state(),
                        Optional.empty(),
                        "");
                state = state.after(1, 1).measured(2.0 + i);
            }
        }
        pass.close();
        assertThat(store.all()).containsExactly(store.of(1), store.of(3), store.of(4));
        try (var children = Files.list(folder.resolve("a/checkpoints"))) {
            assertThat(children).hasSize(3);
        }
    }

    @Test
    void a_stop_that_is_asked_for_ends_after_the_step_with_a_checkpoint() {
        stopWanted = () -> steps.size() >= 3;
        train("a", 9);
        assertThat(lastOutcome).isEqualTo(TrainingLoop.Outcome.STOPPED);
        assertThat(checkpoints("a").newest()).contains(checkpoints("a").of(3));
        stopWanted = () -> false;
        train("a", 9);
        assertThat(lastOutcome).isEqualTo(TrainingLoop.Outcome.FINISHED);
        assertThat(steps).hasSize(9);
    }

    @Test
    void leftovers_of_killed_processes_are_not_seen_and_removed() throws IOException {
        train("a", 2);
        Path checkpoints = folder.resolve("a/checkpoints");
        for (String name : List.of(".step-0000004.partial", ".step-0000001.removed", ".step-0000002.old")) {
            Files.writeString(Files.createDirectory(checkpoints.resolve(name)).resolve("model.safetensors"), "half");
        }
        assertThat(checkpoints("a").newest()).contains(checkpoints("a").of(2));
        checkpoints("a").removeLeftovers();
        try (var children = Files.list(checkpoints)) {
            assertThat(children).containsExactly(checkpoints("a").of(2));
        }
    }

    @Test
    void a_checkpoint_that_cannot_be_written_ends_the_run_and_leaves_the_older_one() throws IOException {
        train("a", 2);
        Files.writeString(folder.resolve("a/checkpoints/step-0000004"), "in the way");
        assertThatThrownBy(() -> train("a", 9))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("the checkpoint of step 4 could not be written: ")
                .hasMessageContaining("step-0000004 is a file")
                .hasMessageContaining("the last good checkpoint is");
    }

    @Test
    void data_is_read_before_it_is_asked_for() throws InterruptedException {
        RowShare share = new RowShare(ROWS, 4, 0, 1);
        CountDownLatch masked = new CountDownLatch(2);
        MaskingRule counting = (batch, step, row) -> {
            masked.countDown();
            return MASKER.mask(batch, step, row);
        };
        try (BatchFeed feed = new BatchFeed(new ToySequences(LENGTH, 24), counting, share, 0, 0, 2)) {
            assertThat(masked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(feed.take().step()).isZero();
            assertThat(feed.waitedNanos()).isNotNegative();
        }
    }

    private ScriptedTrainingPass lastPass;
    private FakeUpdater lastUpdater;
    private TrainingLoop.Outcome lastOutcome;

    private Checkpoints checkpoints(String name) {
        return new Checkpoints(folder.resolve(name).resolve("checkpoints"), 2);
    }

    /** Trains from the newest checkpoint, or from the start, to the step, and returns the parameters. */
    private float[] train(String name, long until) {
        Checkpoints store = checkpoints(name);
        Optional<Path> from = store.newest();
        RunState state = from.map(RunState::read).orElseGet(() -> RunState.start(5, 1, "hash"));
        ParameterStore parameters = from.map(TrainingLoopTest::load)
                .orElseGet(() -> ParameterLoader.random(ScriptedTrainingPass.CONFIG, 1, Device.CPU));
        lastPass = new ScriptedTrainingPass(parameters).breakingAtRow(brokenRow);
        lastUpdater = new FakeUpdater(parameters).withRanks(ranks);
        from.ifPresent(path -> Checkpoints.restore(path, lastUpdater));
        ToySequences source = new ToySequences(LENGTH, 24, unreadable);
        RowShare share = new RowShare(ROWS, microRows, 0, 1);
        try (BatchFeed feed = new BatchFeed(source, MASKER, share, state.step(), state.cursor(), 2)) {
            TrainingRun run = new TrainingRun(
                    share,
                    feed,
                    lastPass,
                    lastUpdater,
                    step -> 0.1 / (step + 1),
                    clipNorm,
                    PeakUse.compared(lastPass.config(), false, peaks::nextDouble, (before, now) -> raised.add(now)));
            Optional<HeldOutLoss> measure = heldOut
                    ? Optional.of(new HeldOutLoss(
                            source, (b, s, r) -> ToySequences.mask(b, 99, s, r), 5, 2, lastPass, lastUpdater))
                    : Optional.empty();
            TrainingLoop.Settings settings =
                    new TrainingLoop.Settings(until, ROWS, 3, 2, Optional.empty(), "lr: 0.1\n", folder.resolve(name));
            lastOutcome = new TrainingLoop(
                            settings, state, run, lastPass, lastUpdater, measure, store, new Recorder(), stopWanted)
                    .run();
            return parameters.values().toFloats();
        } finally {
            lastPass.close();
        }
    }

    private static ParameterStore load(Path checkpoint) {
        try (CheckpointFolder model = CheckpointFolder.open(checkpoint)) {
            return ParameterLoader.load(model, Device.CPU);
        }
    }

    private final class Recorder implements MetricsSink {
        @Override
        public void step(StepMetrics metrics) {
            steps.add(metrics);
        }

        @Override
        public void heldOut(HeldOutMetrics metrics) {
            measured.add(metrics);
        }
    }
}
