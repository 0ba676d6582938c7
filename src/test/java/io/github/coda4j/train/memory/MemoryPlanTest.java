package io.github.coda4j.train.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.train.Adafactor;
import io.github.coda4j.train.AdamW;
import io.github.coda4j.train.LocalUpdater;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.memory.MemoryPlan.Part;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes that are computed are those of what is made; what grows with a number grows by what that number adds. */
class MemoryPlanTest {
    private static final ModelConfig FULL = ModelConfig.preset("coda-1.7b");
    private static final OptimizerSettings ADAFACTOR = Adafactor.Settings.DEFAULT;
    private static final OptimizerSettings ADAMW = AdamW.Settings.DEFAULT;

    private static PlannedRun run(ModelConfig config, int rows, int length, OptimizerSettings optimizer, int devices) {
        PassOptions pass = new PassOptions(WeightFormat.BF16, 2, true);
        return new PlannedRun(config, rows, length, pass, Optional.of(optimizer), devices);
    }

    private static long part(List<Part> parts, String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .mapToLong(Part::bytes)
                .findFirst()
                .orElseThrow();
    }

    private static MemoryPlan.Phase phase(MemoryPlan plan, String name) {
        return plan.phases().stream()
                .filter(phase -> phase.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"coda-tiny", "coda-nano"})
    void what_is_planned_of_parameters_and_optimizers_is_what_they_hold(String preset) {
        ModelConfig config = ModelConfig.preset(preset);
        for (OptimizerSettings settings : List.of(ADAFACTOR, ADAMW)) {
            PlannedRun run = run(config, 2, 64, settings, 1);
            try (ParameterStore store = ParameterStore.zeros(config, !config.tiedHead(), Device.CPU);
                    LocalUpdater updater = new LocalUpdater(store, settings)) {
                long state = updater.state().values().stream()
                        .mapToLong(Tensor::numElements)
                        .sum();
                MemoryPlan plan = CpuMemory.plan(run);
                assertThat(part(plan.kept(), "parameters"))
                        .isEqualTo(part(plan.kept(), "gradients"))
                        .isEqualTo(Float.BYTES * store.values().numElements());
                assertThat(part(plan.kept(), "optimizer")).isEqualTo(Float.BYTES * state);
                assertThat(plan.largest().bytes())
                        .isEqualTo(FusedTrainingPass.plannedBytes(config, DType.BF16, 2, true, 2, 64));
            }
        }
    }

    @Test
    void each_of_several_ranks_holds_the_share_of_the_optimizer_that_it_updates() {
        ModelConfig config = ModelConfig.preset("coda-nano");
        long alone = part(CpuMemory.plan(run(config, 1, 64, ADAMW, 1)).kept(), "optimizer");
        long shared = part(CpuMemory.plan(run(config, 1, 64, ADAMW, 4)).kept(), "optimizer");
        assertThat(shared).isBetween(alone / 4, alone / 4 + 4L * ParameterStore.ALIGNMENT * 2);
        assertThat(part(CpuMemory.plan(run(config, 1, 64, ADAFACTOR, 4)).kept(), "optimizer"))
                .isBetween(
                        part(CpuMemory.plan(run(config, 1, 64, ADAFACTOR, 1)).kept(), "optimizer") / 4,
                        part(CpuMemory.plan(run(config, 1, 64, ADAFACTOR, 1)).kept(), "optimizer"));
    }

    @Test
    void the_report_s_run_fits_a_v4_and_its_matrices_are_cut() {
        MemoryPlan plan = ChipMemory.plan(run(FULL, 1, 8192, ADAFACTOR, 512), ChipMemory.Pieces.DEFAULT);
        // 151,936 rows do not go into 512 equal parts, but the 2048 columns do.
        long vectors = 28L * (2 * 2048 + 2 * 128) + 2048;
        assertThat(part(plan.kept(), "parameters")).isEqualTo(4 * (vectors + (FULL.numParameters() - vectors) / 512));
        MemoryPlan whole = ChipMemory.plan(run(FULL, 1, 8192, ADAFACTOR, 3), ChipMemory.Pieces.DEFAULT);
        assertThat(part(whole.kept(), "parameters")).isGreaterThan(4L * 2 * 151_936 * 2048);
        assertThat(part(plan.kept(), "layer inputs")).isEqualTo(29L * 8192 * 2048 * 4);
        assertThat(part(phase(plan, "backward of a layer").parts(), "scores")).isEqualTo(3L * 4 * 16 * 1024 * 8192);
        assertThat(part(phase(plan, "logits").parts(), "piece")).isEqualTo(3L * 4 * 512 * 151_936);
        assertThat(plan.bytes())
                .isEqualTo(plan.keptBytes() + plan.largest().bytes())
                .isBetween(Chip.V4.memory() / 10, Chip.V4.memory() / 2);
        assertThat(part(phase(plan, "logits").parts(), "output layer")).isEqualTo(6L * 151_936 * 2048);
        assertThat(part(phase(whole, "logits").parts(), "output layer")).isEqualTo(2L * 151_936 * 2048);
    }

