package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Extensions;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.masking.MaskingPlan;
import io.github.coda4j.masking.MaskingRuleFactory;
import io.github.coda4j.masking.ProgressiveMasking;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.device.PluginName;
import io.github.coda4j.train.device.PluginUse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
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
        TrainConfig.Data data = data(stage);
        TrainConfig.Batch batch = batch();
        TrainConfig.Rule optimizer = optimizer();
        Schedule schedule = schedule();
        MaskingPlan masking = masking(schedule.rate().steps(), batch.rows());
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

    private TrainConfig.Data data(Stage stage) {
        ConfigSection in = root.section(
                "data", "shards", "held_out", "text", "text_share", "length", "pack", "end_tokens", "read_ahead");
        return in.build(() -> {
            Path shards = in.path("shards", "the folder of token shards that coda data tokenize wrote");
            return new TrainConfig.Data(
                    shards,
                    in.pathOr("held_out", shards),
                    text(in),
                    in.count("length", "how many positions a row has"),
                    pack(in, stage),
                    endTokens(in, stage),
                    in.countOr("read_ahead", 2));
        });
    }

    private static boolean pack(ConfigSection in, Stage stage) {
        if (stage == Stage.SFT) {
            return in.flagOr("pack", false);
        }
        check(!in.has("pack"), "pack has no effect in %s, whose rows are always packed: leave it out", stage);
        return true;
    }

    private static int endTokens(ConfigSection in, Stage stage) {
        if (!in.has("end_tokens")) {
            return 0;
        }
        int endTokens = in.countOr("end_tokens", 0);
        check(
                endTokens == 0 || stage == Stage.SFT,
                "end_tokens has no effect in %s, which has no answers: leave it out",
                stage);
        return endTokens;
    }

    private static Optional<TrainConfig.Text> text(ConfigSection in) {
        if (!in.has("text")) {
            check(!in.has("text_share"), "text_share has no effect without text: leave it out or set that");
            return Optional.empty();
        }
        Path shards = in.path("text", "a folder of token shards of text");
        return Optional.of(new TrainConfig.Text(shards, in.numberOr("text_share", 0.5)));
    }

    private TrainConfig.Batch batch() {
        ConfigSection in = root.section("batch", "rows", "micro_rows");
        return in.build(() -> {
            int rows = in.count("rows", "how many rows one optimizer step has, over all ranks");
            return new TrainConfig.Batch(rows, in.countOr("micro_rows", Math.max(1, rows)));
        });
    }

    private TrainConfig.Rule optimizer() {
        List<OptimizerFactory> known = OptimizerFactory.known();
        ConfigSection in =
                root.section("optimizer", keys("name", known.stream().map(OptimizerFactory::options), "clip"));
        return in.build(() -> {
            String name = in.choice("name", "adamw or adafactor", Extensions.names(known));
            OptimizerSettings method =
                    Extensions.named(name, known).orElseThrow().read(in);
            double clip = in.isWord("clip", NONE, false) ? Double.POSITIVE_INFINITY : in.numberOr("clip", 1);
            return new TrainConfig.Rule(method, clip);
        });
    }

    /** The keys of a section whose class has keys of its own, whichever class that is. */
    private static String[] keys(String first, Stream<List<String>> options, String... more) {
        return Stream.of(Stream.of(first), options.flatMap(List::stream).distinct(), Stream.of(more))
                .flatMap(keys -> keys)
                .toArray(String[]::new);
    }

    private record Schedule(LearningRate rate, long lastStep) {}

    private Schedule schedule() {
        ConfigSection in = root.section("schedule", "kind", "steps", "stop_after", "warm_up_steps", "peak", "min");
        return in.build(() -> {
            LearningRate.Decay kind =
                    LearningRate.Decay.valueOf(in.choiceOr("kind", "cosine", names(LearningRate.Decay.values()))
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
            LearningRate rate = kind == LearningRate.Decay.CONSTANT
                    ? LearningRate.constant(peak, warmUp, steps)
                    : new LearningRate(kind, peak, in.numberOr("min", 0), warmUp, steps);
            return new Schedule(rate, last);
        });
    }

    private MaskingPlan masking(long steps, int rows) {
        List<MaskingRuleFactory> known = MaskingRuleFactory.known();
        ConfigSection in = root.section("masking", keys("rule", known.stream().map(MaskingRuleFactory::options)));
        return in.build(() -> {
            String rule = in.choiceUnlessDefault("rule", ProgressiveMasking.NAME, Extensions.names(known));
            return Extensions.named(rule, known).orElseThrow().read(in, new MaskingRuleFactory.Run(steps, rows));
        });
    }

    private TrainConfig.Compute compute() {
        ConfigSection in = root.section(
                "compute", "device", "threads", "precision", "engine", "recompute", "devices", "distribution");
        return in.build(() -> {
            String name = in.textOr("device", "cpu");
            Optional<PluginName> plugin = PluginName.of(name);
            if (plugin.isPresent()) {
                return onPlugin(in, plugin.get());
            }
            for (String key : List.of("devices", "distribution")) {
                check(!in.has(key), "%s is about the devices of a PJRT plugin, not about %s; leave it out", key, name);
            }
            Device device = device(name);
            OptionalInt threads = in.isWord("threads", AUTO, true)
                    ? OptionalInt.empty()
                    : OptionalInt.of(in.count("threads", "how many threads"));
            WeightFormat precision = precision(in);
            String engine = device.isCuda() ? "plain" : "fast";
            return new TrainConfig.Compute(
                    device,
                    Optional.empty(),
                    threads,
                    precision,
                    EngineKind.parse(in.choiceOr("engine", engine, names(EngineKind.values()))),
                    in.flagOr("recompute", false));
        });
    }

    private static WeightFormat precision(ConfigSection in) {
        return WeightFormat.parse(in.choiceOr("precision", "bf16", List.of("fp32", "bf16")));
    }

    private static Device device(String name) {
        try {
            return Device.parse(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", " + PluginName.KNOWN, e);
        }
    }

    /** What a plugin is not told is refused: it has no effect there. */
    private static TrainConfig.Compute onPlugin(ConfigSection in, PluginName plugin) {
        for (String key : List.of("threads", "engine", "recompute")) {
            check(
                    !in.has(key),
                    "%s has no effect on %s: its compiler decides, and layers are computed again; leave it out",
                    key,
                    plugin);
        }
        return new TrainConfig.Compute(
                Device.CPU,
                Optional.of(new PluginUse(plugin, distribution(in))),
                OptionalInt.empty(),
                precision(in),
                EngineKind.PLAIN,
                true);
    }

    private static Distribution distribution(ConfigSection in) {
        int devices = in.countOr("devices", 1);
        check(devices >= 1, "devices must be at least 1, got %d", devices);
        if (devices == 1) {
            check(!in.has("distribution"), "distribution has no effect on one device; say how many with devices");
            return Distribution.ONE;
        }
        List<String> kinds = Stream.of(Distribution.Kind.values())
                .filter(kind -> kind != Distribution.Kind.ONE)
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .toList();
        String kind = in.choiceOr("distribution", "fsdp", kinds);
        return new Distribution(Distribution.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), devices);
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
        ConfigSection in = root.section("metrics", "tensorboard", "report", "sinks");
        return in.build(
                () -> new TrainConfig.Reports(in.flagOr("tensorboard", true), in.flagOr("report", true), sinks(in)));
    }

    private static List<MetricsSinkSettings> sinks(ConfigSection metrics) {
        List<MetricsSinkFactory> known = MetricsSinkFactory.known();
        List<String> options = known.stream()
                .flatMap(factory -> factory.options().stream())
                .distinct()
                .toList();
        check(
                !metrics.has("sinks") || !known.isEmpty(),
                "sinks names classes of your own, but there is none on the class path (docs/extending)");
        return metrics.named("sinks", options).stream()
                .map(in -> in.build(() -> {
                    String name = in.choice("name", "which sink it is", Extensions.names(known));
                    return Extensions.named(name, known).orElseThrow().read(in);
                }))
                .toList();
    }

    private static List<String> names(Enum<?>[] values) {
        return Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
