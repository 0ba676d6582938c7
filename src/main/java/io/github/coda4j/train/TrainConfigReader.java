package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.masking.Curriculum;
import io.github.coda4j.masking.Growth;
import io.github.coda4j.masking.MaskingRules;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Precision;
import io.github.coda4j.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Makes a {@link TrainConfig} of a YAML tree, key by key. */
final class TrainConfigReader {
    private static final String AUTO = "auto";
    private static final String NONE = "none";

    private final ConfigSection root;

    TrainConfigReader(String source, ObjectNode given) {
        this.root = ConfigSection.root(
                source,
                given,
                "stage",
                "seed",
                "out",
                "model",
                "data",
                "batch",
                "optimizer",
                "schedule",
                "masking",
                "compute",
                "evaluation",
                "checkpoints",
                "metrics");
    }

    TrainConfig read() {
        Stage stage = Stage.valueOf(root.choice("stage", "pretrain, midtrain or sft", names(Stage.values()))
                .toUpperCase(Locale.ROOT));
        Path out = root.path("out", "the folder that the run writes to");
        long seed = root.integerOr("seed", 0);
        TrainConfig.Start model = model();
        TrainConfig.Data data = data();
        TrainConfig.Batch batch = batch();
        TrainConfig.Rule optimizer = optimizer();
        Schedule schedule = schedule();
        TrainConfig.Masking masking = masking(schedule.rate().steps(), batch.rows());
        TrainConfig.Compute compute = compute();
        TrainConfig.Evaluation evaluation = evaluation();
        TrainConfig.CheckpointPlan checkpoints = checkpoints();
        TrainConfig.Reports metrics = metrics();
        return root.build(() -> new TrainConfig(
                stage,
                model,
                data,
                batch,
                optimizer,
                schedule.rate(),
                schedule.lastStep(),
                masking,
                compute,
                evaluation,
                checkpoints,
                metrics,
                seed,
                out,
                ConfigText.write(root.effective())));
    }

    private TrainConfig.Start model() {
        ConfigSection in = root.section("model", "preset", "from", "from_ar", "tokenizer");
        return in.build(() -> {
            List<String> ways =
                    Stream.of("preset", "from", "from_ar").filter(in::has).toList();
            check(
                    ways.size() == 1,
                    "exactly one of preset (random weights), from (a CoDA model) and from_ar (an "
                            + "autoregressive Qwen3 model)"
                            + " must be given, got %s",
                    ways.isEmpty() ? NONE : String.join(" and ", ways));
            switch (ways.getFirst()) {
                case "preset" -> {
                    String preset = in.choice("preset", "a named shape", ModelConfig.presets());
                    Path tokenizer = in.path("tokenizer", "the folder of the tokenizer that made the data");
                    return new TrainConfig.Start.Random(preset, tokenizer);
                }
                case "from" -> {
                    Path folder = in.path("from", "a CoDA model folder");
                    return new TrainConfig.Start.Checkpoint(folder, in.pathOr("tokenizer", folder));
                }
                default -> {
                    Path folder = in.path("from_ar", "an autoregressive Qwen3 model folder");
                    return new TrainConfig.Start.Autoregressive(folder, in.pathOr("tokenizer", folder));
                }
            }
        });
    }

    private TrainConfig.Data data() {
        ConfigSection in = root.section("data", "shards", "held_out", "length", "read_ahead");
        return in.build(() -> {
            Path shards = in.path("shards", "the folder of token shards that coda data tokenize wrote");
            return new TrainConfig.Data(
                    shards,
                    in.pathOr("held_out", shards),
                    in.count("length", "how many positions a row has"),
                    in.countOr("read_ahead", 2));
        });
    }

    private TrainConfig.Batch batch() {
        ConfigSection in = root.section("batch", "rows", "micro_rows");
        return in.build(() -> {
            int rows = in.count("rows", "how many rows one optimizer step has, over all ranks");
            return new TrainConfig.Batch(rows, in.countOr("micro_rows", Math.max(1, rows)));
        });
    }

    private TrainConfig.Rule optimizer() {
        ConfigSection in = root.section(
                "optimizer", "name", "beta1", "beta2", "eps", "weight_decay", "clip_threshold", "decay_rate", "clip");
        return in.build(() -> {
            String name = in.choice("name", "adamw or adafactor", List.of("adamw", "adafactor"));
            OptimizerSettings method = name.equals("adamw") ? adamW(in) : adafactor(in);
            double clip = in.isWord("clip", NONE, false) ? Double.POSITIVE_INFINITY : in.numberOr("clip", 1);
            return new TrainConfig.Rule(method, clip);
        });
    }

    private static OptimizerSettings adamW(ConfigSection in) {
        AdamW.Settings otherwise = AdamW.Settings.DEFAULT;
        return new AdamW.Settings(
                in.numberOr("beta1", otherwise.beta1()),
                in.numberOr("beta2", otherwise.beta2()),
                in.numberOr("eps", otherwise.eps()),
                in.numberOr("weight_decay", otherwise.weightDecay()));
    }

