package io.github.coda4j.train.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.LossStep;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.StepShape;
import io.github.coda4j.hlo.coda.TrainStep;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.EvaluatorBackend;
import io.github.coda4j.train.Adafactor;
import io.github.coda4j.train.AdamW;
import io.github.coda4j.train.LocalUpdater;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.Updater;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model on one device or several makes the steps that the CPU makes. */
@Tag("slow")
@Timeout(600)
class DeviceModelTest {
    // B rows, T positions, V vocabulary

    private static final int ROWS = 8;
    private static final int LENGTH = 6;
    private static final double CLIP = 0.7;
    private static final double RATE = 0.01;

    private static final ModelConfig CONFIG = new ModelConfig(
            24,
            8,
            2,
            4,
            2,
            4,
            12,
            10000,
            1e-6,
            64,
            new ModelKind("CoDA", "CoDALanguageModel", true, ModelKind.Bias.NONE, Alignment.SHIFTED, Optional.empty()),
            false,
            0.02,
            5,
            OptionalInt.of(3),
            List.of());

    private static MaskedBatch batch(int rows, long seed) {
        Random random = new Random(seed);
        int[][] noisy = new int[rows][LENGTH];
        int[][] targets = new int[rows][LENGTH];
        float[] weights = new float[rows];
        for (int b = 0; b < rows; b++) {
            weights[b] = 1 + random.nextFloat();
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            for (int i = 0; i < LENGTH; i++) {
                noisy[b][i] = 6 + random.nextInt(18);
                if (i > 0 && random.nextBoolean()) {
                    targets[b][i] = noisy[b][i];
                    noisy[b][i] = CONFIG.maskId();
                }
            }
        }
        return new MaskedBatch(noisy, targets, new int[rows][LENGTH], weights);
    }

    /** The devices, and what a model on them is made with. */
    private static final class Devices implements AutoCloseable {
        final DeviceModel.Settings settings;
        final JavaPlugin plugin;
        final PjrtClient client;

        Devices(UpdateRule rule, Distribution distribution) {
            int n = distribution.devices();
            settings = new DeviceModel.Settings(ROWS, 4 / n, LENGTH, rule, CLIP, Products.F32, distribution);
            plugin = new JavaPlugin(new EvaluatorBackend(n)
                    .with(TrainStep.of(
                                    CONFIG,
                                    true,
                                    rule,
                                    CLIP,
                                    StepShape.of(ROWS / n, 4 / n, LENGTH),
                                    Products.F32,
                                    distribution)
                            .program())
                    .with(LossStep.of(CONFIG, true, StepShape.of(4 / n, 4 / n, LENGTH), Products.F32, distribution)
                            .program()));
            client = PjrtPlugin.of(plugin.api(), "the evaluator").client(Map.of(), Duration.ofMinutes(5));
        }

        DeviceModel open(ParameterStore parameters) {
            return DeviceModel.open(client, CONFIG, parameters, settings);
        }

        @Override
        public void close() {
            client.close();
            plugin.close();
        }
    }

    private static UpdateRule rule(String name) {
        return name.equals("adamw")
                ? new UpdateRule.AdamW(0.9, 0.99, 1e-8, 0.01)
                : new UpdateRule.Adafactor(1e-30, 1, -0.8);
    }

    private static OptimizerSettings method(String name) {
        return name.equals("adamw") ? new AdamW.Settings(0.9, 0.99, 1e-8, 0.01) : Adafactor.Settings.DEFAULT;
    }

    private static ParameterStore random() {
        ParameterStore store = ParameterStore.zeros(CONFIG, true, Device.CPU);
        Random random = new Random(5);
        try (Scope _ = Scope.open()) {
            store.slices().forEach(slice -> {
                for (int i = 0; i < slice.size(); i++) {
                    store.value(slice.name())
                            .memory()
                            .setAtIndex(
                                    ValueLayout.JAVA_FLOAT,
                                    i,
                                    (slice.shape().length == 1 ? 1 : 0) + 0.3f * (float) random.nextGaussian());
                }
            });
        }
        return store;
    }

