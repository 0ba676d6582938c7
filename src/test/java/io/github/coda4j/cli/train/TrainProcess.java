package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Commands in a process of their own, which a test may kill. */
final class TrainProcess {
    private TrainProcess() {}

    /** Starts {@code coda} with the arguments, behind the words of another program such as a shell. */
    static Process start(File log, List<String> around, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(around);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits for a moment in the process's work; the process must still be running then. */
    static void await(Process process, File log, Callable<Boolean> moment) throws Exception {
        while (!moment.call()) {
            assertThat(process.isAlive()).as(Files.readString(log.toPath())).isTrue();
            Thread.sleep(1);
        }
    }

    /** The last step that the metrics tell of. */
    static long steps(Path out) throws IOException {
        Path metrics = out.resolve("metrics.jsonl");
        if (!Files.exists(metrics)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(metrics)) {
            return lines.filter(line -> line.contains("\"loss\"")).count();
        }
    }
}
