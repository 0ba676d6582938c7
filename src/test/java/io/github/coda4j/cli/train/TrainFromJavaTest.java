package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.data.Split;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.VocabularyFit;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.RankGroup;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.StepMetrics;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.Training;
import io.github.coda4j.train.TrainingListener;
import io.github.coda4j.train.TrainingLoop;
import io.github.coda4j.train.TrainingResult;
import io.github.coda4j.train.TrainingStart;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server or a program that embeds this needs to train: a config, a listener, and nothing of the command line.
 */
@Tag("training")
class TrainFromJavaTest {
    @TempDir
    static Path shared;

    private static TrainToy toy;

    @TempDir
    Path folder;

    private final List<String> heard = new ArrayList<>();
    private LongConsumer whenStep = _ -> {};

    @BeforeAll
    static void makeData() throws IOException {
        toy = TrainToy.make(shared);
    }

    @Test
    void a_run_that_is_stopped_goes_on_and_ends_with_a_model() throws IOException {
        TrainConfig config = config("pretrain");
        TrainingResult stopped = run(config, RunFolder.Resume.SAME_CONFIG, () -> heard.contains("step 3"));
        assertThat(stopped.outcome()).isEqualTo(TrainingLoop.Outcome.STOPPED);
        assertThat(stopped.state().step()).isEqualTo(3);
        assertThat(stopped.model()).isEmpty();
        assertThat(page(stopped)).contains("<td>stopped</td>", "<td>step 3 of 6, 20", "held_out_loss");
        assertThat(heard)
                .containsExactly(
                        "nothing in " + config.out(),
                        "coda-tiny with 512 rows",
                        "starts for 6 steps",
                        "step 1",
                        "step 2",
                        "held-out 2",
                        "step 3",
                        "held-out 3");
        heard.clear();

        TrainingResult finished = run(config, RunFolder.Resume.SAME_CONFIG, () -> false);
        assertThat(heard.subList(0, 3))
                .containsExactly("goes on from " + stopped.checkpoint(), "starts for 6 steps", "step 4");
        assertThat(finished.outcome()).isEqualTo(TrainingLoop.Outcome.FINISHED);
        assertThat(finished.checkpoint()).isEqualTo(config.out().resolve("checkpoints/step-0000006"));
        assertThat(finished.report())
                .hasValueSatisfying(page -> assertThat(page).isNotEmptyFile());
        assertThat(page(finished)).contains("<td>finished</td>", "<td>step 6 of 6, 20", "\"steps\":[1,2,3,4,5,6]");
        assertThat(finished.facts()).containsEntry("steps", "6").containsKeys("loss", "held-out loss", "data waiting");
        try (CheckpointFolder model = CheckpointFolder.open(finished.model().orElseThrow())) {
            assertThat(model.config().requireInt("vocab_size")).isEqualTo(512);
        }
    }

    @Test
    void the_report_is_there_from_the_first_measurement_on_and_after_a_failure() throws IOException {
        TrainConfig config = config("pretrain");
        Path page = config.out().resolve("report.html");
        whenStep = step -> {
            if (step == 2) {
                assertThat(page).doesNotExist();
            }
            if (step == 3) {
                assertThat(page).content().contains("<td>running</td>", "<td>step 2 of 6, 20", "\"steps\":[1,2]");
            }
            if (step == 4) {
                throw new IllegalStateException("out of <luck>");
            }
        };
        assertThatThrownBy(() -> run(config)).hasMessage("out of <luck>").hasNoSuppressedExceptions();
        assertThat(page).content().contains("<td>failed: out of &lt;luck&gt;</td>", "<td>step 4 of 6, 20");
        assertThat(config.out()).isDirectoryNotContaining("glob:**report*.partial");
    }

    @Test
    void a_run_that_measures_nothing_writes_its_report_with_its_checkpoints() throws IOException {
        TrainConfig config = config("pretrain", "evaluation.sequences=0");
        whenStep = step -> assertThat(Files.exists(config.out().resolve("report.html")))
                .as("at step %d", step)
                .isEqualTo(step >= 2);
        run(config);
    }

    @Test
    void a_report_that_nobody_wants_is_not_written() throws IOException {
        TrainConfig config = config("pretrain", "metrics.report=false");
        assertThat(run(config).report()).isEmpty();
        assertThat(config.out().resolve("report.html")).doesNotExist();
    }

    private static String page(TrainingResult result) throws IOException {
        return Files.readString(result.report().orElseThrow());
    }

    @Test
    void a_model_without_norms_of_heads_whose_rows_stand_in_place_is_trained_and_stays_one() throws IOException {
        ModelKind kind = RandomModels.kind(false, ModelKind.Bias.QKV, Alignment.IN_PLACE);
        SpecialTokens special = BpeTokenizer.load(toy.tokenizer()).specialTokens();
        ModelConfig start = RandomModels.config(kind)
                .withVocabulary(
                        512,
                        special.requireMask(),
                        special.pad(),
                        special.eos().stream().boxed().toList());
        Path model = RandomModels.write(start, 5, folder.resolve("start"));
        TrainingResult finished = run(config("midtrain", "model.from=" + model));
        assertThat(finished.outcome()).isEqualTo(TrainingLoop.Outcome.FINISHED);
        assertThat(heard).contains("step 6", "held-out 6");
        try (CheckpointFolder trained = CheckpointFolder.open(finished.model().orElseThrow())) {
            assertThat(ModelConfig.read(trained.config()).kind()).isEqualTo(kind);
        }
    }

    @Test
    void examples_that_do_not_fit_are_told() throws IOException {
        run(config(
                "sft",
                "data.length=48",
                "model.from=",
                "model.preset=coda-tiny",
                "schedule.steps=1",
                "schedule.warm_up_steps=0"));
        assertThat(heard).anyMatch(line -> line.matches("(train|held-out): 1 of \\d+ longer than 48"));
    }

    private TrainingResult run(TrainConfig config) {
        return run(config, RunFolder.Resume.NO, () -> false);
    }

    private TrainingResult run(TrainConfig config, RunFolder.Resume resume, BooleanSupplier stopWanted) {
        try (RankGroup ranks = RankGroup.alone(Device.CPU)) {
            return Training.open(config, ranks, new Ear()).run(resume, stopWanted);
        }
    }

    private TrainConfig config(String stage, String... more) throws IOException {
        List<String> overrides = new ArrayList<>(List.of("out=" + folder.resolve("run")));
        overrides.addAll(List.of(more));
        return TrainConfig.read(toy.config(stage), overrides);
    }

    private final class Ear implements TrainingListener {
        @Override
        public void resuming(Path checkpoint) {
            heard.add("goes on from " + checkpoint);
        }

        @Override
        public void nothingToResume(Path run) {
            heard.add("nothing in " + run);
        }

        @Override
        public void vocabulary(VocabularyFit fit) {
            heard.add(fit.preset() + " with " + fit.config().vocabSize() + " rows");
        }

        @Override
        public void examplesLeftOut(Split split, long tooLong, long examples, int length) {
            heard.add(split.label() + ": " + tooLong + " of " + examples + " longer than " + length);
        }

        @Override
        public void started(TrainingStart start) {
            heard.add("starts for " + start.config().lastStep() + " steps");
        }

        @Override
        public void step(StepMetrics metrics) {
            heard.add("step " + metrics.step());
            whenStep.accept(metrics.step());
        }

        @Override
        public void heldOut(HeldOutMetrics metrics) {
            heard.add("held-out " + metrics.step());
        }
    }
}