    @ParameterizedTest
    @CsvSource({
        "adamw, ONE, 1",
        "adafactor, ONE, 1",
        "adafactor, DATA_PARALLEL, 2",
        "adamw, FSDP, 2",
        "adafactor, FSDP, 4"
    })
    void steps_on_devices_are_those_of_the_cpu(String name, Distribution.Kind kind, int count) {
        try (ParameterStore expected = random();
                ParameterStore actual = random();
                TrainingPass pass = new PlainTrainingPass(CONFIG, expected, DType.F32, 1, false);
                Updater updater = new LocalUpdater(expected, method(name));
                Devices devices = new Devices(rule(name), new Distribution(kind, count));
                DeviceModel model = devices.open(actual)) {
            for (int step = 1; step <= 3; step++) {
                MaskedBatch batch = batch(ROWS, step);
                LossSums sums = pass.accumulate(batch, 1.0 / (ROWS * LENGTH), updater.listener());
                double norm = updater.reduceGradients();
                updater.update(RATE, Math.min(1, CLIP / norm));
                DeviceModel.Outcome outcome = model.step(batch, step, RATE);
                near("loss", outcome.sums().loss(), sums.loss());
                near("cross entropy", outcome.sums().maskedCrossEntropy(), sums.maskedCrossEntropy());
                near("norm", outcome.gradientNorm(), norm);
                assertThat(norm).as("so that clipping shows").isGreaterThan(CLIP);
            }
            model.readParameters(actual);
            try (Scope _ = Scope.open()) {
                float[] ours = actual.values().toFloats();
                float[] theirs = expected.values().toFloats();
                for (int i = 0; i < ours.length; i++) {
                    assertThat(ours[i]).as("value %d", i).isCloseTo(theirs[i], within(2e-5f));
                }
            }
            MaskedBatch held = batch(3, 9);
            near("held out", model.evaluate(held).loss(), pass.evaluate(held).loss());
            assertThat(model.evaluate(held).positions()).isEqualTo(3 * LENGTH);
        }
    }

    private static void near(String what, double actual, double expected) {
        assertThat(actual).as(what).isCloseTo(expected, within(2e-5 * Math.abs(expected)));
    }

    @Test
    void what_is_read_from_several_devices_and_written_to_others_goes_on_to_the_bit() {
        UpdateRule rule = rule("adamw");
        Distribution two = new Distribution(Distribution.Kind.FSDP, 2);
        try (ParameterStore store = random();
                Devices devices = new Devices(rule, two);
                DeviceModel whole = devices.open(store)) {
            whole.step(batch(ROWS, 1), 1, RATE);
            whole.readParameters(store);
            Map<String, float[]> state = new HashMap<>();
            whole.readState((name, values) -> state.put(name, values.toArray(ValueLayout.JAVA_FLOAT)));
            assertThat(state.keySet()).containsExactlyInAnyOrderElementsOf(whole.stateNames());
            double expected = whole.step(batch(ROWS, 2), 2, RATE).gradientNorm();
            double after = whole.step(batch(ROWS, 3), 3, RATE).sums().weighted();
            int live = devices.client.liveCount();
            try (DeviceModel other = devices.open(store);
                    Arena arena = Arena.ofConfined()) {
                other.writeState(name -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, state.get(name)));
                assertThat(other.step(batch(ROWS, 2), 2, RATE).gradientNorm()).isEqualTo(expected);
                assertThat(other.step(batch(ROWS, 3), 3, RATE).sums().weighted())
                        .isEqualTo(after);
            }
            assertThat(devices.client.liveCount()).isEqualTo(live);
        }
    }

    @Test
    void steps_leave_nothing_behind() {
        try (ParameterStore store = random();
                Devices devices = new Devices(rule("adafactor"), new Distribution(Distribution.Kind.FSDP, 2));
                DeviceModel model = devices.open(store)) {
            model.step(batch(ROWS, 1), 1, RATE);
            model.evaluate(batch(4, 1));
            int inClient = devices.client.liveCount();
            int inPlugin = devices.plugin.liveCount();
            for (int step = 2; step < 5; step++) {
                model.step(batch(ROWS, step), step, RATE);
                model.evaluate(batch(2, step));
                model.readParameters(store);
            }
            assertThat(devices.client.liveCount()).isEqualTo(inClient);
            assertThat(devices.plugin.liveCount()).isEqualTo(inPlugin);
        }
    }

    @Test
    void rows_that_cannot_be_shared_and_devices_that_are_not_there_are_refused() {
        UpdateRule rule = rule("adamw");
        Distribution four = new Distribution(Distribution.Kind.FSDP, 4);
        assertThatThrownBy(() -> new DeviceModel.Settings(8, 3, LENGTH, rule, 1, Products.F32, Distribution.ONE))
                .hasMessage("on such a device batch.micro_rows must divide its 8 rows, got 3");
        assertThatThrownBy(() -> new DeviceModel.Settings(6, 1, LENGTH, rule, 1, Products.F32, four))
                .hasMessage("batch.rows must be a multiple of the 4 devices, got 6");
        try (ParameterStore store = ParameterLoader.random(CONFIG, 1, Device.CPU);
                Devices devices = new Devices(rule, Distribution.ONE)) {
            assertThatThrownBy(() -> DeviceModel.open(
                            devices.client,
                            CONFIG,
                            store,
                            new DeviceModel.Settings(8, 2, LENGTH, rule, 1, Products.F32, four)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("4 devices are asked for, but evaluator has 1");
            try (DeviceModel model = devices.open(store)) {
                assertThatThrownBy(() -> model.evaluate(batch(5, 1)))
                        .hasMessage("the programs are for 4 rows of 6 positions, got 5 of 6");
            }
        }
    }
}
