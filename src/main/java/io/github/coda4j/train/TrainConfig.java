package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.masking.Curriculum;
import io.github.coda4j.masking.MaskingPlan;
import io.github.coda4j.masking.ProgressiveMasking;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.device.PluginUse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything that decides a training run. Paths are relative to the working directory.
 *
 * @param masking how rows are masked, by the built-in rule or one of the class path
 * @param lastStep the step after which the run is done; usually the schedule's last, earlier when a run with another
 *     config goes on
 * @param yaml the effective config as YAML text: what was given and what was not, for the run's folder
 */
public record TrainConfig(
        Stage stage,
        Start model,
        Data data,
        Batch batch,
        Rule optimizer,
        LearningRate schedule,
        long lastStep,
        MaskingPlan masking,
        Compute compute,
        Evaluation evaluation,
        CheckpointPlan checkpoints,
        Reports metrics,
        long seed,
        Path out,
        String yaml) {
    /** What decides where and how often something is written, not what is trained. */
    private static final List<String> ONLY_OUTPUT = List.of("out", "metrics", "checkpoints", "evaluation");

    public TrainConfig {
        if (masking instanceof ProgressiveMasking progressive) {
            checkStage(stage, progressive.curriculum());
        }
        check(
                (long) batch.rows() * data.length() <= Integer.MAX_VALUE,
                "batch.rows is %d and data.length %d: a step of %d tokens, at most %d are possible",
                batch.rows(),
                data.length(),
                (long) batch.rows() * data.length(),
                Integer.MAX_VALUE);
        compute.plugin().ifPresent(use -> PluginUse.microRows(use.distribution(), batch.rows(), batch.microRows()));
    }

    private static void checkStage(Stage stage, Curriculum curriculum) {
        boolean cuts = curriculum.prefixProbability().stream().anyMatch(p -> p > 0)
                || curriculum.truncateProbability().stream().anyMatch(p -> p > 0);
        check(
                stage != Stage.SFT || !cuts,
                "masking.prefix_probability and masking.truncate_probability must be 0 in sft: prompts are "
                        + "given there, and answers"
                        + " are never cut");
        check(
                stage == Stage.SFT || curriculum.promptRamp() == 0,
                "masking.prompt_ramp is for sft only, where documents have prompts; leave it out of %s",
                stage);
    }

    /** Where the parameters come from; each names the folder of the tokenizer that made the data. */
    public sealed interface Start {
        Path tokenizer();

        /** Random numbers in a named shape, with the tokenizer's vocabulary. */
        record Random(String preset, Path tokenizer) implements Start {}

        /** A CoDA model folder, or a checkpoint of another run. */
        record Checkpoint(Path folder, Path tokenizer) implements Start {}

        /** An autoregressive Qwen3 model folder. */
        record Autoregressive(Path folder, Path tokenizer) implements Start {}
    }

    /**
     * What is read.
     *
     * @param shards folder of token shards
     * @param heldOut folder of token shards whose held-out split is measured
     * @param text what is mixed in, if anything
     * @param length positions per row
     * @param pack whether a row holds as many examples or documents as fit
     * @param endTokens end tokens that are learned behind an answer at most
     * @param readAhead steps whose rows are ready before they are needed
     */
    public record Data(
            Path shards, Path heldOut, Optional<Text> text, int length, boolean pack, int endTokens, int readAhead) {
        public Data {
            check(endTokens >= 0, "end_tokens must be 0 or positive, got %d", endTokens);
            check(length >= 2, "length must be at least 2, got %d", length);
            check(readAhead >= 1, "read_ahead must be at least 1, got %d", readAhead);
        }
    }

    /**
     * Text mixed into what is read: among instructions, so that a model does not forget what it knows while it learns
     * to answer, or among other text, so that some of it is read more often.
     *
     * @param shards folder of token shards of text
     * @param share of the rows, above 0 and below 1
     */
    public record Text(Path shards, double share) {
        public Text {
            check(share > 0 && share < 1, "text_share must be above 0 and below 1, got %s", share);
        }
    }

    /**
     * How many rows make a step.
     *
     * @param rows of one optimizer step, over all ranks
     * @param microRows rows that one forward and backward takes at most
     */
    public record Batch(int rows, int microRows) {
        public Batch {
            check(rows >= 1, "rows must be at least 1, got %d", rows);
            check(microRows >= 1 && microRows <= rows, "micro_rows must be in [1, %d], got %d", rows, microRows);
        }
    }

    /**
     * How parameters move.
     *
     * @param method the optimizer and its numbers
     * @param clip largest L2 norm of the gradient; infinite when gradients are not clipped
     */
    public record Rule(OptimizerSettings method, double clip) {
        public Rule {
            check(clip > 0, "clip must be above 0, got %s; none lets every gradient through", clip);
        }
    }

    /**
     * What computes.
     *
     * @param device of libtorch; the CPU where a plugin computes
     * @param plugin whose devices compute everything in its place, and over how many of them
     * @param threads of the CPU; empty for all
     * @param precision of the products, fp32 or bf16; parameters are fp32
     * @param engine fast: the fused pass on the CPU; plain: libtorch operations on any device; without meaning for a
     *     plugin, as threads
     * @param recompute whether the backward pass computes each layer's inner values again instead of keeping them
     */
    public record Compute(
            Device device,
            Optional<PluginUse> plugin,
            OptionalInt threads,
            WeightFormat precision,
            EngineKind engine,
            boolean recompute) {
        public Compute {
            check(
                    plugin.isEmpty() || device.equals(Device.CPU),
                    "a run computes on %s or on a plugin, not on both",
                    device);
            check(threads.isEmpty() || threads.getAsInt() >= 1, "threads must be auto or at least 1, got %s", threads);
            check(precision.isFloating(), "precision must be fp32 or bf16, got %s", precision);
            check(
                    engine == EngineKind.PLAIN || !device.isCuda(),
                    "engine fast runs on the cpu, but device is %s; take engine plain",
                    device);
        }

        /** How the pass computes on so many processors. */
        public PassOptions pass(int processors) {
            return new PassOptions(precision, threadsOn(processors), recompute);
        }

        /** The threads that are asked for, or all that the machine has. */
        public int threadsOn(int processors) {
            return threads.orElse(processors);
        }
    }

    /**
     * Measurement on held-out data.
     *
     * @param every steps between two; 0 measures with checkpoints only
     * @param sequences how many rows; 0 measures nothing
     */
    public record Evaluation(long every, int sequences) {
        public Evaluation {
            check(every >= 0, "every must be 0 or more, got %d", every);
            check(sequences >= 0, "sequences must be 0 or more, got %d", sequences);
        }
    }

    /**
     * When checkpoints are written; the last step always has one, and the best one on held-out data is always kept.
     *
     * @param every steps between two, at least 1
     * @param keepLast how many of the newest are kept, at least 1
     */
    public record CheckpointPlan(long every, int keepLast) {
        public CheckpointPlan {
            check(every >= 1, "every must be at least 1, got %d", every);
            check(keepLast >= 1, "keep_last must be at least 1, got %d", keepLast);
        }
    }

    /**
     * What is written besides metrics.jsonl.
     *
     * @param tensorboard event files for TensorBoard
     * @param report the HTML page, written anew at every measurement and at the end
     * @param sinks those of the class path that are told as well
     */
    public record Reports(boolean tensorboard, boolean report, List<MetricsSinkSettings> sinks) {
        public Reports {
            sinks = List.copyOf(sinks);
        }
    }

    /**
     * Reads the config of a run.
     *
     * @param overrides values that count instead of the file's, such as {@code schedule.steps=200};
     *     {@code model.preset=} takes a key out
     * @throws io.github.coda4j.CodaException when the file cannot be read or is not YAML
     * @throws IllegalArgumentException naming file and key when a key is unknown, missing, of the wrong type or out of
     *     range
     */
    public static TrainConfig read(Path file, List<String> overrides) {
        ObjectNode given = ConfigText.read(file);
        overrides.forEach(override -> ConfigText.set(given, override));
        return new TrainConfigReader(overrides.isEmpty() ? file.toString() : file + " with overrides", given).read();
    }

    /** Reads a config from its text, for example the one that a checkpoint keeps. */
    public static TrainConfig parse(String text, String source) {
        return new TrainConfigReader(source, ConfigText.parse(text, source)).read();
    }

    /**
     * What another config says otherwise about the training itself, one line each, such as {@code schedule.steps: 100
     * before, 200 now}; where and how often something is written does not count.
     *
     * @param before effective config of an earlier run
     */
    public List<String> differencesFrom(String before) {
        return ConfigText.differences(before, yaml, ONLY_OUTPUT);
    }
}
