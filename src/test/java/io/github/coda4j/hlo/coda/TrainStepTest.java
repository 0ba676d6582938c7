package io.github.coda4j.hlo.coda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.hlo.Layout;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.testkit.GoldenTraining;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs of all kinds of layers and on several devices, against the trainer's plain pass and against each other. */
@Tag("slow")
class TrainStepTest {
    private static final int ROWS = 4;
    private static final int LENGTH = 8;
    private static final int PAD = 3;
    private static final UpdateRule ADAFACTOR = new UpdateRule.Adafactor(1e-30, 1.0, -0.8);
    private static final UpdateRule ADAM_W = new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.01);

    private static ModelConfig config(int layers, boolean qkNorm, ModelKind.Bias bias, Alignment alignment) {
        ModelKind kind = new ModelKind("CoDA", "CoDALanguageModel", qkNorm, bias, alignment, Optional.empty());
        return new ModelConfig(
                26, 8, layers, 4, 2, 4, 12, 10000, 1e-6, 64, kind, false, 0.02, 5, OptionalInt.of(PAD), List.of());
    }

    private static ModelConfig config() {
        return config(2, true, ModelKind.Bias.NONE, Alignment.SHIFTED);
    }

    /** Two documents a row, pads at the end of some. */
    private static MaskedBatch batch(ModelConfig config) {
        Random random = new Random(11);
        int[][] noisy = new int[ROWS][LENGTH];
        int[][] targets = new int[ROWS][LENGTH];
        int[][] segments = new int[ROWS][LENGTH];
        float[] weights = new float[ROWS];
        for (int b = 0; b < ROWS; b++) {
            weights[b] = 1 + random.nextFloat();
            int border = 2 + random.nextInt(4);
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            for (int i = 0; i < LENGTH; i++) {
                noisy[b][i] = i == LENGTH - 1 && b % 2 == 0 ? PAD : 6 + random.nextInt(18);
                segments[b][i] = i < border ? 0 : 1;
                boolean first = i == 0 || i == border;
                if (random.nextBoolean() && (!first || config.alignment().predictsFirst())) {
                    targets[b][i] = 6 + random.nextInt(18);
                    noisy[b][i] = config.maskId();
                }
            }
        }
        return new MaskedBatch(noisy, targets, segments, weights);
    }

    private static Map<String, float[]> random(List<Stacked> table) {
        Random random = new Random(5);
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (Stacked parameter : table) {
            int size = (int) parameter.type().elements() / parameter.tensors().size();
            for (String tensor : parameter.tensors()) {
                float[] values = new float[size];
                for (int i = 0; i < size; i++) {
                    values[i] = (parameter.ownRank() == 1 ? 1 : 0) + 0.5f * (float) random.nextGaussian();
                }
                tensors.put(tensor, values);
            }
        }
        return tensors;
    }

    @ParameterizedTest
    @CsvSource({
        "true, NONE, SHIFTED, true",
        "false, QKV, IN_PLACE, true",
        "true, QKVO, SHIFTED, false",
        "false, NONE, IN_PLACE, false"
    })
    void every_kind_of_layer_learns_as_in_the_plain_pass(
            boolean qkNorm, ModelKind.Bias bias, Alignment alignment, boolean ownHead) {
        ModelConfig config = config(2, qkNorm, bias, alignment);
        MaskedBatch batch = batch(config);
        StepShape shape = new StepShape(ROWS, 2, LENGTH, 4, 2);
        LossStep step = LossStep.withGradients(config, ownHead, shape, Products.F32, Distribution.ONE);
        Map<String, float[]> tensors = random(step.parameters());
        Map<String, HostTensor> found = new ProgramRun(step.program())
                .giveRows(batch, config)
                .giveAngles(config, LENGTH)
                .giveParameters(step.parameters(), tensors)
                .run();
        try (ParameterStore store = ParameterStore.zeros(config, ownHead, Device.CPU);
                TrainingPass pass = new PlainTrainingPass(config, store, DType.F32, 1, false);
                Scope _ = Scope.open()) {
            tensors.forEach((name, values) ->
                    store.value(name).assign(Tensor.of(values, store.value(name).shape())));
            LossSums sums = pass.accumulate(batch, 1.0 / (ROWS * LENGTH), GradientListener.NONE);
            assertThat(found.get(TrainStep.LOSS).item()).isCloseTo(sums.loss(), within(1e-5 * sums.loss()));
            assertThat(found.get(TrainStep.CROSS_ENTROPY).item())
                    .isCloseTo(sums.crossEntropy(), within(1e-5 * sums.crossEntropy()));
            Map<String, float[]> expected = GoldenTraining.gradients(store);
            for (Stacked parameter : step.parameters()) {
                for (String tensor : parameter.tensors()) {
                    double[] gradient = ProgramRun.tensor(parameter, found, tensor);
                    assertNear(tensor, gradient, expected.remove(tensor), 1e-4);
                }
            }
            assertThat(expected).isEmpty();
        }
    }

    private static void assertNear(String what, double[] found, float[] expected, double tolerance) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("%s, element %d", what, i).isCloseTo(expected[i], within(tolerance));
        }
    }

    /** Results of two steps. */
    private static Map<String, HostTensor> twoSteps(
            ModelConfig config, UpdateRule rule, double clip, StepShape shape, Distribution distribution) {
        TrainStep step = TrainStep.of(config, true, rule, clip, shape, Products.F64, distribution);
        ProgramRun run = new ProgramRun(step.program())
                .giveRows(batch(config), config)
                .giveAngles(config, LENGTH)
                .giveParameters(step.parameters(), random(step.parameters()))
                .giveZeros(step.state());
        rule.scalars(1, 0.01).forEach(run::giveScalar);
        run.goOnWith(run.run());
        rule.scalars(2, 0.02).forEach(run::giveScalar);
        return run.run();
    }

    @ParameterizedTest
    @CsvSource({
        "DATA_PARALLEL, 2, 2",
        "DATA_PARALLEL, 4, 1",
        "FSDP, 2, 1",
        "FSDP, 2, 2",
        "FSDP, 4, 1",
        "GSPMD, 2, 2",
        "SHARDY, 4, 4"
    })
    void several_devices_do_what_one_does(Distribution.Kind kind, int devices, int microRows) {
        Distribution distribution = new Distribution(kind, devices);
        int rows = kind.annotates() ? ROWS : ROWS / devices;
        StepShape shape = new StepShape(rows, microRows, LENGTH, 4, 4);
        StepShape alone = new StepShape(ROWS, ROWS, LENGTH, LENGTH, LENGTH);
        for (UpdateRule rule : List.of(ADAFACTOR, ADAM_W)) {
            Map<String, HostTensor> expected = twoSteps(config(), rule, 0.3, alone, Distribution.ONE);
            Map<String, HostTensor> found = twoSteps(config(), rule, 0.3, shape, distribution);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            expected.forEach((name, values) -> {
                assertThat(found.get(name).type()).isEqualTo(values.type());
                for (int i = 0; i < values.data().length; i++) {
                    assertThat(found.get(name).data()[i])
                            .as("%s, element %d, %s", name, i, rule)
                            .isCloseTo(values.data()[i], within(1e-10));
                }
            });
            assertThat(expected.get(TrainStep.GRADIENT_NORM).item()).isGreaterThan(0.3);
        }
    }

    @Test
    void parameters_lie_in_parts_as_in_the_original_s_training() {
        ModelConfig config = config();
        Map<String, String> layouts =
                ParameterTable.of(config, true, Products.F32.floats(), new Distribution(Distribution.Kind.GSPMD, 2))
                        .stream()
                        .collect(Collectors.toMap(
                                Stacked::name, stacked -> stacked.layout().dim().toString()));
        assertThat(layouts.get("model.embed_tokens.weight")).isEqualTo("OptionalInt[0]");
        assertThat(layouts.get("lm_head.weight")).isEqualTo("OptionalInt[0]");
        assertThat(layouts.get("model.norm.weight")).isEqualTo("OptionalInt[0]");
        assertThat(layouts.get("model.layers.*.input_layernorm.weight")).isEqualTo("OptionalInt[1]");
        for (String rows : List.of("self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj")) {
            assertThat(layouts.get("model.layers.*." + rows + ".weight"))
                    .as(rows)
                    .isEqualTo("OptionalInt[1]");
        }
        for (String columns : List.of("self_attn.k_proj", "self_attn.v_proj", "mlp.down_proj")) {
            assertThat(layouts.get("model.layers.*." + columns + ".weight"))
                    .as(columns)
                    .isEqualTo("OptionalInt[2]");
        }
        // 26 tokens have no four equal parts, 8 columns do.
        assertThat(ParameterTable.of(config, true, Products.F32.floats(), new Distribution(Distribution.Kind.FSDP, 4))
                        .getFirst()
                        .layout())
                .isEqualTo(Layout.split(1, 4));
    }

    @Test
    void clipping_scales_what_the_update_sees() {
        StepShape shape = StepShape.of(ROWS, ROWS, LENGTH);
        UpdateRule plain = new UpdateRule.AdamW(0, 0, 1, 0);
        double norm = twoSteps(config(), plain, 0.3, shape, Distribution.ONE)
                .get(TrainStep.GRADIENT_NORM)
                .item();
        assertThat(norm).isGreaterThan(0.3);
        Map<String, HostTensor> clipped = twoSteps(config(), plain, 0.3, shape, Distribution.ONE);
        double squares = 0;
        for (Map.Entry<String, HostTensor> entry : clipped.entrySet()) {
            if (entry.getKey().startsWith("first_moment.")) { // With no memory: the clipped gradient.
                squares +=
                        Arrays.stream(entry.getValue().data()).map(x -> x * x).sum();
            }
        }
        assertThat(Math.sqrt(squares)).isCloseTo(0.3, within(1e-12));
    }

    @Test
    void a_step_that_is_not_finite_changes_nothing() {
        ModelConfig config = config();
        TrainStep step = TrainStep.of(
                config, true, ADAFACTOR, 1, StepShape.of(ROWS, ROWS, LENGTH), Products.F32, Distribution.ONE);
        Map<String, float[]> tensors = random(step.parameters());
        tensors.get("model.norm.weight")[0] = Float.POSITIVE_INFINITY;
        ProgramRun run = new ProgramRun(step.program())
                .giveRows(batch(config), config)
                .giveAngles(config, LENGTH)
                .giveParameters(step.parameters(), tensors)
                .giveZeros(step.state());
        ADAFACTOR.scalars(1, 0.1).forEach(run::giveScalar);
        Map<String, HostTensor> results = run.run();
        assertThat(results.get(TrainStep.LOSS).item()).isNaN();
        for (Stacked parameter : step.parameters()) {
            for (String tensor : parameter.tensors()) {
                assertNear(tensor, ProgramRun.tensor(parameter, results, tensor), tensors.get(tensor), 0);
            }
        }
        for (Stacked state : step.state()) {
            assertThat(results.get(state.name()).data()).as(state.name()).containsOnly(0);
        }
    }

    private static Program program(int layers, Products products, Distribution distribution) {
        return TrainStep.of(
                        config(layers, true, ModelKind.Bias.NONE, Alignment.SHIFTED),
                        true,
                        ADAFACTOR,
                        1,
                        new StepShape(ROWS, 2, LENGTH, 4, 4),
                        products,
                        distribution)
                .program();
    }

    @Test
    void the_same_step_is_the_same_text() {
        assertThat(program(2, Products.BF16, Distribution.ONE).text())
                .isEqualTo(program(2, Products.BF16, Distribution.ONE).text());
    }

    @Test
    void the_size_of_a_program_does_not_depend_on_the_number_of_layers() {
        Program few = program(2, Products.F32, Distribution.ONE);
        Program many = program(28, Products.F32, Distribution.ONE);
        assertThat(many.operations()).isEqualTo(few.operations());
        assertThat(many.text().lines().count()).isEqualTo(few.text().lines().count());
        assertThat(many.arguments()).hasSameSizeAs(few.arguments());
    }

    @Test
    void f32_products_are_asked_for_in_full_and_no_algorithm_is_named() {
        String text = program(2, Products.F32, Distribution.ONE).text();
        List<String> products = text.lines()
                .filter(line -> line.contains("stablehlo.dot_general"))
                .toList();
        assertThat(products)
                .hasSizeGreaterThan(20)
                .allSatisfy(line -> assertThat(line).contains("precision = [HIGHEST, HIGHEST]"));
        assertThat(text).doesNotContain("algorithm");
        assertThat(program(2, Products.BF16, Distribution.ONE).text().lines())
                .filteredOn(line -> line.contains("stablehlo.dot_general"))
                .allSatisfy(line -> assertThat(line).contains("bf16>, tensor<").contains("xf32>"));
    }

    @Test
    void one_device_has_no_collectives_and_no_annotations() {
        for (Distribution alone : List.of(Distribution.ONE, new Distribution(Distribution.Kind.FSDP, 1))) {
            assertThat(program(2, Products.F32, alone).text())
                    .doesNotContain("all_gather")
                    .doesNotContain("reduce_scatter")
                    .doesNotContain("all_reduce")
                    .doesNotContain("sharding");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Distribution.Kind.class,
            names = {"GSPMD", "SHARDY"})
    void a_partitioner_is_told_where_everything_lies(Distribution.Kind kind) {
        Program program = program(2, Products.F32, new Distribution(kind, 4));
        String text = program.text();
        String row = kind == Distribution.Kind.GSPMD
                ? "mhlo.sharding = \"{devices=[1,4,1]<=[4]}\""
                : "sdy.sharding = #sdy.sharding<@mesh, [{}, {\"fsdp\"}, {}]>";
        String inside = kind == Distribution.Kind.GSPMD ? "custom_call @Sharding(" : "sdy.sharding_constraint ";
        assertThat(text).contains(row).contains(inside).doesNotContain("all_gather");
        assertThat(text.contains("sdy.mesh @mesh = <[\"fsdp\"=4]>")).isEqualTo(kind == Distribution.Kind.SHARDY);
        assertThat(program.partitions()).isEqualTo(4);
        assertThat(program.replicas()).isEqualTo(1);
    }

    @Test
    void what_is_replaced_is_donated() {
        Program program = program(2, Products.F32, Distribution.ONE);
        assertThat(program.arguments()
                        .get(program.argument("model.norm.weight"))
                        .donatedTo())
                .hasValue(program.result("model.norm.weight"));
        assertThat(program.arguments().get(program.argument("noisy_ids")).donatedTo())
                .isEmpty();
        assertThat(program.text()).contains("{tf.aliasing_output = 3 : i32}");
    }

    @Test
    void state_has_the_names_that_the_trainer_keeps() {
        TrainStep step =
                TrainStep.of(config(), true, ADAFACTOR, 1, StepShape.of(1, 1, 8), Products.F32, Distribution.ONE);
        Map<String, Integer> sizes = new HashMap<>();
        step.state()
                .forEach(state -> state.tensors()
                        .forEach(name -> sizes.put(
                                name,
                                (int) state.type().elements() / state.tensors().size())));
        assertThat(sizes)
                .containsEntry("row_mean.model.layers.1.mlp.up_proj.weight", 12)
                .containsEntry("column_mean.model.layers.1.mlp.up_proj.weight", 8)
                .containsEntry("second_moment.model.layers.0.input_layernorm.weight", 8)
                .containsEntry("row_mean.lm_head.weight", 26);
    }

    @Test
    void what_cannot_be_is_refused() {
        assertThatThrownBy(() -> new StepShape(4, 3, 8, 8, 8))
                .hasMessageContaining("micro rows must divide the 4 rows");
        assertThatThrownBy(() -> new Distribution(Distribution.Kind.ONE, 2)).hasMessageContaining("2 devices");
        assertThatThrownBy(() -> ADAFACTOR.scalars(0, 1)).hasMessageContaining("counted from 1");
        ModelConfig blocks =
                config().withKind(ModelKind.of("sdar", config().kind()).withBlocks(4));
        assertThatThrownBy(() -> LossStep.of(blocks, true, StepShape.of(1, 1, 8), Products.F32, Distribution.ONE))
                .hasMessageContaining("block-causal");
    }
}
