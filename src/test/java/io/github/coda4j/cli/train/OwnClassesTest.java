package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.testkit.CompiledExamples;
import io.github.coda4j.testkit.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A masking rule, an optimizer and a metrics sink of somebody else, on the class path and named in the config. */
@Tag("training")
class OwnClassesTest {
    private static final List<String> OWN = List.of(
            "masking.block_probability=",
            "masking.block_sizes=",
            "masking.rule=com.example.PaddedHoles",
            "masking.longest=5",
            "optimizer.name=com.example.Momentum",
            "metrics.sinks=[{name: com.example.CsvSink, every: 2}]");

    @TempDir
    static Path shared;

    private static TrainToy toy;
    private static CompiledExamples examples;

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @BeforeAll
    static void compile() throws IOException {
        toy = TrainToy.make(shared);
        examples = CompiledExamples.on(Files.createDirectory(shared.resolve("classes")));
    }

    @AfterAll
    static void close() {
        examples.close();
    }

    @Test
    void train_a_model_and_go_on_where_a_killed_process_stopped() throws IOException {
        Path whole = folder.resolve("whole");
        assertThat(train(whole)).as(cli.err()).isZero();
        List<String> lines = Files.readAllLines(whole.resolve("losses.csv"));
        assertThat(lines.stream().map(line -> line.replaceAll(",[^,]*$", "")))
                .as("the sink of the class path has heard everything")
                .containsExactly("loss,2", "held-out loss,2", "loss,4", "held-out loss,4", "loss,6", "held-out loss,6");
        assertThat(Files.readString(whole.resolve("config.yaml")))
                .contains("rule: com.example.PaddedHoles", "spare: 8", "name: com.example.Momentum", "mu: 0.9");
        assertThat(TensorFile.read(whole.resolve("checkpoints/step-0000006/optimizer.safetensors"))
                        .names())
                .containsExactly("velocity");

        Path parts = folder.resolve("parts");
        assertThat(train(parts)).as(cli.err()).isZero();
        AtomicFiles.removeFolder(parts.resolve("checkpoints/step-0000006"));
        assertThat(train(parts, "--resume")).as(cli.err()).isZero();
        assertThat(parts.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
        assertThat(Files.readAllLines(parts.resolve("losses.csv"))).isEqualTo(lines);
    }

    @Test
    void have_the_held_out_loss_of_every_other_run() throws IOException {
        assertThat(train(folder.resolve("own"), "schedule.peak=1e-20"))
                .as(cli.err())
                .isZero();
        assertThat(run(folder.resolve("built-in"), "schedule.peak=1e-20"))
                .as(cli.err())
                .isZero();
        assertThat(heldOut("own")).isEqualTo(heldOut("built-in"));
    }

    @Test
    void that_nobody_knows_are_refused_with_those_that_are_there() {
        assertThat(train(folder.resolve("a"), "masking.rule=com.example.Mine", "masking.longest="))
                .isEqualTo(2);
        assertThat(train(folder.resolve("a"), "optimizer.name=com.example.Momentun"))
                .isEqualTo(2);
        assertThat(train(folder.resolve("a"), "metrics.sinks=[com.example.Mine]"))
                .isEqualTo(2);
        assertThat(cli.err().lines().filter(line -> line.startsWith("coda: ")).toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"masking.rule\" must be one of progressive, com.example.PaddedHoles, "
                                        + "got com.example.Mine"),
                        line -> assertThat(line)
                                .contains("\"optimizer.name\" must be one of adamw, adafactor, com.example.Momentum, "
                                        + "got com.example.Momentun; did you mean com.example.Momentum?"),
                        line -> assertThat(line)
                                .contains("\"metrics.sinks[0].name\" must be one of com.example.CsvSink, "
                                        + "got com.example.Mine"));
    }

    @Test
    void have_their_options_checked_like_any_other() {
        assertThat(train(folder.resolve("a"), "masking.longest=0")).isEqualTo(2);
        assertThat(train(folder.resolve("a"), "masking.longst=4")).isEqualTo(2);
        assertThat(train(folder.resolve("a"), "masking.epochs=2")).isEqualTo(2);
        assertThat(train(folder.resolve("a"), "optimizer.mu=1")).isEqualTo(2);
        assertThat(train(folder.resolve("a"), "metrics.sinks=[{name: com.example.CsvSink, evry: 2}]"))
                .isEqualTo(2);
        assertThat(train(folder.resolve("a"), "metrics.sinks=com.example.CsvSink"))
                .isEqualTo(2);
        assertThat(cli.err().lines().filter(line -> line.startsWith("coda: ")).toList())
                .satisfiesExactly(
                        line -> assertThat(line).contains("masking: longest must be at least 1, got 0"),
                        line -> assertThat(line)
                                .contains("unknown key \"masking.longst\"; did you mean \"masking.longest\"?"),
                        line -> assertThat(line)
                                .contains("\"masking.epochs\" has no effect with the rest of this config"),
                        line -> assertThat(line).contains("optimizer: mu must be in [0, 1), got 1.0"),
                        line -> assertThat(line)
                                .contains("unknown key \"metrics.sinks[0].evry\"; did you mean "
                                        + "\"metrics.sinks[0].every\"?"),
                        line -> assertThat(line)
                                .contains("\"metrics.sinks\" must be a list of names, or of sections with a name"));
    }

    @Test
    void are_known_to_the_commands_that_measure_and_inspect_optimizers() {
        assertThat(cli.run(
                        "bench",
                        "train",
                        "--preset",
                        "coda-tiny",
                        "--length",
                        "16",
                        "--rows",
                        "1",
                        "--rounds",
                        "1",
                        "--warm-up",
                        "0",
                        "--pass",
                        "plain",
                        "--optimizer",
                        "com.example.Momentum"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).contains("optimizer com.example.Momentum");
        assertThat(cli.run("bench", "train", "--preset", "coda-tiny", "--optimizer", "sgd"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("known: none, adamw, adafactor, com.example.Momentum");
    }

    private int train(Path out, String... more) {
        List<String> all = new ArrayList<>(OWN);
        all.addAll(List.of(more));
        return run(out, all.toArray(String[]::new));
    }

    private int run(Path out, String... more) {
        try {
            List<String> all = new ArrayList<>(List.of(
                    "train", "pretrain", "--config", toy.config("pretrain").toString(), "--out", out.toString()));
            all.addAll(List.of(more));
            return cli.run(all.toArray(String[]::new));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> heldOut(String run) throws IOException {
        return Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(line -> line.contains("held_out_loss"))
                .toList();
    }
}
