package io.github.coda4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.eval.QualityReport;
import io.github.coda4j.files.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder of code to the quality of a model that knows nothing. */
@Tag("slow")
class BenchQualityTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @Test
    void a_random_model_fills_in_held_out_code_worse_than_the_baseline() {
        String model = folder.resolve("model").toString();
        String shards = folder.resolve("shards").toString();
        run("init", "--preset", "coda-tiny", "--out", model);
        run(
                "data",
                "tokenize",
                "--tokenizer",
                model,
                "--out",
                shards,
                "--held-out",
                "0.3",
                "src/main/java/io/github/coda4j/decode");
        String page = folder.resolve("quality.md").toString();
        JsonNode report = quality(
                model, shards, "--lines", "4-60", "--lengths", "6", "--sweep", "--loss-rows", "4", "--out", page);
        assertThat(cli.err())
                .contains("baseline: 100% of ", "losses: 100% of 12 rows", "infilling: 100% of ")
                .containsPattern("the 5-gram baseline learned from [\\d,]+ tokens");
        assertPage(
                Path.of(page),
                "| both sides, int8 | 6 |",
                "| dual cache, threshold 0.9 | 6 |",
                "--loss-rows 4",
                "    coda bench quality --model");
        assertThat(row(report, "6 tokens", "5-gram").get("files_judged").intValue())
                .as("the corpus is Java, and most of its files parse as they are")
                .isBetween(1, 6);
        double uniform = Math.log(512);
        for (String task : List.of("noise", "completion", "infilling")) {
            assertThat(report.get("cross_entropy").get(task).doubleValue())
                    .as(task)
                    .isBetween(uniform - 1, uniform + 1);
        }
        assertThat(report.get("spans").findValuesAsText("method"))
                .contains("5-gram", "both sides", "left side only", "dual cache, threshold 0.9");
        double baseline = accuracy(report, "6 tokens", "5-gram");
        assertThat(baseline).isPositive();
        assertThat(accuracy(report, "6 tokens", "both sides")).isLessThan(baseline);
        assertThat(row(report, "6 tokens", "tokens/2 steps")
                        .get("tokens_per_forward")
                        .doubleValue())
                .isGreaterThan(row(report, "6 tokens", "both sides")
                        .get("tokens_per_forward")
                        .doubleValue());
    }

    @Test
    void eval_makes_the_same_report_and_needs_no_sets_for_it() {
        String model = folder.resolve("model").toString();
        String shards = folder.resolve("shards").toString();
        String code = "src/main/java/io/github/coda4j/masking";
        run("init", "--preset", "coda-tiny", "--out", model);
        run("data", "tokenize", "--tokenizer", model, "--out", shards, "--held-out", "0.3", code);
        Path out = folder.resolve("evaluation");
        String sets = folder.resolve("none").toString();
        run(
                "eval",
                "quality",
                "--model",
                model,
                "--shards",
                shards,
                "--threads",
                "1",
                "--data",
                sets,
                "--out",
                "" + out);
        assertThat(cli.out()).contains(QualityReport.headline(), "lines 8-16    both sides");
        JsonNode summary = Json.readObject(out.resolve("summary.json"));
        assertThat(summary.at("/quality/spans").findValuesAsText("method"))
                .containsExactly("5-gram", "both sides", "left side only");
        assertThat(summary.at("/quality/cross_entropy/noise").doubleValue()).isPositive();
        assertThat(summary.get("measured")).isEmpty();
        assertPage(out.resolve("quality/quality.md"), "    coda eval quality --model", "| left side only |");
        assertThat(out.resolve("index.html")).exists();
    }

    @Test
    void the_trained_model_finds_it_harder_to_complete_a_window_than_to_fill_it_in() {
        String shards = folder.resolve("mini").toString();
        run(
                "data",
                "tokenize",
                "--drop-comments",
                "--tokenizer",
                "models/coda-mini",
                "--out",
                shards,
                "--held-out",
                "0.5",
                "src/main/java/io/github/coda4j/generate");
        JsonNode losses = quality("models/coda-mini", shards, "--lengths", "4", "--loss-rows", "8")
                .get("cross_entropy");
        // With the right side hidden it knows less: 5.9 against 4.8 nats on its own held-out code.
        assertThat(losses.get("completion").doubleValue())
                .isGreaterThan(losses.get("infilling").doubleValue() + 0.2);
    }

    private static void assertPage(Path page, String... parts) {
        assertThat(page).content().contains(parts).contains("![Quality against tokens per forward](quality.png)");
        BufferedImage plot;
        try {
            plot = ImageIO.read(page.resolveSibling("quality.png").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int[] pixels = plot.getRGB(0, 0, plot.getWidth(), plot.getHeight(), null, 0, plot.getWidth());
        assertThat(Arrays.stream(pixels).filter(pixel -> pixel != 0xFFFFFFFF).count())
                .isGreaterThan(1000);
    }

    @Test
    void a_sweep_of_samplers_writes_rows_as_it_goes_and_goes_on_behind_those_that_it_finds() throws IOException {
        String model = folder.resolve("model").toString();
        String shards = folder.resolve("shards").toString();
        run("init", "--preset", "coda-tiny", "--out", model);
        String code = "src/main/java/io/github/coda4j/decode";
        run("data", "tokenize", "--tokenizer", model, "--out", shards, "--held-out", "0.3", code);
        Path page = folder.resolve("curves.md");
        Path rows = folder.resolve("curves.rows.jsonl");
        List<String> sweep = new ArrayList<>(List.of("bench", "quality", "--model", model, "--data", shards));
        sweep.addAll(
                List.of("--spans", "3", "--context", "48", "--threads", "1", "--lines", "none", "--lengths", "16"));
        sweep.addAll(List.of("--sweep", "samplers", "--limit-rules", "frechet,refresh", "--out", page.toString()));
        sweep.addAll(List.of("--formats", "int8"));
        run(sweep.toArray(String[]::new));
        List<String> all = Files.readAllLines(rows);
        // A line of what they have in common; 4 settings x 3 caches, and 12 refreshes x 2 caches x 4.
        assertThat(all).hasSize(1 + 12 + 96);
        assertThat(page)
                .content()
                .contains("## 16 tokens", "| frechet | delta 0.25 | dual | int8 | 3 |", "| refresh never");
        assertThat(folder.resolve("curves.png")).isNotEmptyFile();

        // As after a kill: the last rows are missing. One that is there is not measured again.
        List<String> half = new ArrayList<>(all.subList(0, 90));
        half.set(1, half.get(1).replace("\"spans\":3", "\"spans\":77"));
        Files.write(rows, half);
        run(sweep.toArray(String[]::new));
        List<String> again = Files.readAllLines(rows);
        assertThat(again).hasSameSizeAs(all);
        assertThat(again.get(1)).contains("\"spans\":77");
        assertThat(again.subList(2, all.size())).isEqualTo(all.subList(2, all.size()));

        sweep.set(sweep.indexOf("48"), "40");
        assertThat(cli.run(sweep.toArray(String[]::new))).isEqualTo(1);
        assertThat(cli.err()).contains("curves.rows.jsonl has rows of another model, other spans or another context");
        assertRefused(sweep, "frechet,refresh", "frechett", "no rule is called 'frechett'");
        assertRefused(sweep, "samplers", "all", "--sweep is methods or samplers, got 'all'");
        assertRefused(sweep, "samplers", "methods", "--limit-rules, --formats and --minutes are for --sweep samplers");
    }

    private void assertRefused(List<String> command, String word, String other, String message) {
        List<String> changed = new ArrayList<>(command);
        changed.set(changed.indexOf(word), other);
        assertThat(cli.run(changed.toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }

    @Test
    void shards_of_another_tokenizer_are_refused() {
        String model = folder.resolve("model").toString();
        String other = folder.resolve("tokenizer").toString();
        String shards = folder.resolve("shards").toString();
        String code = "src/main/java/io/github/coda4j/decode";
        run("init", "--preset", "coda-tiny", "--out", model);
        run("data", "tokenizer", "--size", "400", "--out", other, code);
        run("data", "tokenize", "--tokenizer", other, "--out", shards, "--held-out", "0.3", code);
        assertThat(cli.run("bench", "quality", "--model", model, "--data", shards))
                .isEqualTo(1);
        assertThat(cli.err()).contains("tokenizer");
    }

    private JsonNode quality(String model, String shards, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(
                "bench",
                "quality",
                "--model",
                model,
                "--data",
                shards,
                "--spans",
                "6",
                "--context",
                "64",
                "--threads",
                "1",
                "--json"));
        arguments.addAll(List.of(flags));
        String before = cli.out();
        run(arguments.toArray(String[]::new));
        return Json.parse(cli.out().substring(before.length()), "report");
    }

    private static double accuracy(JsonNode report, String kind, String method) {
        return row(report, kind, method).get("token_accuracy").doubleValue();
    }

    private static JsonNode row(JsonNode report, String kind, String method) {
        for (JsonNode row : report.get("spans")) {
            if (row.get("kind").textValue().equals(kind)
                    && row.get("method").textValue().equals(method)) {
                return row;
            }
        }
        throw new AssertionError("no row " + kind + ", " + method);
    }

    private void run(String... arguments) {
        assertThat(cli.run(arguments)).as(cli.err()).isZero();
    }
}
