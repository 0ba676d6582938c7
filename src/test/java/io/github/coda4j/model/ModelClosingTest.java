package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.GoldenModels;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.CheckpointFolder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelClosingTest extends ClosingContract {
    private static final int[] IDS = {1, 2, 3, 4, 5, 6, 7};

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("FastTransformer", _ -> used(EngineKind.FAST, WeightFormat.INT8)),
                new Case("PlainTransformer", _ -> used(EngineKind.PLAIN, WeightFormat.FP32)),
                new Case("FastKvCache", _ -> cache(EngineKind.FAST)),
                new Case("PlainTransformer$PlainKvCache", _ -> cache(EngineKind.PLAIN)),
                new Case("FastWeights", _ -> weights()),
                new Case("Workspace", _ -> {
                    Workspace workspace = new Workspace(2);
                    workspace.part(Workspace.Part.QKV, 1, 4096);
                    return workspace;
                }),
                new Case("Preparation", _ -> Preparation.begin(options(EngineKind.FAST, WeightFormat.FP32))));
    }

    private static LoadOptions options(EngineKind engine, WeightFormat precision) {
        return new LoadOptions(engine, precision, Device.CPU, 2);
    }

    private static Transformer used(EngineKind engine, WeightFormat precision) {
        Transformer model = GoldenModels.open("b-tied", engine, precision, 2);
        model.logits(IDS);
        return model;
    }

    private static KvCache cache(EngineKind engine) {
        try (Transformer model = GoldenModels.open("b-tied", engine, WeightFormat.FP32, 2)) {
            return model.newCache(12);
        }
    }

    private static FastWeights weights() {
        ModelConfig config = config(0);
        try (WorkerTeam team = new WorkerTeam(2)) {
            return FastWeights.load(config, Numbers.here(WeightFormat.INT8), new RandomWeights(config, 1), team);
        }
    }

    /** A small model with so many layers more than it has. */
    private static ModelConfig config(int more) {
        try (CheckpointFolder folder = CheckpointFolder.open(Goldens.path("model/b-tied"))) {
            int layers = folder.config().requireInt("num_hidden_layers") + more;
            return ModelConfig.read(folder.config().with("num_hidden_layers", layers));
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_closed_model_refuses_to_run(EngineKind engine) {
        Transformer model = used(engine, WeightFormat.BF16);
        model.close();
        assertThatThrownBy(() -> model.logits(IDS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_close_during_a_forward_waits_for_it(EngineKind engine) throws Exception {
        for (int round = 0; round < 4; round++) {
            Transformer model = used(engine, WeightFormat.BF16);
            CountDownLatch begun = new CountDownLatch(1);
            int[] whole = new int[1];
            Throwable[] end = new Throwable[1];
            Thread running = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        whole[0] += model.logits(IDS).length > 0 ? 1 : 0;
                        begun.countDown();
                    }
                } catch (Throwable t) {
                    end[0] = t;
                    begun.countDown();
                }
            });
            begun.await();
            model.close();
            running.join();
            assertThat(whole[0]).isPositive();
            assertThat(end[0]).isInstanceOf(IllegalStateException.class).hasMessage("the model is closed");
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_load_that_fails_half_way_leaves_no_memory_behind(EngineKind engine) {
        WeightSource weights = new RandomWeights(config(0), 1);
        long before = Scope.liveCount();
        assertThatThrownBy(() -> {
                    switch (engine) {
                        case FAST -> FastTransformer.load(config(1), weights, options(engine, WeightFormat.FP32));
                        case PLAIN -> PlainTransformer.load(config(1), weights, options(engine, WeightFormat.FP32));
                    }
                })
                .isInstanceOf(NullPointerException.class);
        assertThat(Scope.liveCount()).isEqualTo(before);
    }
}
