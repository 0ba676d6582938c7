package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.masking.Curriculum;
import io.github.coda4j.masking.HolePadding;
import io.github.coda4j.masking.MaskingLevels;
import io.github.coda4j.masking.ProgressiveMasking;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes of the repository can be run, and those of the published model say what its report says. */
class RecipesTest {
    @ParameterizedTest
    @CsvSource({
        "coda-1.7b, pretrain",
        "coda-1.7b, midtrain",
        "coda-1.7b, sft",
        "small, pretrain",
        "small, midtrain",
        "small, sft"
    })
    void every_recipe_is_read_for_its_stage_and_goes_on_from_the_one_before(String family, String stage) {
        TrainConfig config = read(family, stage);
        assertThat(config.stage()).hasToString(stage);
        assertThat(config.out()).isEqualTo(Path.of("runs", family, stage));
        if (!stage.equals("pretrain")) {
            Path before =
                    read(family, stage.equals("sft") ? "midtrain" : "pretrain").out();
            assertThat(config.model())
                    .isEqualTo(new TrainConfig.Start.Checkpoint(before.resolve("model"), before.resolve("model")));
        }
    }

    @Test
    void what_adapts_an_autoregressive_model_begins_with_what_init_makes_of_it() {
        TrainConfig first = read("adapt", "midtrain");
        assertThat(first.stage()).isEqualTo(Stage.MIDTRAIN);
        assertThat(first.model())
                .isEqualTo(new TrainConfig.Start.Checkpoint(Path.of("models/start"), Path.of("models/start")));
        TrainConfig second = read("adapt", "sft");
        assertThat(second.stage()).isEqualTo(Stage.SFT);
        Path trained = first.out().resolve("model");
        assertThat(second.model()).isEqualTo(new TrainConfig.Start.Checkpoint(trained, trained));
    }

    @Test
    void holes_are_padded_more_and_more_while_coda_mini_goes_on() {
        ProgressiveMasking masking = progressive(read("coda-mini", "holes"));
        assertThat(masking.holes())
                .contains(new HolePadding("<|fim_pad|>", List.of(0.5), List.of(64), List.of(8, 16, 32, 48, 48), 0, 6));
        assertThat(masking.curriculum().epochs()).isEqualTo(5);
        assertThat(masking.strata()).isEqualTo(8);
        TrainConfig published = read("hole-padding", "coda-1.7b");
        assertThat(published.out()).isEqualTo(Path.of("runs/hole-padding/coda-1.7b"));
        assertThat(progressive(published).holes().orElseThrow().padToken()).isEqualTo(Tokenizer.HOLE_PAD);
        assertThat(published.batch().rows() * published.data().length() * published.lastStep())
                .as("tokens, as its README says")
                .isEqualTo(131_072_000);
    }

    @Test
    void coda_mini_learns_lengths_from_holes_with_a_pad_behind_them() {
        TrainConfig first = read("coda-mini", "ceilings-1");
        assertThat(first.lastStep()).isEqualTo(1899);
        TrainConfig last = read("coda-mini", "ceilings-2");
        Path before = first.out().resolve("model");
        assertThat(last.model()).isEqualTo(new TrainConfig.Start.Checkpoint(before, before));
        assertThat(progressive(last).holes())
                .contains(new HolePadding("<|fim_pad|>", List.of(0.45), List.of(24), List.of(24), 0.75, 20));
        TrainConfig published = read("hole-padding", "coda-1.7b");
        assertThat(progressive(published).holes().orElseThrow().ceilings()).isEqualTo(0.75);
    }

    @Test
    void the_second_edition_of_coda_mini_goes_on_from_the_first_and_mixes_its_text_in() {
        TrainConfig text = read("coda-mini", "second");
        assertThat(text.stage()).isEqualTo(Stage.MIDTRAIN);
        assertThat(text.model())
                .isEqualTo(new TrainConfig.Start.Checkpoint(
                        Path.of("runs/coda-mini/sft/model"), Path.of("runs/coda-mini/sft/model")));
        assertThat(text.data().text()).contains(new TrainConfig.Text(Path.of("data/coda-mini/bare-2"), 0.45));
        assertThat(text.data().heldOut()).isEqualTo(Path.of("data/coda-mini/bare"));
        TrainConfig exercises = read("coda-mini", "sft-2");
        assertThat(exercises.stage()).isEqualTo(Stage.SFT);
        Path trained = text.out().resolve("model");
        assertThat(exercises.model()).isEqualTo(new TrainConfig.Start.Checkpoint(trained, trained));
        assertThat(exercises.data().text()).contains(new TrainConfig.Text(Path.of("data/coda-mini/bare-2"), 0.4));
        assertThat(exercises.data().endTokens()).isEqualTo(128);
        assertThat(exercises.schedule().peak())
                .as("ends where it learned to answer")
                .isEqualTo(3e-4);
    }