    @Test
    void a_chip_s_memory_grows_with_layers_by_their_inputs_and_shares_alone() {
        MemoryPlan few = ChipMemory.plan(run(FULL.withLayers(4), 1, 8192, ADAMW, 512), ChipMemory.Pieces.DEFAULT);
        MemoryPlan more = ChipMemory.plan(run(FULL.withLayers(5), 1, 8192, ADAMW, 512), ChipMemory.Pieces.DEFAULT);
        long layer = FULL.withLayers(5).numParameters() - FULL.withLayers(4).numParameters();
        long vectors = 2 * 2048 + 2 * 128;
        long own = vectors + (layer - vectors) / 512;
        assertThat(more.phases()).isEqualTo(few.phases());
        // Its input; a value, a gradient and two numbers of AdamW for each parameter, rounded up.
        assertThat(more.keptBytes() - few.keptBytes() - 8192L * 2048 * 4).isBetween(16 * own - 4096, 16 * own + 4096);
    }

    @Test
    void larger_pieces_take_more_until_all_is_one_piece() {
        PlannedRun run = run(FULL, 1, 1024, ADAFACTOR, 8);
        long small = ChipMemory.plan(run, new ChipMemory.Pieces(256, 128)).bytes();
        long large = ChipMemory.plan(run, new ChipMemory.Pieces(1024, 1024)).bytes();
        assertThat(large).isGreaterThan(small);
        assertThat(ChipMemory.plan(run, new ChipMemory.Pieces(9999, 9999)).bytes())
                .isEqualTo(large);
    }

    @Test
    void one_chip_gathers_nothing() {
        ModelConfig config = ModelConfig.preset("coda-nano");
        MemoryPlan plan = ChipMemory.plan(
                new PlannedRun(config, 1, 64, new PassOptions(WeightFormat.FP32, 1, true), Optional.of(ADAMW), 1),
                ChipMemory.Pieces.DEFAULT);
        assertThat(part(phase(plan, "backward of a layer").parts(), "layer")).isZero();
    }

    @Test
    void a_card_that_computes_layers_again_holds_one_graph() {
        PlannedRun again = run(FULL, 1, 1024, ADAFACTOR, 1);
        PlannedRun kept =
                new PlannedRun(FULL, 1, 1024, new PassOptions(WeightFormat.BF16, 1, false), Optional.of(ADAFACTOR), 1);
        long graph = part(phase(CardMemory.plan(again), "backward of a layer").parts(), "graph");
        assertThat(part(CardMemory.plan(kept).kept(), "graphs")).isEqualTo(28 * graph);
        assertThat(CardMemory.plan(kept).bytes())
                .isGreaterThan(CardMemory.plan(again).bytes() + 20 * graph);
    }

    @Test
    void a_run_that_cannot_be_is_refused() {
        assertThatThrownBy(() -> run(FULL, 0, 64, ADAMW, 1)).hasMessage("rows must be at least 1, got 0");
        assertThatThrownBy(() -> run(FULL, 1, 40_961, ADAMW, 1))
                .hasMessage("length must be in [2, 40960], the positions that the model knows, got 40961");
        assertThatThrownBy(() -> run(FULL, 1, 64, ADAMW, 0)).hasMessage("devices must be at least 1, got 0");
        assertThatThrownBy(() -> run(FULL, 1 << 20, 4096, ADAMW, 1)).hasMessageContaining("are more than");
        assertThatThrownBy(() -> new ChipMemory.Pieces(0, 1)).hasMessageContaining("queries of a piece");
    }
}
