package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.train.RunState;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training in processes that are killed: what is there afterwards is whole, and the run ends as if nothing had
 * happened.
 */
@Timeout(180)
@Tag("process")
class TrainKilledTest {
    private static final int STEPS = 24;
    /** Kills at a random moment; as many are made while a checkpoint is written. */
    private static final int KILLS = 2;

    @TempDir
    static Path shared;

    private static TrainToy toy;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeData() throws IOException {
        toy = TrainToy.make(shared);
        train(shared.resolve("whole"));
    }

    @Test
    void a_run_that_is_killed_again_and_again_ends_with_the_weights_of_one_that_was_not() throws Exception {
        long seed = System.nanoTime();
        System.out.println("TrainKilledTest: seed " + seed);
        Random random = new Random(seed);
        Path out = folder.resolve("killed");
        for (int kill = 0; kill < 2 * KILLS; kill++) {
            long before = TrainProcess.steps(out);
            Process process = start(List.of(), out);
            if (kill % 2 == 0) {
                long until = before + 1 + random.nextInt(2);
                await(process, () -> TrainProcess.steps(out) >= until);
                Thread.sleep(random.nextInt(20));
            } else {
                await(process, () -> TrainProcess.steps(out) > before && hasPartialCheckpoint(out));
            }
            process.destroyForcibly();
            assertThat(process.waitFor()).isEqualTo(137);
            for (Path checkpoint : checkpoints(out)) {
                CheckpointFolder.open(checkpoint).close();
                assertThat(RunState.read(checkpoint).step()).isPositive();
            }
        }
        train(out);
        assertThat(weights(out)).isEqualTo(weights(shared.resolve("whole")));
        assertThat(out.resolve("checkpoints").toFile().list()).allMatch(name -> name.startsWith("step-"));
        assertThat(Files.readAllLines(out.resolve("metrics.jsonl")))
                .hasSameSizeAs(Files.readAllLines(shared.resolve("whole/metrics.jsonl")));
    }

    @Test
    void a_process_that_is_told_to_end_saves_first() throws Exception {
        Path out = folder.resolve("stopped");
        Process process = start(List.of(), out, "checkpoints.every=1000");
        await(process, () -> TrainProcess.steps(out) >= 2);
        process.destroy();
        assertThat(process.waitFor()).as(Files.readString(log().toPath())).isEqualTo(143);
        assertThat(checkpoints(out)).hasSize(1);
        long saved = RunState.read(checkpoints(out).getFirst()).step();
        assertThat(saved).isEqualTo(TrainProcess.steps(out)).isLessThan(STEPS);
        assertThat(Files.readString(log().toPath())).contains("stopped after step " + saved + ", which ");
        assertThat(Files.readString(log().toPath())).contains("curves so far: " + out.resolve("report.html"));
        assertThat(out.resolve("report.html"))
                .content()
                .contains("<td>stopped</td>", "<td>step " + saved + " of " + STEPS + ", ");
        train(out, "checkpoints.every=1000");
        assertThat(weights(out)).isEqualTo(weights(shared.resolve("whole")));
    }

    /**
     * The system refuses to write files beyond a size, as it does on a full disk: the optimizer's state no longer fits.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void a_checkpoint_that_finds_the_disk_full_leaves_the_one_before() throws Exception {
        Path out = folder.resolve("full");
        Process process = start(List.of(), out);
        await(process, () -> !checkpoints(out).isEmpty());
        process.destroyForcibly().waitFor();
        Path last = checkpoints(out).getLast();
        Process limited = start(List.of("bash", "-c", "ulimit -f 700; exec \"$@\"", "bash"), out);
        assertThat(limited.waitFor()).as(Files.readString(log().toPath())).isEqualTo(1);
        assertThat(Files.readString(log().toPath()))
                .contains(" could not be written: cannot write tensor ")
                .contains("the last good checkpoint is " + last + ", --resume goes on from it");
        assertThat(checkpoints(out).getLast()).isEqualTo(last);
        CheckpointFolder.open(last).close();
    }

    private static void train(Path out, String... more) throws IOException {
        Cli cli = new Cli();
        assertThat(cli.run(command(out, more).toArray(String[]::new)))
                .as(cli.err())
                .isZero();
    }

    private static List<String> command(Path out, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "train",
                "pretrain",
                "--config",
                toy.config("pretrain").toString(),
                "--out",
                out.toString(),
                "--resume",
                "schedule.steps=" + STEPS));
        command.addAll(List.of(more));
        return command;
    }

    private Process start(List<String> around, Path out, String... more) throws IOException {
        return TrainProcess.start(log(), around, Map.of(), command(out, more));
    }

    private File log() {
        return folder.resolve("log").toFile();
    }

    private void await(Process process, Callable<Boolean> moment) throws Exception {
        TrainProcess.await(process, log(), moment);
    }

    private static boolean hasPartialCheckpoint(Path out) {
        String[] names = out.resolve("checkpoints").toFile().list();
        return names != null && Stream.of(names).anyMatch(name -> name.endsWith(".partial"));
    }

    private static List<Path> checkpoints(Path out) throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(checkpoints)) {
            return children.filter(child -> child.getFileName().toString().startsWith("step-"))
                    .sorted()
                    .toList();
        }
    }

    /** A hash of the finished model's weights. */
    private static String weights(Path out) throws IOException, NoSuchAlgorithmException {
        byte[] bytes = Files.readAllBytes(out.resolve("model/model.safetensors"));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
