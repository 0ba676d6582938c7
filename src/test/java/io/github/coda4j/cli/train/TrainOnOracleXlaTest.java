package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda train pretrain --device pjrt:oracle}: a toy run from the command line to a model that answers. */
@Tag("xla")
@Timeout(600)
class TrainOnOracleXlaTest {
    private static final int STEPS = 50;

    @TempDir
    Path folder;

    private final Cli cli =
            new Cli().env("CODA_CACHE", Oracle.folder().getParent().toString());

    @Test
    void fifty_steps_have_the_losses_of_the_cpu_and_go_on_to_the_bit_after_a_kill() throws IOException {
        TrainToy toy = TrainToy.make(folder);
        train(toy, "cpu", "--device", "cpu", "compute.threads=1", "compute.engine=plain");
        train(toy, "xla", "--device", "pjrt:oracle");
        List<JsonNode> cpu = lines("cpu");
        List<JsonNode> xla = lines("xla");
        assertThat(xla).hasSameSizeAs(cpu).hasSize(STEPS + 2);
        for (int i = 0; i < cpu.size(); i++) {
            for (String key :
                    List.of("step", "loss", "elbo", "masked_cross_entropy", "held_out_loss", "gradient_norm")) {
                JsonNode expected = cpu.get(i).get(key);
                if (expected != null) {
                    assertThat(xla.get(i).get(key).doubleValue())
                            .as("%s of line %d", key, i)
                            .isCloseTo(
                                    expected.doubleValue(),
                                    within((key.equals("gradient_norm") ? 1e-4 : 1e-5)
                                            * Math.abs(expected.doubleValue())));
                }
            }
        }

        // As if it had been killed before the last checkpoint was written.
        Path last = folder.resolve("xla/checkpoints/step-0000050");
        byte[] weights = Files.readAllBytes(last.resolve("model.safetensors"));
        byte[] optimizer = Files.readAllBytes(last.resolve("optimizer.safetensors"));
        AtomicFiles.removeFolder(last);
        train(toy, "xla", "--device", "pjrt:oracle", "--resume");
        assertThat(cli.err()).contains("going on from " + folder.resolve("xla/checkpoints/step-0000030"));
        assertThat(last.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(last.resolve("optimizer.safetensors")).hasBinaryContent(optimizer);

        Cli real = new Cli().real();
        assertThat(real.run(
                        "generate",
                        "--model",
                        last.toString(),
                        "--engine",
                        "fast",
                        "--max-new-tokens",
                        "8",
                        "--seed",
                        "1",
                        "int "))
                .as(real.err())
                .isZero();
    }

    private void train(TrainToy toy, String out, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "pretrain",
                "--config",
                toy.config("pretrain").toString(),
                "--out",
                folder.resolve(out).toString(),
                "compute.threads=",
                "schedule.steps=" + STEPS,
                "batch.rows=6",
                "batch.micro_rows=3",
                "evaluation.every=0",
                "checkpoints.every=30"));
        arguments.addAll(List.of(more));
        assertThat(cli.run(arguments.toArray(String[]::new))).as(cli.err()).isZero();
    }

    private List<JsonNode> lines(String run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