    private static OptimizerSettings adafactor(ConfigSection in) {
        Adafactor.Settings otherwise = Adafactor.Settings.DEFAULT;
        return new Adafactor.Settings(
                in.numberOr("eps", otherwise.eps()),
                in.numberOr("clip_threshold", otherwise.clipThreshold()),
                in.numberOr("decay_rate", otherwise.decayRate()));
    }

    private record Schedule(LearningRate rate, long lastStep) {}

    private Schedule schedule() {
        ConfigSection in = root.section("schedule", "kind", "steps", "stop_after", "warm_up_steps", "peak", "min");
        return in.build(() -> {
            LearningRate.Kind kind =
                    LearningRate.Kind.valueOf(in.choiceOr("kind", "cosine", names(LearningRate.Kind.values()))
                            .toUpperCase(Locale.ROOT));
            long steps = in.integer("steps", "how many optimizer steps the run makes");
            long last = in.has("stop_after") ? in.integer("stop_after", "after which step the run is done") : steps;
            check(
                    last >= 1 && last <= steps,
                    "stop_after must be in [1, %d], the schedule's steps, got %d",
                    steps,
                    last);
            long warmUp = in.integerOr("warm_up_steps", 0);
            double peak = in.number("peak", "the largest learning rate");
            LearningRate rate = kind == LearningRate.Kind.CONSTANT
                    ? LearningRate.constant(peak, warmUp, steps)
                    : new LearningRate(kind, peak, in.numberOr("min", 0), warmUp, steps);
            return new Schedule(rate, last);
        });
    }

    private TrainConfig.Masking masking(long steps, int rows) {
        ConfigSection in = root.section(
                "masking",
                "rules",
                "noise_levels",
                "schedule",
                "ramp_steps",
                "prefix_probability",
                "truncate_probability",
                "block_probability",
                "block_sizes",
                "eps",
                "prompt_ramp",
                "epochs");
        return in.build(() -> {
            MaskingRules rules = MaskingRules.valueOf(
                    in.choiceOr("rules", "report", names(MaskingRules.values())).toUpperCase(Locale.ROOT));
            String growth = in.choiceOr("schedule", "constant", List.of("constant", "linear"));
            OptionalLong ramp =
                    in.has("ramp_steps") ? OptionalLong.of(in.integer("ramp_steps", "steps")) : OptionalLong.empty();
            Curriculum curriculum = new Curriculum(
                    Growth.named(growth, ramp),
                    in.numbersOr("prefix_probability", 0),
                    in.numbersOr("truncate_probability", 0),
                    in.numbersOr("block_probability", 0),
                    in.integerStages("block_sizes"),
                    in.numbersOr("eps", 0.001),
                    in.numberOr("prompt_ramp", 0),
                    in.countOr("epochs", 1),
                    steps);
            boolean blocks = curriculum.blockProbability().stream().anyMatch(p -> p > 0);
            check(
                    !blocks || curriculum.blockSizes().stream().noneMatch(List::isEmpty),
                    "block_sizes is missing: with block_probability above 0 it says which sizes are drawn, "
                            + "such as [2, 4, 8]");
            boolean stratified = in.choiceOr("noise_levels", "independent", List.of("independent", "stratified"))
                    .equals("stratified");
            return new TrainConfig.Masking(rules, curriculum, stratified ? rows : 1);
        });
    }

    private TrainConfig.Compute compute() {
        ConfigSection in = root.section("compute", "device", "threads", "precision", "engine", "recompute");
        return in.build(() -> {
            Device device = Device.parse(in.textOr("device", "cpu"));
            OptionalInt threads = in.isWord("threads", AUTO, true)
                    ? OptionalInt.empty()
                    : OptionalInt.of(in.count("threads", "how many threads"));
            Precision precision = Precision.parse(in.choiceOr("precision", "bf16", List.of("fp32", "bf16")));
            String engine = device.isCuda() ? "plain" : "fast";
            return new TrainConfig.Compute(
                    device,
                    threads,
                    precision,
                    EngineKind.parse(in.choiceOr("engine", engine, names(EngineKind.values()))),
                    in.flagOr("recompute", false));
        });
    }

    private TrainConfig.Evaluation evaluation() {
        ConfigSection in = root.section("evaluation", "every", "sequences");
        return in.build(() -> new TrainConfig.Evaluation(in.integerOr("every", 100), in.countOr("sequences", 64)));
    }

    private TrainConfig.CheckpointPlan checkpoints() {
        ConfigSection in = root.section("checkpoints", "every", "keep_last");
        return in.build(() -> new TrainConfig.CheckpointPlan(in.integerOr("every", 500), in.countOr("keep_last", 2)));
    }

    private TrainConfig.Reports metrics() {
        ConfigSection in = root.section("metrics", "tensorboard", "report");
        return in.build(() -> new TrainConfig.Reports(in.flagOr("tensorboard", true), in.flagOr("report", true)));
    }

    private static List<String> names(Enum<?>[] values) {
        return Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
