package io.github.coda4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.bench.StepBench;
import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.PassClock;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.ProgressListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The measurements run and count right; their times are not judged here. */
@Tag("slow")
class BenchTest {
    @TempDir
    Path folder;

    @Test
    void a_step_is_timed_for_every_dtype_and_compared_with_the_peak() {
        Cli cli = new Cli();
        int code = cli.run(
                "bench", "step", "--preset", "coda-mini", "--dtype", "bf16,int8", "--rounds", "1", "--warm-up", "0");
        assertThat(code).as(cli.err()).isZero();
        List<String> rows = cli.out().lines().filter(line -> line.contains("%")).toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).startsWith("bf16").contains("1024 tokens, full");
        assertThat(rows.get(3)).startsWith("int8").contains("32 rows, 512 cached");
        assertThat(rows).allMatch(row -> row.matches(".* (memory|products) .* \\d+\\.\\d% .* \\d+\\.\\d% .*"));
        for (WeightFormat precision : List.of(WeightFormat.BF16, WeightFormat.INT8)) {
            Optional<String> emulated = LoadOptions.of(precision, Device.CPU).emulated();
            emulated.ifPresent(line -> assertThat(cli.out().lines()).contains(line));
        }
    }

    @Test
    void steps_of_any_shape_are_lines_of_json() {
        Cli cli = new Cli();
        int code = cli.run(("bench step --preset coda-tiny --dtype fp32 --rows 40 --past 16 --threads 2 --rounds 1 "
                        + "--warm-up 0 --json --layers 1 --beside coda-tiny")
                .split(" "));
        assertThat(code).as(cli.err()).isZero();
        List<JsonNode> lines =
                cli.out().lines().map(line -> Json.parse(line, "a step")).toList();
        assertThat(lines).extracting(line -> line.get("rows").asInt()).containsExactly(40, 40);
        assertThat(lines).extracting(line -> line.get("past").asInt()).containsExactly(16, 16);
        assertThat(lines).extracting(line -> line.get("logits").asInt()).containsExactly(32, 32);
        assertThat(lines).allMatch(line -> line.get("model").asText().equals("coda-tiny"));
        ModelConfig config = ModelConfig.preset("coda-tiny").withLayers(1);
        for (JsonNode line : lines) {
            assertThat(line.get("operations").asDouble())
                    .isEqualTo(Arithmetic.operations(
                            config,
                            line.get("rows").asInt(),
                            line.get("rows").asInt() + line.get("past").asInt(),
                            line.get("logits").asInt()));
            double bound = Math.max(
                    line.get("operations").asDouble()
                            / line.get("peak_operations_per_second").asDouble(),
                    line.get("bytes").asDouble()
                            / line.get("bandwidth_bytes_per_second").asDouble());
            assertThat(Stream.of("products", "attention", "head", "rest")
                            .mapToDouble(
                                    part -> line.get("in_" + part + "_seconds").asDouble())
                            .sum())
                    .isCloseTo(line.get("seconds").asDouble(), withinPercentage(30));
            assertThat(line.get("of_bound").asDouble())
                    .isCloseTo(bound / line.get("seconds").asDouble(), within(1e-9));
        }
    }

    @Test
    void several_sequences_are_one_step() {
        Cli cli = new Cli();
        int code = cli.run(("bench step --preset coda-tiny --dtype fp32 --sequences 3 --tokens 12 --rows 8 --past 16 "
                        + "--threads 2 --rounds 1 --warm-up 0")
                .split(" "));
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out()).contains("3 x 12 tokens, full", "3 x 8 rows, 16 cached");
        double[] alone = operationsAndBytes(1);
        double[] together = operationsAndBytes(3);
        assertThat(together[0]).as("three times the operations").isEqualTo(3 * alone[0]);
        double keysAndValues = Arithmetic.bytes(ModelConfig.preset("coda-tiny"), WeightFormat.FP32, 32, 8)
                - Arithmetic.bytes(ModelConfig.preset("coda-tiny"), WeightFormat.FP32, 0, 8);
        assertThat(together[1]).as("the weights once, each cache").isEqualTo(alone[1] + keysAndValues);
        assertThat(new Cli().run("bench", "step", "--preset", "coda-tiny", "--sequences", "0"))
                .isEqualTo(2);
    }

    private static double[] operationsAndBytes(int sequences) {
        Cli cli = new Cli();
        int code = cli.run(("bench step --preset coda-tiny --dtype fp32 --rows 8 --past 16 --threads 1 --rounds 1 "
                        + "--warm-up 0 --json --sequences " + sequences)
                .split(" "));
        assertThat(code).as(cli.err()).isZero();
        JsonNode line = Json.parse(cli.out(), "a step");
        assertThat(line.get("sequences").asInt()).isEqualTo(sequences);
        return new double[] {
            line.get("operations").asDouble(), line.get("bytes").asDouble()
        };
    }

    @Test
    void the_plain_engine_is_compared_with_the_library_s_product_on_its_device() {
        Cli cli = new Cli();
        int code = cli.run(("bench step --preset coda-tiny --layers 1 --engine plain --dtype fp32 --tokens 8 --rounds 1"
                        + " --warm-up 0 --threads 1 --json")
                .split(" "));
        assertThat(code).as(cli.err()).isZero();
        JsonNode line = Json.parse(cli.out(), "a step");
        assertThat(line.get("engine").asText()).isEqualTo("plain");
        assertThat(line.has("products_seconds") || line.has("bandwidth_bytes_per_second"))
                .isFalse();
        double bound = line.get("operations").asDouble()
                / line.get("peak_operations_per_second").asDouble();
        assertThat(line.get("of_bound").asDouble())
                .isCloseTo(bound / line.get("seconds").asDouble(), within(1e-9));
        assertThat(line.get("operations").asDouble())
                .isEqualTo(Arithmetic.operations(ModelConfig.preset("coda-tiny").withLayers(1), 8, 8, 8));
    }

    @Test
    void training_and_ranks_are_lines_of_json() {
        Cli cli = new Cli();
        int code = cli.run(("bench train --preset coda-tiny --layers 1 --pass plain --dtype fp32 --length 16 --rows 2"
                        + " --rounds 1 --warm-up 0 --threads 1 --optimizer adamw --json")
                .split(" "));
        assertThat(code).as(cli.err()).isZero();
        JsonNode line = Json.parse(cli.out(), "a pass");
        assertThat(line.get("tokens_per_second").asDouble())
                .isCloseTo(32 / line.get("seconds").asDouble(), within(1e-6));
        assertThat(line.get("of_peak").asDouble()).isPositive();
        Cli ranks = new Cli();
        assertThat(ranks.run("bench", "ranks", "--megabytes", "1", "--rounds", "1", "--json"))
                .as(ranks.err())
                .isZero();
        assertThat(Json.parse(ranks.out(), "ranks").get("ranks").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "bench step --preset coda-tiny --device cuda --engine fast ~ the fast engine runs on the cpu",
                "bench train --preset coda-tiny --device cuda --pass fused ~ --pass fused runs on the cpu",
                "bench step --preset coda-tiny --beside coda-huge ~ coda-huge",
                "bench step --model coda-mini --layers 2 ~ --layers shortens a preset",
                "bench ranks --megabytes 0 ~ megabytes must be in [1, 4000], got 0",
            })
    void devices_and_shapes_that_do_not_go_together_are_refused(String line, String message) {
        Cli cli = new Cli();
        assertThat(cli.run(line.split(" "))).isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--rows 8,0 ~ --rows must be at least 1, got 0",
                "--past 0 ~ --past must be at least 1, got 0; --tokens runs steps without a cache",
                "--tokens -1 ~ --tokens must be at least 1, got -1",
                "--tokens 1000 --rows 8 ~ the model knows 512 positions, the steps need 1000",
            })
    void steps_that_cannot_be_run_are_refused(String flags, String message) {
        Cli cli = new Cli();
        assertThat(cli.run(("bench step --preset coda-tiny --dtype fp32 " + flags).split(" ")))
                .isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }

    @Test
    void a_model_that_is_too_short_for_the_steps_is_refused() {
        Cli cli = new Cli();
        assertThat(cli.run("bench", "step", "--preset", "coda-tiny", "--dtype", "fp32"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("the model knows 512 positions, the steps need 1024");
    }

    @Test
    void decoding_reports_its_cost() {
        Cli cli = new Cli();
        int code = cli.run(
                "bench", "decode", "--preset", "coda-tiny", "--max-new-tokens", "16", "--steps", "8", "--repeat", "1");
        assertThat(code).as(cli.err()).isZero();
        String[] row =
                cli.out().lines().skip(1).findFirst().orElseThrow().trim().split("\\s+");
        assertThat(row[0]).isEqualTo("1");
        assertThat(row[3]).as("forwards").isEqualTo("8");
        assertThat(row[5]).as("commits").isEqualTo("16");
        assertThat(row[6]).as("commits per forward").isEqualTo("2.00");
    }

    @Test
    void decoding_shows_how_far_an_answer_is_to_a_person_and_in_a_log() {
        String[] arguments = {"bench", "decode", "--preset", "coda-tiny", "--max-new-tokens", "300", "--repeat", "1"};
        Cli log = new Cli().env("CODA_PROGRESS_SECONDS", "0");
        assertThat(log.run(arguments)).as(log.err()).isZero();
        assertThat(log.err().lines().findFirst().orElseThrow())
                .matches("[|] step \\d+: \\d+ of 300 tokens, [\\d.]+ tokens/s");
        assertThat(log.out()).doesNotContain("step");
        Cli watched = new Cli().terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
        assertThat(watched.run(arguments)).isZero();
        assertThat(watched.err()).contains(" of 300 tokens, ").endsWith("\r\u001B[K");
    }

    @Test
    void loading_reports_time_and_memory() {
        RandomCheckpoint.write(
                ModelConfig.preset("coda-tiny"),
                1,
                DType.F32,
                Optional.empty(),
                folder.resolve("m"),
                ProgressListener.NONE,
                false);
        Cli cli = new Cli();
        int code = cli.run("bench", "load", "--model", folder.resolve("m").toString());
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out()).contains("load", "weights", "resident", "bf16, fast engine");
    }

    @Test
    void model_and_preset_exclude_each_other() {
        Cli cli = new Cli();
        assertThat(cli.run("bench", "decode", "--preset", "coda-tiny", "--model", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--model and --preset");
    }

    @Tag("training")
    @Test
    void training_is_timed_with_both_passes_and_its_memory_compared_with_the_plan() {
        Cli cli = new Cli();
        int code = cli.run(
                "bench",
                "train",
                "--preset",
                "coda-tiny",
                "--length",
                "64",
                "--rows",
                "2",
                "--documents",
                "3",
                "--rounds",
                "1",
                "--warm-up",
                "0",
                "--recompute",
                "--optimizer",
                "adafactor");
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("2 x 64 tokens, 3 document(s) per row; bf16")
                .contains("recompute on")
                .containsPattern("planned: \\d+\\.\\d\\d GB resident = ")
                .containsPattern("fused .* \\d+\\.\\d% ")
                .containsPattern(
                        "products \\d+%, weight gradients \\d+%, attention \\d+%.* optimizer \\d+% of the step")
                .containsPattern("plain .* \\d+\\.\\d% ");
    }

    @Test
    void what_cannot_be_trained_is_refused() {
        assertThat(refusal("--length", "513"))
                .contains("--length must be in [2, 512], the positions that the model knows, got 513");
        assertThat(refusal("--pass", "quick")).contains("unknown pass \"quick\" in --pass; known: fused, plain");
        assertThat(refusal("--optimizer", "sgd", "--length", "9"))
                .contains("unknown optimizer \"sgd\" in --optimizer; known: none, adamw, adafactor");
        assertThat(refusal("--dtype", "int8")).contains("--dtype int8 cannot be trained");
        assertThat(refusal("--length", "9", "--documents", "0")).contains("--documents must be in [1, 9], got 0");
    }

    private static String refusal(String... flags) {
        List<String> arguments = new ArrayList<>(List.of("bench", "train", "--preset", "coda-tiny"));
        arguments.addAll(List.of(flags));
        Cli cli = new Cli();
        assertThat(cli.run(arguments.toArray(String[]::new))).isEqualTo(2);
        return cli.err();
    }

    @Test
    void training_operations_are_counted_as_in_the_formula() {
        ModelConfig config = ModelConfig.preset("coda-tiny");
        assertThat(Arithmetic.trainingOperations(config, 1000, 30, 500))
                .isEqualTo(6.0 * 1000 * 30 + 12.0 * 500 * 64 * 2);
    }

    @Test
    void bytes_are_those_of_weights_and_cache() {
        ModelConfig config = ModelConfig.preset("coda-1.7b");
        double layers = 28 * 50_331_648.0;
        double head = 151_936 * 2048.0;
        double cached = 2.0 * 28 * 512 * 8 * 128;
        assertThat(Arithmetic.bytes(config, WeightFormat.FP32, 512, 1)).isEqualTo(4 * (layers + head + cached));
        assertThat(Arithmetic.bytes(config, WeightFormat.FP32, 512, 0)).isEqualTo(4 * (layers + cached));
        assertThat(Arithmetic.bytes(config, WeightFormat.BF16, 0, 32)).isEqualTo(2 * (layers + head));
        assertThat(Arithmetic.bytes(config, WeightFormat.INT8, 0, 32)).isBetween(layers + head, 1.02 * (layers + head));
    }

    @Test
    void the_bound_of_a_step_is_the_larger_of_both() {
        StepBench.Machine machine = new StepBench.Machine(100, 10);
        StepBench.Result products =
                new StepBench.Result(new StepBench.Shape(1, 1, 0), 5, 5, 300, 20, 1, PassClock.OFF, machine);
        assertThat(products.bound()).isEqualTo(3).isEqualTo(products.operationsBound());
        StepBench.Result memory =
                new StepBench.Result(new StepBench.Shape(1, 1, 0), 5, 5, 300, 40, 1, PassClock.OFF, machine);
        assertThat(memory.bound()).isEqualTo(4).isEqualTo(memory.bytesBound());
    }

    @Test
    void operations_are_counted_as_in_the_formula() {
        ModelConfig config = ModelConfig.preset("coda-1.7b");
        assertThat(Arithmetic.productWeights(config)).isEqualTo(28 * 50_331_648.0);
        double step = Arithmetic.operations(config, 32, 544, 32);
        assertThat(step).isEqualTo(2 * 28 * 50_331_648.0 * 32 + 4.0 * 32 * 544 * 2048 * 28 + 2.0 * 32 * 2048 * 151936);
    }

    @Test
    void bench_decode_compares_ways_to_decode_at_an_assumed_number_of_commits() {
        Cli cli = new Cli();
        List<String> study = List.of("bench", "decode", "--preset", "coda-tiny", "--threads", "1", "--commits", "2");
        assertThat(cli.run(with(
                        study,
                        "--prompt-tokens",
                        "24",
                        "--max-new-tokens",
                        "16",
                        "--blocks",
                        "4,8",
                        "--refreshes",
                        "block,never",
                        "--goals",
                        "0.001,1e12")))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .contains("16 tokens after 24; 2.0 commits per forward are assumed", "at 0.001")
                .containsPattern("block 4, refresh block +2\\.00 +4 +\\S+ +4 +\\S+ +\\S+ +1\\.00 +-")
                .containsPattern("block 8, refresh never +2\\.00 +1 +\\S+ +7 +\\S+ +\\S+ +1\\.00 +-");
        for (String flag : List.of("--steps 8", "--block-length 8", "--refresh never", "--temperature 1")) {
            assertThat(cli.run(with(study, flag.split(" ")))).isEqualTo(2);
            assertThat(cli.err()).contains(flag.split(" ")[0] + " does not go with --commits");
        }
        assertThat(cli.run("bench", "decode", "--preset", "coda-tiny", "--blocks", "8"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--blocks, --refreshes and --goals compare ways to decode: add --commits X");
        assertThat(cli.run(with(study, "--refreshes", "often"))).isEqualTo(2);
        assertThat(cli.err()).contains("--refresh often cannot be used");
    }

    private static String[] with(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
    }
}