    @Test
    void pre_training_is_that_of_the_report() {
        TrainConfig config = read("coda-1.7b", "pretrain");
        assertThat(config.data().length()).isEqualTo(8192);
        assertThat(config.batch().rows()).isEqualTo(512);
        assertThat(config.optimizer().method()).isEqualTo(Adafactor.Settings.DEFAULT);
        assertThat(config.schedule()).isEqualTo(new LearningRate(LearningRate.Decay.COSINE, 3e-4, 0, 2000, 50_000));
        assertThat(progressive(config).curriculum().at(0))
                .isEqualTo(new MaskingLevels(0.01, 0.01, 0.01, List.of(2), 0.001, 1));
        assertThat(progressive(config).curriculum().at(40_000).blockSizes()).containsExactly(2, 4, 8);
    }

    @Test
    void mid_training_follows_the_report_s_table_of_epochs() {
        TrainConfig config = read("coda-1.7b", "midtrain");
        assertThat(config.batch().rows()).isEqualTo(256);
        assertThat(config.schedule()).isEqualTo(new LearningRate(LearningRate.Decay.COSINE, 2e-4, 0, 2000, 50_000));
        double[][] table = {{1, 1, 5}, {5, 5, 10}, {10, 10, 15}, {15, 15, 20}, {20, 20, 25}};
        for (String family : List.of("coda-1.7b", "small")) {
            Curriculum curriculum = progressive(read(family, "midtrain")).curriculum();
            for (int epoch = 0; epoch < 5; epoch++) {
                MaskingLevels levels = curriculum.at(curriculum.totalSteps() / 5 * epoch);
                assertThat(new double[] {
                            levels.prefixProbability() * 100,
                            levels.truncateProbability() * 100,
                            levels.blockProbability() * 100
                        })
                        .containsExactly(table[epoch], org.assertj.core.data.Offset.offset(1e-9));
            }
        }
    }

    @Test
    void fine_tuning_is_that_of_the_report() {
        TrainConfig config = read("coda-1.7b", "sft");
        assertThat(config.data().length()).isEqualTo(1024);
        assertThat(config.batch().rows()).isEqualTo(176);
        assertThat(config.optimizer().method()).isEqualTo(AdamW.Settings.DEFAULT);
        assertThat(config.schedule().peak()).isEqualTo(2e-5);
        assertThat(config.schedule().warmUpSteps() * 10)
                .isEqualTo(config.schedule().steps());
        Curriculum curriculum = progressive(config).curriculum();
        long third = curriculum.totalSteps() * 3 / 10;
        assertThat(curriculum.at(third)).isEqualTo(new MaskingLevels(0, 0, 0.75, List.of(4, 8, 16, 32), 0.25, 1));
        assertThat(curriculum.at(third + curriculum.totalSteps() / 2)).isEqualTo(curriculum.at(third));
        assertThat(curriculum.at(0).promptShare()).isZero();
    }

    @Test
    void the_small_model_has_a_few_million_parameters() {
        assertThat(read("small", "pretrain").model())
                .isInstanceOfSatisfying(
                        TrainConfig.Start.Random.class,
                        start -> assertThat(ModelConfig.preset(start.preset()).numParameters())
                                .isBetween(5_000_000L, 6_000_000L));
    }

    @Test
    void the_toy_of_tpus_runs_on_the_oracle_as_on_the_cpu() {
        TrainConfig config = read("tpu", "toy");
        assertThat(config.lastStep()).isEqualTo(50);
        assertThat(config.compute().plugin()).isEmpty();
        TrainConfig onOracle =
                TrainConfig.read(Path.of("recipes/tpu/toy.yaml"), List.of("compute.device='pjrt:oracle'"));
        assertThat(onOracle.compute().plugin()).isPresent();
        assertThat(config.batch().rows() % config.batch().microRows()).isZero();
    }

    private static TrainConfig read(String family, String stage) {
        return TrainConfig.read(Path.of("recipes", family, stage + ".yaml"), List.of());
    }

    private static ProgressiveMasking progressive(TrainConfig config) {
        return (ProgressiveMasking) config.masking();
    }
}
