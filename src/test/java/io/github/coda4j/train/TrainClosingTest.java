package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.masking.MaskingVocabulary;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.pjrt.PjrtPlugin;
import io.github.coda4j.pjrt.oracle.JavaPlugin;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.ranks.ProcessGroup;
import io.github.coda4j.tensor.ranks.Rendezvous;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.LocalRanks;
import io.github.coda4j.testkit.ScriptedBackend;
import io.github.coda4j.testkit.ToySequences;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("training")
class TrainClosingTest extends ClosingContract {
    private final List<AutoCloseable> alsoOpen = new ArrayList<>();

    @AfterEach
    void closeOthers() throws Exception {
        for (AutoCloseable other : alsoOpen.reversed()) {
            other.close();
        }
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("BatchFeed", _ -> feed()),
                new Case("RunTotals", _ -> new RunTotals()),
                new Case(
                        "TrainData",
                        _ -> new TrainData(
                                new ToySequences(10, 50),
                                Optional.of(new ToySequences(10, 50)),
                                new MaskingVocabulary(2, 0, Alignment.SHIFTED, _ -> OptionalInt.empty()))),
                new Case("RunFolder", folder -> RunFolder.open(folder, 2, 0)),
                new Case("MetricsFile", folder -> MetricsFile.after(0, folder.resolve("metrics.jsonl"))),
                new Case("TensorBoardFile", folder -> TensorBoardFile.after(0, folder, InstantSource.system())),
                new Case("RankGroup", _ -> group()),
                new Case("AdamW", _ -> optimizer(AdamW.Settings.DEFAULT)),
                new Case("Adafactor", _ -> optimizer(Adafactor.Settings.DEFAULT)),
                new Case("HostLearner", _ -> hostLearner()),
                new Case("DeviceLearner", _ -> deviceLearner()),
                new Case("LocalUpdater", _ -> new LocalUpdater(store(), AdamW.Settings.DEFAULT)),
                new Case("ShardedUpdater", _ -> {
                    ProcessGroup group = LocalRanks.join(alone());
                    alsoOpen.add(group);
                    return new ShardedUpdater(store(), group, AdamW.Settings.DEFAULT, 4096);
                }));
    }

    private static BatchFeed feed() {
        return new BatchFeed(
                new ToySequences(10, 50),
                (batch, step, row) -> ToySequences.mask(batch, 5, step, row),
                new RowShare(4, 2, 0, 1),
                0,
                0,
                2);
    }

    private static Rendezvous alone() {
        return Rendezvous.local(LocalRanks.freePort(), 0, 1);
    }

    private static RankGroup group() {
        return RankGroup.join(Optional.of(alone()), Device.CPU, ProcessGroup.Timeouts.DEFAULT, message -> {});
    }

    private ParameterStore store() {
        ParameterStore store = ParameterStore.zeros(GoldenTraining.config("b-tied"), false, Device.CPU);
        alsoOpen.add(store);
        return store;
    }

    private static TrainConfig config(String device) {
        return TrainConfig.parse("""
                stage: pretrain
                out: out
                model: {preset: coda-tiny, tokenizer: tokenizer}
                data: {shards: shards, length: 8}
                batch: {rows: 2}
                optimizer: {name: adamw}
                schedule: {steps: 2, peak: 1e-3}
                compute: {device: 'DEVICE'}
                """.replace("DEVICE", device), "run.yaml");
    }

    private HostLearner hostLearner() {
        ParameterStore store = store();
        return new HostLearner(
                config("cpu"),
                new RowShare(2, 2, 0, 1),
                new PlainTrainingPass(GoldenTraining.config("b-tied"), store, DType.F32, 1, false),
                new LocalUpdater(store, AdamW.Settings.DEFAULT),
                PeakUse.uncompared(GoldenTraining.config("b-tied"), false));
    }

    private DeviceLearner deviceLearner() {
        JavaPlugin plugin = new JavaPlugin(new ScriptedBackend(1, all -> all));
        alsoOpen.add(plugin);
        PjrtClient client = PjrtPlugin.of(plugin.api(), "plugin").client(Map.of(), Duration.ofMinutes(2));
        alsoOpen.add(client);
        return new DeviceLearner(config("pjrt:oracle"), GoldenTraining.config("b-tied"), store(), client);
    }

    private Optimizer optimizer(OptimizerSettings settings) {
        ParameterStore store = store();
        return settings.open(store, settings.shards(store, 1), 0);
    }

    @Test
    void whoever_waits_for_a_batch_hears_of_the_end() {
        BatchFeed feed = feed();
        assertThat(feed.take().step()).isZero();
        feed.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(feed::take)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the batch feed is closed");
        }
    }
}
