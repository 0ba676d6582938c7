package io.github.coda4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.bench.LatencyStudy;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two models compared; their times are not judged here. */
@Tag("slow")
class BenchLatencyTest {
    @TempDir
    Path folder;

    @Test
    void two_steps_are_added_up_over_those_of_an_answer() {
        LatencyStudy.StepTimes two = new LatencyStudy.StepTimes(5, 1);
        assertThat(two.seconds(5, 1)).isEqualTo(5);
        assertThat(two.seconds(5, 5)).as("5, 4, 3, 2 and 1 positions open").isEqualTo(15, within(1e-12));
        assertThat(two.seconds(1, 1)).isEqualTo(5);
        assertThat(new LatencyStudy.StepTimes(2, 2).seconds(64, 32)).isEqualTo(64, within(1e-9));
        assertThatThrownBy(() -> two.seconds(4, 5)).hasMessage("an answer of 4 tokens has 1 to 4 steps, got 5");
    }

    @Test
    void layers_that_were_not_timed_take_what_the_timed_ones_take() {
        LatencyStudy.StepTimes all = new LatencyStudy.Layered(2, new LatencyStudy.StepTimes(5, 3))
                .upTo(new LatencyStudy.Layered(4, new LatencyStudy.StepTimes(9, 5)), 28);
        assertThat(all.allOpen()).as("1 and 2 a layer").isEqualTo(57, within(1e-12));
        assertThat(all.oneOpen()).isEqualTo(29, within(1e-12));
    }

    @Test
    void models_of_fewer_layers_are_timed_and_said_so() {
        Cli cli = new Cli();
        String flags = "bench latency --models coda-mini,coda-nano --steps 2 --max-new-tokens 8 --prompt-tokens 4"
                + " --rounds 1 --dtype fp32 --threads 1 --layers 1";
        assertThat(cli.run(flags.split(" "))).as(cli.err()).isZero();
        assertThat(cli.out()).contains("reckoned: models of 1 and 2 layers were timed");
    }

    @Test
    void the_difference_is_a_part_of_the_second_models_time() {
        LatencyStudy study = new LatencyStudy(
                new LatencyStudy.Shape(1, 64),
                new LatencyStudy.Model("a", List.of(1.0, 3.0)),
                new LatencyStudy.Model("b", List.of(2.0, 4.0)),
                List.of(32, 64),
                true,
                OptionalInt.empty());
        assertThat(study.meanBelow()).isEqualTo(0.375);
        assertThat(study.lines())
                .contains(
                        "    32         1.000         2.000    50.00 %",
                        "  mean                                37.50 %");
        assertThat(study.lines().getLast()).contains("39.64 %").contains("Dream 7B");
    }

    @Test
    void random_shapes_are_compared_and_a_page_is_written() throws Exception {
        Cli cli = new Cli();
        Path page = folder.resolve("latency.md");
        int code = cli.run(
                "bench",
                "latency",
                "--models",
                "coda-tiny,coda-nano",
                "--steps",
                "4,2",
                "--max-new-tokens",
                "8",
                "--prompt-tokens",
                "4",
                "--rounds",
                "1",
                "--dtype",
                "fp32",
                "--threads",
                "1",
                "--out",
                page.toString());
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out())
                .startsWith(" steps   coda-tiny s   coda-nano s   lower by\n     2  ")
                .contains("\n     4  ", "\n  mean  ", "assumed: every step runs prompt and answer in full", "39.64 %");
        assertThat(cli.err()).contains("coda-tiny: a step takes ").contains("coda-nano: a step takes ");
        assertThat(Files.readString(page))
                .contains("coda bench latency --models coda-tiny,coda-nano", "| 2 | ", "![Seconds against steps]");
        assertThat(Files.size(folder.resolve("latency.png"))).isGreaterThan(1000);
    }

    @Test
    void answers_are_decoded_whole_when_that_is_asked_for() {
        Cli cli = new Cli();
        int code = cli.run(
                "bench",
                "latency",
                "--models",
                "coda-tiny,coda-nano",
                "--steps",
                "2,4",
                "--max-new-tokens",
                "8",
                "--whole",
                "--json",
                "--dtype",
                "fp32");
        assertThat(code).as(cli.err()).isZero();
        var json = Json.parseObject(cli.out(), "what it prints");
        assertThat(json.get("whole").booleanValue()).isTrue();
        assertThat(json.get("a").get("model").asText()).isEqualTo("coda-tiny");
        assertThat(json.get("b").get("4").doubleValue()).isPositive();
        assertThat(cli.err()).contains("2 steps: ");
    }

    @Test
    void what_does_not_go_together_is_refused() {
        assertRefused("--models must be two names", "--models", "coda-tiny");
        assertRefused("two different ones, got coda-tiny twice", "--models", "coda-tiny,coda-tiny");
        assertRefused(
                "--rounds has no effect with --whole", "--models", "coda-tiny,coda-nano", "--whole", "--rounds", "2");
        assertRefused(
                "--layers has no effect with --whole", "--models", "coda-tiny,coda-nano", "--whole", "--layers", "1");
        assertRefused("--layers must be in [1, ", "--models", "coda-tiny,coda-nano", "--layers", "40");
        assertRefused(
                "--layers is for shapes with random weights, and some/folder is none of them",
                "--models",
                "coda-tiny,some/folder",
                "--layers",
                "1");
        assertRefused(
                "--steps must not be more than the tokens of the answer: 64, --max-new-tokens 8",
                "--models",
                "coda-tiny,coda-nano",
                "--steps",
                "64",
                "--max-new-tokens",
                "8");
        assertRefused("the model knows 512 positions, prompt and answer need 1152", "--models", "coda-tiny,coda-nano");
    }

    private static void assertRefused(String words, String... arguments) {
        Cli cli = new Cli();
        String[] all = new String[arguments.length + 2];
        all[0] = "bench";
        all[1] = "latency";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        assertThat(cli.run(all)).isEqualTo(2);
        assertThat(cli.err()).contains(words);
    }
}
