package io.github.coda4j.masking;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Goldens;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Masking against the original's, draw by draw. */
class MaskingGoldenTest {
    @Test
    void tokens_and_blocks_are_masked_where_the_original_masks_them() {
        for (JsonNode c : Goldens.cases("masking/transition.json")) {
            int size = c.get("mask_block_size").intValue();
            int numMasked = 0;
            for (int b = 0; b < c.get("input_ids").size(); b++) {
                boolean[] maskable = flags(c.get("maskable").get(b));
                double sigma = c.get("sigma").get(b).doubleValue();
                JsonNode draws = c.get("uniform").path(b);
                IntToDoubleFunction uniform = i -> draws.required(i).doubleValue();
                boolean[] masked = c.get("fn").asText().equals("transition")
                        ? RowMasks.maskTokens(maskable, sigma, uniform)
                        : RowMasks.maskBlocks(maskable, sigma, size, uniform);
                int[] ids = Goldens.ints(c.get("input_ids").get(b));
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = masked[i] ? c.get("mask_token_id").intValue() : ids[i];
                    numMasked += masked[i] ? 1 : 0;
                }
                assertThat(ids)
                        .as("epoch %s, schedule %s", c.get("epoch"), c.get("masking_schedule"))
                        .isEqualTo(Goldens.ints(c.get("output").get(b)));
            }
            assertThat(numMasked).isEqualTo(c.get("n_masked").intValue());
        }
    }

    @Test
    void prefixes_are_protected_and_suffixes_cut_as_in_the_original() {
        for (JsonNode c : Goldens.cases("masking/prefix_truncate.json")) {
            boolean isPrefix = c.get("fn").asText().equals("prefix_input_ids");
            for (int b = 0; b < c.get("input_ids").size(); b++) {
                int[] ids = Goldens.ints(c.get("input_ids").get(b));
                if (isPrefix) {
                    boolean[] maskable = flags(c.get("maskable").get(b));
                    if (c.get("apply_prefix").get(b).intValue() == 1) {
                        RowMasks.protectPrefix(
                                maskable, c.get("prefix_lengths").get(b).intValue());
                    }
                    assertThat(maskable)
                            .isEqualTo(flags(c.get("output_maskable").get(b)));
                } else {
                    boolean[] maskable = new boolean[ids.length];
                    if (c.get("apply_truncate").get(b).intValue() == 1) {
                        int position = c.get("truncate_positions").get(b).intValue();
                        RowMasks.truncate(
                                ids, maskable, position, c.get("pad_token_id").intValue());
                    }
                    assertThat(ids).isEqualTo(Goldens.ints(c.get("output").get(b)));
                }
            }
        }
    }

    @Test
    void probabilities_and_block_sizes_follow_the_original_s_schedules() {
        for (JsonNode c : Goldens.cases("masking/scheduler.json")) {
            Curriculum curriculum = curriculum(c.get("args"));
            for (JsonNode s : c.get("schedules")) {
                assertSchedule(curriculum, s.get("step").longValue(), s);
            }
            for (int step = 0; step < 5; step++) {
                assertSchedule(
                        curriculum,
                        step,
                        c.get("first_five_by_internal_counter").get(step));
            }
            for (JsonNode boundary : c.get("boundaries")) {
                long step = boundary.longValue();
                assertThat(curriculum.at(step).blockSizes())
                        .isNotEqualTo(curriculum.at(step - 1).blockSizes());
            }
        }
    }

    @Test
    void schedules_that_the_original_refuses_are_refused() {
        JsonNode errors = Goldens.json("masking/scheduler.json").get("errors");
        assertThat(errors).hasSize(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curriculum(errors.get(0).get("args")))
                .withMessage("a linear masking schedule needs its ramp steps: how many steps it grows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curriculum(errors.get(1).get("args")))
                .withMessage("the masking schedule must be constant or linear, got cosine");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> curriculum(errors.get(2).get("args")))
                .withMessage("a curriculum needs the steps of the run, at least 1, got 0");
    }

    @Test
    void prompts_are_given_step_by_step_as_in_the_original() {
        for (JsonNode c : Goldens.cases("masking/progressive_src_mask.json")) {
            boolean progressive = c.get("progress_src_mask").booleanValue();
            double ramp = progressive ? c.get("progress_src_mask_ratio").doubleValue() : 0;
            Curriculum curriculum = new Curriculum(
                    new Growth.Constant(),
                    List.of(0.0),
                    List.of(0.0),
                    List.of(0.0),
                    List.of(List.of()),
                    List.of(0.001),
                    ramp,
                    c.get("num_train_epochs").intValue(),
                    c.get("max_steps").longValue());
            long step = c.get("global_step").longValue();
            assertThat(curriculum.epochOf(step)).isEqualTo(c.get("epoch").intValue());
            double share = curriculum.at(step).promptShare();
            for (int b = 0; b < c.get("src_mask").size(); b++) {
                boolean[] maskable = not(flags(c.get("src_mask").get(b)));
                if (share < 1) {
                    RowMasks.givePrompt(maskable, 0, maskable.length, share);
                }
                assertThat(not(maskable))
                        .as("row %d at step %d", b, step)
                        .isEqualTo(flags(c.get("output").get(b)));
            }
        }
    }

    @Test
    void the_whole_noising_gives_the_original_s_ids_and_noise_levels() {
        JsonNode file = Goldens.json("masking/noising.json");
        int maskId = file.get("mask_token_id").intValue();
        int padId = file.get("pad_token_id").intValue();
        Noising noising = new Noising(
                new MaskingOptions(maskId, padId, 0, MaskingRules.ORIGINAL, Alignment.SHIFTED),
                Curriculum.plain(0.001));
        for (JsonNode c : Goldens.cases("masking/noising.json")) {
            boolean instruction = c.get("training_mode").asText().equals("sft");
            MaskingLevels levels = levels(c);
            MaskDraws draws = new ScriptedDraws(c.get("draws"), !instruction, levels);
            Noised noised = noising.apply(packed(c), levels, draws, 0);
            int[][] clean = rows(c.get("ids_after_truncation"));
            int[][] noisy = rows(c.get("noisy_ids"));
            assertThat(noised.batch().noisyIds())
                    .as("epoch %s, schedule %s", c.get("epoch"), c.get("masking_schedule"))
                    .isDeepEqualTo(noisy);
            for (int b = 0; b < clean.length; b++) {
                assertThat(noised.batch().weights()[b])
                        .isEqualTo(1 / c.get("sigma").get(b).floatValue());
                for (int i = 0; i < clean[b].length; i++) {
                    boolean counts = i > 0 && noisy[b][i] == maskId;
                    assertThat(noised.batch().targets()[b][i]).isEqualTo(counts ? clean[b][i] : -1);
                }
            }
        }
    }

    @Test
    void the_loss_of_the_noised_rows_is_the_original_s() {
        Noising noising = new Noising(
                new MaskingOptions(5, 0, 0, MaskingRules.ORIGINAL, Alignment.SHIFTED), Curriculum.plain(0.001));
        try (ParameterStore parameters = GoldenTraining.parameters("a-untied");
                TrainingPass pass =
                        new PlainTrainingPass(GoldenTraining.config("a-untied"), parameters, DType.F32, 1, false)) {
            for (JsonNode c : Goldens.cases("masking/noising.json")) {
                MaskingLevels levels = levels(c);
                boolean instruction = c.get("training_mode").asText().equals("sft");
                MaskDraws draws = new ScriptedDraws(c.get("draws"), !instruction, levels);
                double loss = c.get("loss").doubleValue();
                MaskedBatch batch = noising.apply(packed(c), levels, draws, 0).batch();
                assertNear("loss", pass.evaluate(batch).loss(), loss, 1e-5);
            }
        }
    }

    private static void assertSchedule(Curriculum curriculum, long step, JsonNode expected) {
        MaskingLevels levels = curriculum.at(step);
        assertThat(levels.prefixProbability())
                .isEqualTo(expected.get("prefix_probability").doubleValue());
        assertThat(levels.truncateProbability())
                .isEqualTo(expected.get("truncate_probability").doubleValue());
        assertThat(levels.blockProbability())
                .isEqualTo(expected.get("block_masking_probability").doubleValue());
        assertThat(levels.blockSizes()).isEqualTo(integers(expected.path("mask_block_sizes")));
    }

    private static Curriculum curriculum(JsonNode args) {
        JsonNode steps = args.path("max_schedule_steps");
        Growth growth = Growth.named(
                args.path("schedule_type").asText("constant"),
                steps.isNumber() ? OptionalLong.of(steps.longValue()) : OptionalLong.empty());
        List<List<Integer>> stages = new ArrayList<>();
        boolean staged = args.path("mask_block_sizes").path(0).isArray();
        if (staged) {
            args.get("mask_block_sizes").forEach(stage -> stages.add(integers(stage)));
        } else {
            stages.add(integers(args.path("mask_block_sizes")));
        }
        return new Curriculum(
                growth,
                List.of(args.path("prefix_probability").asDouble(0)),
                List.of(args.path("truncate_probability").asDouble(0)),
                List.of(args.path("block_masking_probability").asDouble(0)),
                stages,
                List.of(0.001),
                0,
                1,
                args.path("total_training_steps").asLong(staged ? 0 : 1));
    }

    private static MaskingLevels levels(JsonNode c) {
        JsonNode config = c.get("config");
        JsonNode from = c.get("masking_schedule").isNull() ? config : c.get("masking_schedule");
        int epoch = c.get("epoch").asInt(0);
        JsonNode sizes = from.has("mask_block_sizes") ? from.get("mask_block_sizes") : config.get("mask_block_sizes");
        boolean instruction = c.get("training_mode").asText().equals("sft");
        return new MaskingLevels(
                instruction ? 0 : byEpoch(from.get("prefix_probability"), epoch),
                instruction ? 0 : byEpoch(from.get("truncate_probability"), epoch),
                byEpoch(from.get("block_masking_probability"), epoch),
                integers(sizes),
                byEpoch(config.get("sampling_eps"), epoch),
                1);
    }

    private static double byEpoch(JsonNode value, int epoch) {
        return value.isArray() ? value.get(epoch % value.size()).doubleValue() : value.doubleValue();
    }

    private static PackedBatch packed(JsonNode c) {
        int[][] ids = rows(c.get("input_ids"));
        boolean[][] maskable = new boolean[ids.length][ids[0].length];
        for (int b = 0; b < ids.length; b++) {
            maskable[b] = c.get("src_mask").isNull()
                    ? not(maskable[b])
                    : not(flags(c.get("src_mask").get(b)));
        }
        return new PackedBatch(ids, new int[ids.length][ids[0].length], maskable);
    }

    private static int[][] rows(JsonNode matrix) {
        int[][] rows = new int[matrix.size()][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Goldens.ints(matrix.get(b));
        }
        return rows;
    }

    private static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.intValue()));
        return values;
    }

    private static boolean[] flags(JsonNode array) {
        int[] values = Goldens.ints(array);
        boolean[] flags = new boolean[values.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = values[i] == 1;
        }
        return flags;
    }

    private static boolean[] not(boolean[] flags) {
        boolean[] inverted = new boolean[flags.length];
        for (int i = 0; i < flags.length; i++) {
            inverted[i] = !flags[i];
        }
        return inverted;
    }
}
