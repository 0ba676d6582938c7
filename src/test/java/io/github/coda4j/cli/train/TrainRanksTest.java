package io.github.coda4j.cli.train;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.cli.EntryPoint;
import io.github.coda4j.cli.app.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda train --nproc}: ranks that are processes. */
@Timeout(120)
@Tag("process")
class TrainRanksTest {
    @TempDir
    static Path shared;

    private static TrainToy toy;

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @BeforeAll
    static void makeData() throws IOException {
        toy = TrainToy.make(shared);
    }

    @Test
    void two_ranks_train_as_one_does_and_one_goes_on_where_they_stopped() throws Exception {
        Path together = folder.resolve("together");
        assertThat(start(command(together, "--nproc", "2", "schedule.steps=12")).waitFor())
                .as(Files.readString(log()))
                .isZero();
        assertThat(Files.readString(log()))
                .contains("step 12/12  loss ", "Next: coda generate --model " + together.resolve("model"))
                .doesNotContain("rank 1", "[Gloo]");
        Path alone = folder.resolve("alone");
        run(alone, "schedule.steps=12");
        List<Double> losses = losses(alone);
        assertThat(losses(together)).hasSameSizeAs(losses);
        for (int step = 0; step < losses.size(); step++) {
            assertNear("step " + step, losses(together).get(step), losses.get(step), 1e-5);
        }
        run(together, "--resume", "--accept-config-changes", "schedule.steps=14");
        assertThat(losses(together)).hasSize(14);
    }

    /** Steps that are large enough to be compared with what the products of both ranks can do. */
    @Timeout(300)
    @Test
    void two_ranks_tell_which_part_of_their_products_peak_they_use() throws Exception {
        Path out = folder.resolve("mfu");
        List<String> command = command(
                out,
                "--nproc",
                "2",
                "model.preset=coda-nano",
                "schedule.steps=2",
                "schedule.warm_up_steps=0",
                "batch.rows=48",
                "batch.micro_rows=24",
                "compute.precision=bf16",
                "evaluation.sequences=0");
        assertThat(start(command, "-Xmx1g").waitFor())
                .as(Files.readString(log()))
                .isZero();
        assertThat(Files.readString(log())).containsPattern("step 2/2 .* mfu \\d{1,3}\\.\\d%");
        assertThat(Files.readString(out.resolve("report.html"))).contains("(MFU)");
    }

    @Test
    void a_rank_that_is_killed_ends_the_run_which_can_be_resumed_by_one() throws Exception {
        Path out = folder.resolve("killed");
        Process launcher = start(command(out, "--nproc", "2", "schedule.steps=100000", "checkpoints.every=3"));
        await(launcher, () -> losses(out).size() >= 4);
        ranks(launcher).getLast().destroyForcibly();
        long killed = System.nanoTime();
        assertThat(launcher.waitFor()).isEqualTo(1);
        assertThat((System.nanoTime() - killed) / 1e9).isLessThan(60);
        assertThat(Files.readString(log()))
                .contains("coda: rank 0 of 2 lost another rank while it waited for ")
                .contains("coda: rank 1 of 2 was killed by signal 9")
                .doesNotContain("frame #");
        run(
                out,
                "--resume",
                "--accept-config-changes",
                "schedule.steps=" + (losses(out).size() + 1));
    }

    @Test
    void ranks_end_with_their_launcher() throws Exception {
        Process launcher = start(command(folder.resolve("orphans"), "--nproc", "2", "schedule.steps=100000"));
        await(launcher, () -> launcher.children().count() == 2);
        List<ProcessHandle> ranks = ranks(launcher);
        launcher.destroyForcibly().waitFor();
        for (ProcessHandle rank : ranks) {
            rank.onExit().get();
        }
    }

    @Test
    void a_launcher_that_is_told_to_end_lets_the_ranks_save() throws Exception {
        Path out = folder.resolve("stopped");
        Process launcher = start(command(out, "--nproc", "2", "schedule.steps=100000", "checkpoints.every=100000"));
        await(launcher, () -> losses(out).size() >= 2);
        launcher.destroy();
        assertThat(launcher.waitFor()).as(Files.readString(log())).isEqualTo(143);
        assertThat(Files.readString(log()))
                .contains("stopped after step " + losses(out).size() + ", which ");
    }

    @Test
    void ranks_that_cannot_be_are_refused_before_any_is_started() throws IOException {
        Path out = folder.resolve("refused");
        assertThat(cli.run(command(out, "--nproc", "3").toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.run(command(out, "--nproc", "0").toArray(String[]::new))).isEqualTo(2);
        cli.env("WORLD_SIZE", "2");
        assertThat(cli.run(command(out, "--nproc=2").toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.run(command(out).toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.err().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("coda: a batch of 4 rows cannot be divided among 3 ranks; take a "
                                        + "multiple of 3 rows or"
                                        + " another number of ranks"),
                        line -> assertThat(line).isEqualTo("coda: --nproc must be at least 1, got 0"),
                        line -> assertThat(line).contains("WORLD_SIZE says that this is one of several already"),
                        line -> assertThat(line).contains("WORLD_SIZE is set but RANK is not"));
        assertThat(out).doesNotExist();
    }

    private static List<String> command(Path out, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("train", "pretrain", "--config", toy.config("pretrain").toString(), "--out", out.toString()));
        command.addAll(List.of(more));
        return command;
    }

    private void run(Path out, String... more) throws IOException {
        int code = cli.run(command(out, more).toArray(String[]::new));
        assertThat(code).as(cli.err()).isZero();
    }

    private Process start(List<String> arguments) throws IOException {
        // Toys are done before the second compiler is.
        return start(arguments, "-XX:TieredStopAtLevel=1");
    }

    private Process start(List<String> arguments, String... flags) throws IOException {
        List<String> command = new ArrayList<>(EntryPoint.command(arguments));
        command.addAll(1, List.of(flags));
        command.add(1, "-XX:+UseSerialGC");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    /** The ranks of a launcher in the order in which it started them. */
    private static List<ProcessHandle> ranks(Process launcher) {
        return launcher.children()
                .sorted(Comparator.comparing(ProcessHandle::pid))
                .toList();
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void await(Process process, Callable<Boolean> moment) throws Exception {
        while (!moment.call()) {
            assertThat(process.isAlive()).as(Files.readString(log())).isTrue();
            Thread.sleep(5);
        }
    }

    /** The loss of every step that the metrics tell of. */
    private static List<Double> losses(Path out) throws IOException {
        Path metrics = out.resolve("metrics.jsonl");
        if (!Files.exists(metrics)) {
            return List.of();
        }
        ObjectMapper json = new ObjectMapper();
        List<Double> losses = new ArrayList<>();
        try (Stream<String> lines = Files.lines(metrics)) {
            for (String line : (Iterable<String>) lines.filter(line -> line.endsWith("}"))::iterator) {
                JsonNode node = json.readTree(line);
                if (node.has("loss")) {
                    losses.add(node.get("loss").doubleValue());
                }
            }
        }
        return losses;
    }
}
