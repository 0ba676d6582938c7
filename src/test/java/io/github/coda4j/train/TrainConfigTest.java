package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.masking.HolePadding;
import io.github.coda4j.masking.MaskingLevels;
import io.github.coda4j.masking.MaskingOptions;
import io.github.coda4j.masking.MaskingRules;
import io.github.coda4j.masking.MaskingVocabulary;
import io.github.coda4j.masking.ProgressiveMasking;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.device.PluginName;
import io.github.coda4j.train.device.PluginUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainConfigTest {
    private static final MaskingVocabulary VOCABULARY =
            new MaskingVocabulary(5, 0, Alignment.SHIFTED, _ -> OptionalInt.empty());
    private static final String LEAST = """
            stage: midtrain
            out: runs/mid
            model: {from: runs/pre/model}
            data: {shards: data/code, length: 256}
            batch: {rows: 32}
            optimizer: {name: adafactor}
            schedule: {steps: 500, peak: 2e-4}
            """;

    @TempDir
    Path folder;

    @Test
    void what_is_not_given_has_a_default_and_stands_in_the_effective_config() {
        TrainConfig config = TrainConfig.parse(LEAST, "run.yaml");
        assertThat(config.stage()).isEqualTo(Stage.MIDTRAIN);
        assertThat(config.model())
                .isEqualTo(new TrainConfig.Start.Checkpoint(Path.of("runs/pre/model"), Path.of("runs/pre/model")));
        assertThat(config.data())
                .isEqualTo(new TrainConfig.Data(
                        Path.of("data/code"), Path.of("data/code"), Optional.empty(), 256, true, 0, 2));
        assertThat(config.batch()).isEqualTo(new TrainConfig.Batch(32, 32));
        assertThat(config.optimizer()).isEqualTo(new TrainConfig.Rule(Adafactor.Settings.DEFAULT, 1));
        assertThat(config.schedule()).isEqualTo(new LearningRate(LearningRate.Decay.COSINE, 2e-4, 0, 0, 500));
        assertThat(progressive(config).rules()).isEqualTo(MaskingRules.REPORT);
        assertThat(progressive(config).curriculum().at(0)).isEqualTo(MaskingLevels.plain(0.001));
        assertThat(progressive(config).options(VOCABULARY, 9))
                .isEqualTo(new MaskingOptions(5, 0, 9, MaskingRules.REPORT, Alignment.SHIFTED));
        assertThat(config.compute())
                .isEqualTo(new TrainConfig.Compute(
                        Device.CPU, Optional.empty(), OptionalInt.empty(), WeightFormat.BF16, EngineKind.FAST, false));
        assertThat(config.compute().threadsOn(6)).isEqualTo(6);
        assertThat(config.lastStep()).isEqualTo(500);
        TrainConfig cut = TrainConfig.parse(LEAST.replace("peak: 2e-4", "peak: 2e-4, stop_after: 200"), "run.yaml");
        assertThat(cut.lastStep()).isEqualTo(200);
        assertThat(cut.schedule()).as("the schedule is that of all steps").isEqualTo(config.schedule());
        TrainConfig even = TrainConfig.parse(LEAST + "masking: {noise_levels: stratified}\n", "run.yaml");
        assertThat(progressive(even).options(VOCABULARY, 9))
                .isEqualTo(new MaskingOptions(5, 0, 9, MaskingRules.REPORT, Alignment.SHIFTED, 32));
        assertThat(config.yaml()).contains("seed: 0", "threads: auto", "keep_last: 2", "decay_rate: -0.8");
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
    }

    @Test
    void everything_that_is_given_counts_and_survives_being_written_and_read_again() {
        TrainConfig config = TrainConfig.parse("""
                stage: sft
                out: runs/sft
                seed: -7
                model: {preset: coda-mini, tokenizer: data/tokenizer}
                data: {shards: data/sft, held_out: data/other, length: 1024, read_ahead: 3}
                batch: {rows: 16, micro_rows: 4}
                optimizer: {name: adamw, beta1: 0.8, beta2: 0.95, eps: 1e-7, weight_decay: 0, clip: none}
                schedule: {kind: linear, steps: 100, warm_up_steps: 10, peak: 2.0e-5, min: 1e-6}
                masking:
                  rules: original
                  block_probability: [0.25, 0.5]
                  block_sizes: [[4], [8, 16]]
                  eps: [0.001, 0.25]
                  prompt_ramp: 0.05
                  epochs: 2
                compute: {device: "cuda:1", threads: 3, precision: fp32, recompute: true}
                evaluation: {every: 10, sequences: 5}
                checkpoints: {every: 50, keep_last: 4}
                metrics: {tensorboard: false, report: false}
                """, "sft.yaml");
        assertThat(config.seed()).isEqualTo(-7);
        assertThat(config.model()).isEqualTo(new TrainConfig.Start.Random("coda-mini", Path.of("data/tokenizer")));
        assertThat(config.data().heldOut()).isEqualTo(Path.of("data/other"));
        assertThat(config.optimizer())
                .isEqualTo(new TrainConfig.Rule(new AdamW.Settings(0.8, 0.95, 1e-7, 0), Double.POSITIVE_INFINITY));
        assertThat(config.schedule()).isEqualTo(new LearningRate(LearningRate.Decay.LINEAR, 2e-5, 1e-6, 10, 100));
        assertThat(progressive(config).curriculum().at(60))
                .isEqualTo(new MaskingLevels(0, 0, 0.5, List.of(8, 16), 0.25, 1));
        assertThat(progressive(config).curriculum().at(1).promptShare()).isEqualTo(0.2);
        assertThat(config.compute().engine()).isEqualTo(EngineKind.PLAIN);
        assertThat(config.compute().threads()).hasValue(3);
        assertThat(config.metrics()).isEqualTo(new TrainConfig.Reports(false, false, List.of()));
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
    }

    @Test
    void holes_are_written_down_only_where_there_are_some() {
        assertThat(TrainConfig.parse(LEAST, "run.yaml").yaml()).doesNotContain("hole");
        TrainConfig config = TrainConfig.parse(
                LEAST + "masking: {hole_probability: [0, 0.5], hole_pads: [4, 8], epochs: 2}\n", "run.yaml");
        assertThat(progressive(config).holes())
                .contains(new HolePadding("<|fim_pad|>", List.of(0.0, 0.5), List.of(64), List.of(4, 8), 0, 4));
        assertThat(config.yaml()).contains("hole_spans: 64", "holes_per_row: 4", "hole_pad_token: <|fim_pad|>");
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
    }

    @Test
    void overrides_count_before_the_file_and_can_take_a_key_out() throws IOException {
        Path file = Files.writeString(folder.resolve("run.yaml"), LEAST);
        TrainConfig config = TrainConfig.read(
                file,
                List.of(
                        "schedule.steps=200",
                        "masking.block_probability=0.5",
                        "masking.block_sizes=[2, 4]",
                        "model.from=",
                        "model.from_ar=qwen",
                        "out = elsewhere"));
        assertThat(config.schedule().steps()).isEqualTo(200);
        assertThat(progressive(config).curriculum().at(0).blockSizes()).containsExactly(2, 4);
        assertThat(config.model()).isEqualTo(new TrainConfig.Start.Autoregressive(Path.of("qwen"), Path.of("qwen")));
        assertThat(config.out()).isEqualTo(Path.of("elsewhere"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainConfig.read(file, List.of("schedule.step=200")))
                .withMessageEndingWith(
                        "with overrides: unknown key \"schedule.step\"; did you mean \"schedule.steps\"?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainConfig.read(file, List.of("steps")))
                .withMessage(
                        "an override must look like schedule.steps=200, got 'steps'; write the key, =, and the value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainConfig.read(file, List.of("out.x=1")))
                .withMessage("override out.x=1: out is a value, not a section with keys");
    }

    @Test
    void keys_that_are_unknown_missing_or_without_effect_are_named() {
        refuses("batch: {rows: 32}", "batch: {rows: 32, micro_row: 4}")
                .hasMessage("run.yaml: unknown key \"batch.micro_row\"; did you mean \"batch.micro_rows\"?");
        refuses("batch:", "batchs:").hasMessage("run.yaml: unknown key \"batchs\"; did you mean \"batch\"?");
        refuses("batch:", "zzzzzzzzzz:")
                .hasMessage("run.yaml: unknown key \"zzzzzzzzzz\"; known: stage, seed, out, model, data, batch, "
                        + "optimizer, schedule, masking,"
                        + " compute, evaluation, checkpoints, metrics");
        refuses("steps: 500, ", "")
                .hasMessage("run.yaml: \"schedule.steps\" is missing: how many optimizer steps the run makes");
        refuses("name: adafactor", "name: adafactor, beta1: 0.9")
                .hasMessage("run.yaml: \"optimizer.beta1\" has no effect with the rest of this config; leave it out");
        refuses("steps: 500", "steps: 500, kind: constant, min: 1e-5")
                .hasMessage("run.yaml: \"schedule.min\" has no effect with the rest of this config; leave it out");
        refuses("from: runs/pre/model", "from: a, preset: coda-tiny")
                .hasMessage("run.yaml: model: exactly one of preset (random weights), from (a CoDA model) and "
                        + "from_ar (an autoregressive"
                        + " Qwen3 model) must be given, got preset and from");
        refuses("from: runs/pre/model", "preset: coda-tiny")
                .hasMessage("run.yaml: \"model.tokenizer\" is missing: the folder of the tokenizer that made the data");
    }

    @Test
    void values_of_the_wrong_type_or_out_of_range_are_named_with_the_range() {
        refuses("rows: 32", "rows: many")
                .hasMessage("run.yaml: \"batch.rows\" must be an integer of 32 bits, got \"many\"");
        refuses("rows: 32", "rows: 2.5").hasMessage("run.yaml: \"batch.rows\" must be an integer of 32 bits, got 2.5");
        refuses("rows: 32", "rows: 0").hasMessage("run.yaml: batch: rows must be at least 1, got 0");
        refuses("rows: 32", "rows:").hasMessage("run.yaml: \"batch.rows\" has no value; give one or leave the key out");
        refuses("rows: 32", "rows: 3000000000")
                .hasMessage("run.yaml: \"batch.rows\" must be an integer of 32 bits, got 3000000000");
        refuses("rows: 32", "rows: 2000000000")
                .hasMessage("run.yaml: batch.rows is 2000000000 and data.length 256: a step of 512000000000 tokens, "
                        + "at most 2147483647 are possible");
        refuses("peak: 2e-4", "peak: high")
                .hasMessage("run.yaml: \"schedule.peak\" must be a finite number, got \"high\"");
        refuses("peak: 2e-4", "peak: 1e999")
                .hasMessage("run.yaml: \"schedule.peak\" must be a finite number, got Infinity");
        refuses("stage: midtrain", "stage: mid")
                .hasMessage(
                        "run.yaml: \"stage\" must be one of pretrain, midtrain, sft, got mid; did you mean midtrain?");
        refuses("batch: {rows: 32}", "batch: 32")
                .hasMessage("run.yaml: \"batch\" must be a section with keys rows, micro_rows, got 32");
        refuses("out: runs/mid", "out: 5").hasMessage("run.yaml: \"out\" must be a string, got 5");
        with("masking: {block_probability: 0.5}")
                .hasMessage("run.yaml: masking: block_sizes is missing: with block_probability above 0 it says "
                        + "which sizes are drawn, such"
                        + " as [2, 4, 8]");
        with("masking: {eps: [0.1, x]}")
                .hasMessage("run.yaml: \"masking.eps\" must be a list of finite numbers, got [0.1,\"x\"]");
        with("masking: {block_sizes: [2, 4.5]}")
                .hasMessage("run.yaml: \"masking.block_sizes\" must be a list of integers or a list of such "
                        + "lists, got 4.5");
        with("masking: {prefix_probability: [0.1, 0.2]}")
                .hasMessage("run.yaml: masking: prefix probability has values for 2 epochs, but the run has 1; "
                        + "set the epochs or shorten"
                        + " the list");
        with("masking: {hole_pads: 8}")
                .hasMessage("run.yaml: masking: hole_pads has no effect without hole_probability: leave it out or set "
                        + "that");
        with("masking: {hole_probability: 0.5, hole_pads: [8, 9]}")
                .hasMessage("run.yaml: masking: hole_pads has values for 2 epochs, but the run has 1; set the epochs "
                        + "or shorten the list");
        with("masking: {hole_probability: 0.5, hole_spans: [8, x]}")
                .hasMessage("run.yaml: \"masking.hole_spans\" must be a list of integers, got [8,\"x\"]");
        with("masking: {hole_probability: 0.5, hole_spans: []}")
                .hasMessage("run.yaml: \"masking.hole_spans\" must be an integer or a list of integers, got []");
        with("masking: {hole_probability: 0.5, rules: original}")
                .hasMessage("run.yaml: masking: hole_probability needs rules report: the original has no padded "
                        + "holes");
        with("masking: {schedule: linear}")
                .hasMessage(
                        "run.yaml: masking: a linear masking schedule needs its ramp steps: how many steps it grows");
        with("masking: {prompt_ramp: 0.1}")
                .hasMessage("run.yaml: masking.prompt_ramp is for sft only, where documents have prompts; leave "
                        + "it out of midtrain");
        with("compute: {device: xpu}")
                .hasMessage("run.yaml: compute: unknown device \"xpu\"; known: cpu, cuda, cuda:INDEX, tpu, pjrt:oracle,"
                        + " pjrt:PATH");
        with("compute: {device: cuda, engine: fast}")
                .hasMessage("run.yaml: compute: engine fast runs on the cpu, but device is cuda:0; take engine plain");
        with("compute: {threads: 0}").hasMessageStartingWith("run.yaml: compute: threads must be auto or at least 1");
        with("compute: {recompute: 1}").hasMessage("run.yaml: \"compute.recompute\" must be true or false, got 1");
        with("evaluation: {every: -1}").hasMessage("run.yaml: evaluation: every must be 0 or more, got -1");
        with("checkpoints: {keep_last: 0}").hasMessage("run.yaml: checkpoints: keep_last must be at least 1, got 0");
    }

    @Test
    void text_can_be_mixed_in() {
        String data = "data: {shards: data/code, length: 256";
        assertThat(LEAST).contains(data);
        TrainConfig config = TrainConfig.parse(
                LEAST.replace(data, "data: {shards: data/code, text: data/text, text_share: 0.4, length: 256"),
                "run.yaml");
        assertThat(config.data().text()).contains(new TrainConfig.Text(Path.of("data/text"), 0.4));
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
        TrainConfig half = TrainConfig.parse(
                LEAST.replace(data, "data: {shards: data/code, text: data/text, length: 256"), "run.yaml");
        assertThat(half.data().text()).contains(new TrainConfig.Text(Path.of("data/text"), 0.5));
        assertThatThrownBy(() -> TrainConfig.parse(
                        LEAST.replace(data, "data: {shards: data/code, text_share: 0.4, length: 256"), "run.yaml"))
                .hasMessage("run.yaml: data: text_share has no effect without text: leave it out or set that");
        assertThatThrownBy(() -> TrainConfig.parse(
                        LEAST.replace(data, "data: {shards: a, text: b, text_share: 1, length: 256"), "run.yaml"))
                .hasMessage("run.yaml: data: text_share must be above 0 and below 1, got 1.0");
    }

    @Test
    void end_tokens_behind_answers_are_for_instructions() {
        String data = "data: {shards: data/code, length: 256";
        String ends = LEAST.replace(data, "data: {shards: data/code, end_tokens: 64, length: 256");
        TrainConfig config = TrainConfig.parse(ends.replace("stage: midtrain", "stage: sft"), "run.yaml");
        assertThat(config.data().endTokens()).isEqualTo(64);
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
        assertThatThrownBy(() -> TrainConfig.parse(ends, "run.yaml"))
                .hasMessage("run.yaml: data: end_tokens has no effect in midtrain, which has no answers: leave it out");
    }

    @Test
    void instructions_are_packed_where_that_is_said_and_text_always() {
        String data = "data: {shards: data/code, length: 256";
        String packed = LEAST.replace(data, "data: {shards: data/code, pack: true, length: 256");
        TrainConfig config = TrainConfig.parse(packed.replace("stage: midtrain", "stage: sft"), "run.yaml");
        assertThat(config.data().pack()).isTrue();
        assertThat(TrainConfig.parse(config.yaml(), "effective")).isEqualTo(config);
        TrainConfig apart = TrainConfig.parse(LEAST.replace("stage: midtrain", "stage: sft"), "run.yaml");
        assertThat(apart.data().pack()).isFalse();
        assertThat(TrainConfig.parse(LEAST, "run.yaml").data().pack()).isTrue();
        assertThatThrownBy(() -> TrainConfig.parse(packed, "run.yaml"))
                .hasMessage(
                        "run.yaml: data: pack has no effect in midtrain, whose rows are always packed: leave it out");
    }

    @Test
    void classes_that_are_not_on_the_class_path_are_refused_with_what_is_known() {
        refuses("name: adafactor", "name: com.example.Mine")
                .hasMessage("run.yaml: \"optimizer.name\" must be one of adamw, adafactor, got com.example.Mine");
        with("masking: {rule: com.example.Mine}")
                .hasMessage("run.yaml: \"masking.rule\" must be one of progressive, got com.example.Mine");
        with("metrics: {sinks: [com.example.Mine]}")
                .hasMessage("run.yaml: metrics: sinks names classes of your own, but there is none on the class path "
                        + "(docs/extending)");
    }

    @Test
    void the_built_in_rule_may_be_named_and_changes_no_older_config() {
        TrainConfig unnamed = TrainConfig.parse(LEAST, "run.yaml");
        TrainConfig named = TrainConfig.parse(LEAST + "masking: {rule: progressive}", "run.yaml");
        assertThat(named).isEqualTo(unnamed);
        assertThat(unnamed.yaml()).doesNotContain("rule: ").doesNotContain("sinks");
    }

    @Test
    void answers_are_never_cut() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainConfig.parse(
                        LEAST.replace("midtrain", "sft") + "masking: {truncate_probability: 0.1}", "run.yaml"))
                .withMessageContaining("must be 0 in sft");
    }

    @Test
    void files_that_are_not_there_or_not_yaml_are_refused() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        assertThatThrownBy(() -> TrainConfig.read(missing, List.of()))
                .isInstanceOf(CodaException.class)
                .hasMessage("there is no file " + missing);
        assertThatThrownBy(() -> TrainConfig.parse("a: [1", "run.yaml"))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("run.yaml is not valid YAML: ")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> TrainConfig.parse("seed: 1\nseed: 2", "run.yaml"))
                .isInstanceOf(CodaException.class)
                .hasMessage("run.yaml is not valid YAML: the key \"seed\" stands there twice (line 2, column 5)");
        assertThatThrownBy(() -> TrainConfig.parse("- 1", "run.yaml"))
                .isInstanceOf(CodaException.class)
                .hasMessage("run.yaml must hold sections of a config such as \"schedule:\", got [1]");
    }

    @Test
    void two_configs_differ_in_what_is_trained_not_in_what_is_written_where() {
        TrainConfig before = TrainConfig.parse(LEAST, "run.yaml");
        assertThat(before.differencesFrom(before.yaml())).isEmpty();
        TrainConfig elsewhere = TrainConfig.parse(
                LEAST.replace("runs/mid", "runs/again") + "checkpoints: {every: 7}\nevaluation: {every: 3}", "x");
        assertThat(elsewhere.differencesFrom(before.yaml())).isEmpty();
        TrainConfig other = TrainConfig.parse(
                LEAST.replace("500", "900").replace("adafactor", "adamw") + "masking: {eps: [0.1]}", "x");
        assertThat(other.differencesFrom(before.yaml()))
                .contains(
                        "schedule.steps: 500 before, 900 now",
                        "optimizer.name: \"adafactor\" before, \"adamw\" now",
                        "optimizer.beta1: not set before, 0.9 now",
                        "masking.eps: 0.001 before, [0.1] now");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refuses(
            String part, String broken) {
        assertThat(LEAST).contains(part);
        return assertThatThrownBy(() -> TrainConfig.parse(LEAST.replace(part, broken), "run.yaml"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> with(String more) {
        return assertThatThrownBy(() -> TrainConfig.parse(LEAST + more, "run.yaml"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ProgressiveMasking progressive(TrainConfig config) {
        return (ProgressiveMasking) config.masking();
    }

    @Test
    void a_plugin_computes_on_one_device_or_shares_the_model_among_several() {
        String oracle = LEAST + "compute: {device: 'pjrt:oracle', precision: fp32}";
        TrainConfig.Compute one = TrainConfig.parse(oracle, "run.yaml").compute();
        assertThat(one.device()).isEqualTo(Device.CPU);
        assertThat(one.plugin()).hasValue(new PluginUse(new PluginName.Oracle(), Distribution.ONE));
        TrainConfig several = TrainConfig.parse(
                LEAST.replace("rows: 32", "rows: 32, micro_rows: 8")
                        + "compute: {device: tpu, devices: 4, distribution: data_parallel}",
                "run.yaml");
        assertThat(several.compute().plugin())
                .hasValue(new PluginUse(new PluginName.Tpu(), new Distribution(Distribution.Kind.DATA_PARALLEL, 4)));
        assertThat(TrainConfig.parse(several.yaml(), "effective")).isEqualTo(several);
        assertThat(TrainConfig.parse(LEAST + "compute: {device: 'pjrt:/opt/x.so', devices: 2}", "run.yaml")
                        .compute()
                        .plugin())
                .hasValue(new PluginUse(
                        new PluginName.Library(Path.of("/opt/x.so")), new Distribution(Distribution.Kind.FSDP, 2)));
    }

    @Test
    void what_has_no_effect_on_a_plugin_or_beside_one_is_refused() {
        with("compute: {device: tpu, engine: plain}")
                .hasMessage("run.yaml: compute: engine has no effect on tpu: its compiler decides, and layers are"
                        + " computed again; leave it out");
        with("compute: {device: tpu, recompute: false}").hasMessageContaining("recompute has no effect on tpu");
        with("compute: {device: 'pjrt:oracle', threads: 2}")
                .hasMessageContaining("threads has no effect on pjrt:oracle");
        with("compute: {device: tpu, distribution: fsdp}")
                .hasMessage("run.yaml: compute: distribution has no effect on one device; say how many with devices");
        with("compute: {device: tpu, devices: 2, distribution: one}")
                .hasMessageContaining("must be one of data_parallel, fsdp, gspmd, shardy, got one");
        with("compute: {devices: 2}")
                .hasMessage("run.yaml: compute: devices is about the devices of a PJRT plugin, not about cpu; leave it"
                        + " out");
        with("compute: {device: tpu, devices: 3}")
                .hasMessage("run.yaml: batch.rows must be a multiple of the 3 devices, got 32");
        with("compute: {device: 'pjrt:'}")
                .hasMessage("run.yaml: compute: pjrt: names no plugin; known: tpu, pjrt:oracle, pjrt:PATH");
    }
}
