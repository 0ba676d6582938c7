package io.github.coda4j.cli.inspect;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.testkit.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that others compare our training with. */
@Tag("training")
class InspectTrainingTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @ParameterizedTest
    @CsvSource({"pretrain, a-untied", "sft, a-untied", "block, a-untied", "tied, b-tied"})
    void the_loss_and_gradient_norms_of_a_case_are_the_original_ones(String name, String model) throws IOException {
        JsonNode golden = GoldenTraining.trainingCase(name);
        JsonNode report = loss(model, write(golden), "--recompute");
        assertNear("loss", report.get("loss").doubleValue(), golden.get("loss").doubleValue(), 1e-5);
        assertThat(report.get("masked_cross_entropy").doubleValue()).isPositive();
        assertThat(report.get("grad_l2")).hasSameSizeAs(golden.get("grad_l2"));
        golden.get("grad_l2")
                .properties()
                .forEach(entry -> assertNear(
                        entry.getKey(),
                        report.get("grad_l2").get(entry.getKey()).doubleValue(),
                        entry.getValue().doubleValue(),
                        1e-4));
    }

    @Test
    void every_gradient_is_written() throws IOException {
        Path out = folder.resolve("gradients.safetensors");
        loss("b-tied", write(GoldenTraining.trainingCase("tied")), "--out", out.toString());
        TensorFile actual = TensorFile.read(out);
        TensorFile expected = TensorFile.read(Goldens.path("train/tied.grads.safetensors"));
        assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        for (String name : expected.names()) {
            assertThat(actual.shape(name)).isEqualTo(expected.shape(name));
            assertNear(name, actual.floats(name), expected.floats(name), 1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sigma     | [0.5, 2, 0.5]      | sigma[1] is 2, expected a number in (0, 1]",
                "sigma     | [0.5]              | needs as many targets, segments, weights and factors",
                "noisy_ids | [[1, 2], [3, 400]] | noisy_ids[1][1] is 400, expected a whole number in [0, 320)",
                "input_ids | 7                  | must hold \"input_ids\": a list of rows of ids",
            })
    void a_batch_that_is_none_is_refused_with_the_place(String key, String value, String message) throws IOException {
        ObjectNode batch = GoldenTraining.trainingCase("pretrain").deepCopy();
        batch.set(key, Json.parse(value, "test"));
        int exit = cli.run(
                "inspect",
                "loss",
                "--model",
                model("a-untied"),
                "--batch",
                write(batch).toString());
        assertThat(exit).isEqualTo(1);
        assertThat(cli.err()).contains(message).contains("batch.json");
    }

    @ParameterizedTest
    @CsvSource({"adamw, 2e-4", "adafactor, 5e-6"})
    void parameters_after_two_steps_are_the_original_ones(String optimizer, float tolerance) throws IOException {
        Path out = folder.resolve("after.safetensors");
        int exit = cli.run(
                "inspect",
                "optimizer",
                "--model",
                model("a-untied"),
                "--batch",
                write(GoldenTraining.trainingCase("pretrain")).toString(),
                "--optimizer",
                optimizer,
                "--lr",
                "1e-3",
                "--steps",
                "2",
                "--out",
                out.toString());
        assertThat(exit).as(cli.err()).isZero();
        TensorFile actual = TensorFile.read(out);
        TensorFile expected = TensorFile.read(Goldens.path("train/" + optimizer + ".step2.safetensors"));
        for (String name : expected.names()) {
            assertThat(actual.floats(name))
                    .as(name)
                    .usingComparatorWithPrecision(tolerance)
                    .containsExactly(expected.floats(name));
        }
        assertThat(cli.err()).contains("step 1: loss 10.735");
    }

    @Test
    void a_mask_at_the_first_position_counts_for_a_model_whose_rows_stand_in_place() throws IOException {
        JsonNode batch =
                Json.parse("{\"input_ids\": [[7, 8, 9]], \"noisy_ids\": [[4, 8, 9]], \"sigma\": [0.5]}", "test");
        for (Alignment alignment : Alignment.values()) {
            ModelConfig config = RandomModels.config(RandomModels.kind(true, ModelKind.Bias.NONE, alignment));
            Path model = RandomModels.write(config, 1, folder.resolve(alignment.toString()));
            Cli own = new Cli();
            int exit = own.run(
                    "inspect",
                    "loss",
                    "--model",
                    model.toString(),
                    "--batch",
                    write(batch).toString());
            assertThat(exit).as(own.err()).isZero();
            double loss = Json.parse(own.out(), "report").get("loss").doubleValue();
            assertThat(loss > 0).as(alignment.toString()).isEqualTo(alignment == Alignment.IN_PLACE);
        }
    }

    @Test
    void an_unknown_optimizer_is_refused_with_the_known_ones() throws IOException {
        int exit = cli.run(
                "inspect",
                "optimizer",
                "--model",
                model("a-untied"),
                "--batch",
                "none.json",
                "--optimizer",
                "sgd",
                "--lr",
                "1",
                "--steps",
                "1",
                "--out",
                "x.safetensors");
        assertThat(exit).isEqualTo(2);
        assertThat(cli.err()).contains("unknown optimizer \"sgd\"; known: adamw, adafactor");
    }

    private JsonNode loss(String model, Path batch, String... flags) {
        String[] arguments = {"inspect", "loss", "--model", model(model), "--batch", batch.toString()};
        String[] all = java.util.stream.Stream.of(arguments, flags)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
        assertThat(cli.run(all)).as(cli.err()).isZero();
        return Json.parse(cli.out(), "report");
    }

    private Path write(JsonNode batch) throws IOException {
        return Files.writeString(folder.resolve("batch.json"), batch.toString());
    }

    private static String model(String name) {
        return Goldens.path("model/" + name).toString();
    }
}
