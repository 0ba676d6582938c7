package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.cli.app.Main;
import io.github.coda4j.files.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What scripts/gpu-check and scripts/gpu-train put into their bundles, run here on the CPU: the driver with this very
 * program in place of the bundle's Java.
 */
@Timeout(300)
@Tag("process")
class GpuScriptsTest {
    private static final Path SCRIPTS = Path.of("scripts/gpu");
    private static final int MINUTES_LIMIT = 540;

    @TempDir
    Path folder;

    private record Ended(int code, String out) {}

    private Ended python(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3", "-B"));
        command.addAll(List.of(arguments));
        File output = folder.resolve("output").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output.toPath()));
    }

    private static String driver() {
        return SCRIPTS.resolve("gpu.py").toString();
    }

    /** A command that is this program. */
    private String coda() throws IOException {
        Path script = Files.writeString(folder.resolve("coda"), """
                #!/bin/sh
                exec '%s' --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED \\
                  -XX:TieredStopAtLevel=1 -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \\
                  -cp '%s' %s "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path"),
                        Main.class.getName()));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    private static void assertParses(JsonNode command) {
        List<String> arguments = new ArrayList<>();
        command.forEach(argument -> arguments.add(argument.asText()));
        arguments.add("--help");
        Cli cli = new Cli();
        assertThat(cli.run(arguments.toArray(String[]::new)))
                .as(arguments + ": " + cli.err())
                .isZero();
    }

    @Test
    void every_command_of_the_check_is_coda_s_and_its_limits_keep_below_nine_minutes() throws Exception {
        Ended dry = python(
                driver(),
                "check",
                "--dry-run",
                "--no-torch",
                "--goldens",
                "src/test/resources/golden",
                "--layers",
                "2");
        assertThat(dry.code()).as(dry.out()).isZero();
        JsonNode said = Json.parse(dry.out(), "the dry run");
        long seconds = 0;
        for (JsonNode limit : said.get("limits")) {
            seconds += limit.asLong();
        }
        assertThat(seconds).isEqualTo(said.get("seconds").asLong()).isLessThan(MINUTES_LIMIT);
        assertThat(said.get("traces").asInt()).isGreaterThan(5);
        assertThat(said.get("commands")).hasSizeGreaterThan(15);
        said.get("commands").forEach(GpuScriptsTest::assertParses);
    }

    @Test
    void goldens_are_compared_to_the_number_and_to_the_token() throws Exception {
        Path result = folder.resolve("result.json");
        String[] check = {
            driver(),
            "check",
            "--device",
            "cpu",
            "--no-torch",
            "--quick",
            "--only",
            "logits;traces",
            "--coda",
            coda(),
            "--goldens",
            "src/test/resources/golden",
            "--out",
            result.toString(),
            "--patience",
            "3"
        };
        Ended right = python(check);
        assertThat(right.code()).as(right.out()).isZero();
        assertThat(right.out()).contains("logits, fp32").contains("nothing is wrong");
        JsonNode parts = Json.read(result).get("parts");
        assertThat(parts).hasSize(2);
        assertThat(parts.at("/0/rows/0/right").asBoolean()).isTrue();
        assertThat(parts.at("/0/rows/0/difference").asDouble()).isPositive().isLessThan(1e-4);
        assertThat(parts.at("/1/rows/0/same")).isEqualTo(parts.at("/1/rows/0/cases"));
    }

    @Tag("training")
    @Test
    void a_toy_is_trained_for_some_steps_and_its_parts_are_joined_here() throws Exception {
        TrainToy toy = TrainToy.make(Files.createDirectories(folder.resolve("toy")));
        Path train = Files.createDirectories(folder.resolve("train"));
        Files.copy(toy.config("pretrain"), train.resolve("config.yaml"));
        Files.writeString(train.resolve("run.json"), "{\"stage\": \"pretrain\"}");
        Cli init = new Cli();
        String tokenizer = toy.tokenizer().toString();
        String start = train.resolve("model").toString();
        assertThat(init.run("init", "--preset", "coda-tiny", "--tokenizer", tokenizer, "--out", start))
                .as(init.err())
                .isZero();
        Files.createSymbolicLink(train.resolve("shards"), toy.shards().toAbsolutePath());
        Path out = folder.resolve("trained");
        Ended ended = python(
                driver(),
                "train",
                "--device",
                "cpu",
                "--no-torch",
                "--coda",
                coda(),
                "--folder",
                train.toString(),
                "--out",
                out.toString(),
                "--memory",
                "4",
                "--most-rows",
                "3",
                "--steps",
                "4",
                "--minutes",
                "3");
        assertThat(ended.code()).as(ended.out()).isZero();
        assertThat(ended.out()).contains("3 rows, ").contains(": 4 steps in ");
        Path joined = folder.resolve("joined");
        Cli join = new Cli();
        assertThat(join.run("join", out.resolve("parts").toString(), "--out", joined.toString()))
                .as(join.err())
                .isZero();
        assertThat(joined.resolve("model.safetensors"))
                .hasSameBinaryContentAs(out.resolve("run/model/model.safetensors"));
        try (Stream<String> steps = Files.lines(out.resolve("metrics.jsonl"))) {
            assertThat(steps.filter(line -> line.contains("\"loss\""))).hasSize(4);
        }
    }

    @Test
    void the_scripts_can_be_read_by_what_runs_them() throws Exception {
        for (String script : List.of("scripts/gpu-check", "scripts/gpu-train", "scripts/gpu/bundle.sh")) {
            Process process = new ProcessBuilder("bash", "-n", script)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(script + ": " + said).isZero();
        }
        Ended read = python("-c", "import ast; ast.parse(open('scripts/gpu/steps.py').read())");
        assertThat(read.code()).as(read.out()).isZero();
    }
}
