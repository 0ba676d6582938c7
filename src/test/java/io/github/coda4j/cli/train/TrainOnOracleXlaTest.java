package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.testkit.Oracle;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    @Tag("process")
    void fifty_steps_have_the_losses_of_the_cpu_and_go_on_to_the_bit_after_a_kill() throws Exception {
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

        Path last = folder.resolve("xla/checkpoints/step-0000050");
        killAfter(35, toy, "killed");
        assertThat(folder.resolve("killed/checkpoints/step-0000030")).exists();
        train(toy, "killed", "--device", "pjrt:oracle", "--resume");
        assertThat(cli.err()).contains("going on from " + folder.resolve("killed/checkpoints/step-0000030"));
        Path resumed = folder.resolve("killed/checkpoints/step-0000050");
        assertThat(resumed.resolve("model.safetensors"))
                .hasBinaryContent(Files.readAllBytes(last.resolve("model.safetensors")));
        assertThat(resumed.resolve("optimizer.safetensors"))
                .hasBinaryContent(Files.readAllBytes(last.resolve("optimizer.safetensors")));

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

    /** The same run in a process of its own, which is killed behind a step. */
    private void killAfter(long step, TrainToy toy, String out) throws Exception {
        File log = folder.resolve(out + ".log").toFile();
        Process process = TrainProcess.start(
                log,
                List.of(),
                Map.of("CODA_CACHE", Oracle.folder().getParent().toString()),
                command(toy, out, "--device", "pjrt:oracle"));
        try {
            TrainProcess.await(process, log, () -> TrainProcess.steps(folder.resolve(out)) >= step);
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).isEqualTo(137);
    }

    private void train(TrainToy toy, String out, String... more) throws IOException {
        List<String> arguments = command(toy, out, more);
        assertThat(cli.run(arguments.toArray(String[]::new))).as(cli.err()).isZero();
    }

    private List<String> command(TrainToy toy, String out, String... more) throws IOException {
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
        return arguments;
    }

    private List<JsonNode> lines(String run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
