package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.QuantizedCheckpoint;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.FakeHub;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What running processes leave when they are stopped in the middle of their work, and that the next run completes it.
 */
@Timeout(60)
@Tag("process")
class KilledProcessTest {
    @TempDir
    Path folder;

    /** How a process is stopped. */
    enum Stop {
        /** Ctrl-C. */
        INT(130),
        /** What nobody can answer. */
        KILL(137);

        final int exitCode;

        Stop(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void a_pull_that_is_stopped_is_not_used_and_goes_on_where_it_was(Stop stop) throws Exception {
        Path golden = Goldens.path("model/a-untied");
        byte[] weights = Files.readAllBytes(golden.resolve("model.safetensors"));
        int half = weights.length / 2;
        Path cache = folder.resolve("cache");
        Cli cli = new Cli().env("CODA_CACHE", cache.toString());
        try (FakeHub hub = new FakeHub()) {
            hub.small("config.json", Files.readString(golden.resolve("config.json")))
                    .large("model.safetensors", weights)
                    .next("model.safetensors", FakeHub.silentAfter(half, 30_000));
            String[] pull = {"pull", FakeHub.ID, "--endpoint", hub.endpoint().toString()};
            Process process = start(pull);
            await(process, () -> Files.exists(cache) && bytesOf(cache, "model.safetensors.part") == half);
            stop(process, stop);

            assertThat(cli.run("inspect", "model", FakeHub.ID)).isEqualTo(1);
            assertThat(cli.err()).contains("coda pull " + FakeHub.ID);
            assertThat(bytesOf(cache, "model.safetensors")).isEqualTo(-1);

            assertThat(cli.run(pull)).isZero();
            assertThat(hub.requests("model.safetensors").getLast().range())
                    .isEqualTo(Optional.of("bytes=" + half + "-"));
            assertThat(cli.run("inspect", "model", FakeHub.ID)).isZero();
            assertThat(bytesOf(cache, "model.safetensors")).isEqualTo(weights.length);
            assertThat(bytesOf(cache, "model.safetensors.part")).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void a_quantization_that_is_stopped_leaves_what_was_there_and_the_next_one_is_whole(Stop stop) throws Exception {
        Path model = bigModel();
        Path out = folder.resolve("int8");
        Path golden = Goldens.path("model/a-untied");
        assertThat(new Cli().run("quantize", golden.toString(), "--out", out.toString()))
                .isZero();
        byte[] older = Files.readAllBytes(out.resolve("model.safetensors"));
        Path partial = folder.resolve(".int8.partial");
        String[] quantize = {"quantize", model.toString(), "--out", out.toString(), "--overwrite"};
        Process process = start(quantize);
        await(process, () -> Files.exists(partial) && bytesOf(partial, ".tmp") > 0);
        stop(process, stop);

        assertThat(Files.readAllBytes(out.resolve("model.safetensors"))).isEqualTo(older);
        assertThat(Files.exists(partial))
                .as("only a killed process leaves its work")
                .isEqualTo(stop == Stop.KILL);

        Cli cli = new Cli();
        assertThat(cli.run(quantize)).as(cli.err()).isZero();
        try (CheckpointFolder made = CheckpointFolder.open(out)) {
            assertThat(QuantizedCheckpoint.format(made.config())).contains(WeightFormat.INT8);
            assertThat(made.totalBytes()).isGreaterThan(16_000_000);
        }
        assertThat(names(folder)).containsExactlyInAnyOrder("big", "int8");
    }

    /** A model whose quantization takes long enough to be caught in the middle of it. */
    private Path bigModel() {
        Path model = folder.resolve("big");
        RandomCheckpoint.write(
                ModelConfig.preset("coda-16m"), 0, DType.BF16, Optional.empty(), model, ProgressListener.NONE, false);
        return model;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.exists(Path.of("/usr/bin/env"))
                && System.getProperty("os.name").equals("Linux")) {
            // A parent that runs in the background may have the signal ignored, which children inherit.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(command(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log());
        builder.environment().put("CODA_CACHE", folder.resolve("cache").toString());
        return builder.start();
    }

    /** A process of ours with these arguments. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private File log() {
        return folder.resolveSibling(folder.getFileName() + ".log").toFile();
    }

    /** Waits for a moment in the process's work; the process must still be running then. */
    private void await(Process process, Callable<Boolean> moment) throws Exception {
        while (!moment.call()) {
            assertThat(process.isAlive()).as("%s", log()).isTrue();
            Thread.sleep(1);
        }
    }

    private void stop(Process process, Stop stop) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + stop, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(process.waitFor()).as(Files.readString(log().toPath())).isEqualTo(stop.exitCode);
    }

    /** Size of the file below the folder whose name ends so; -1 when there is none. */
    private static long bytesOf(Path below, String nameEnd) {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(file -> file.getFileName().toString().endsWith(nameEnd))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElse(-1);
        } catch (IOException | java.io.UncheckedIOException e) {
            return -1;
        }
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> children = Files.list(in)) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }
}
