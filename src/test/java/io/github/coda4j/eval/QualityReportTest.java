package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityReportTest {
    /**
     * 10 spans, 2 of them exact; 80 tokens, 40 of them right; 20 forwards in 4 seconds; 5 files judged, 3 of them
     * valid.
     */
    private static final InfillResult RESULT =
            new InfillResult("8 tokens", "both sides", "fewer steps", new InfillScore(10, 2, 80, 40, 20, 4, 5, 3));

    private final QualityReport report = new QualityReport(Map.of("noise", 3.5), List.of(RESULT));

    @Test
    void programs_get_every_figure_under_its_own_name() {
        JsonNode row = report.json().get("spans").get(0);
        assertThat(row.get("exact_match").doubleValue()).isEqualTo(0.2);
        assertThat(row.get("token_accuracy").doubleValue()).isEqualTo(0.5);
        assertThat(row.get("files_judged").intValue()).isEqualTo(5);
        assertThat(row.get("files_that_parse").intValue()).isEqualTo(3);
        assertThat(row.get("forwards").intValue()).isEqualTo(20);
        assertThat(row.get("tokens_per_forward").doubleValue()).isEqualTo(4);
        assertThat(row.get("tokens_per_second").doubleValue()).isEqualTo(20);
        assertThat(report.json().get("cross_entropy").get("noise").doubleValue())
                .isEqualTo(3.5);
    }

    @Test
    void losses_are_said_of_the_task_that_they_are_of() {
        Map<String, Double> losses =
                Map.of(HeldOutLosses.NOISE, 1.0, HeldOutLosses.COMPLETION, 2.0, HeldOutLosses.INFILLING, 3.0);
        QualityReport measured = new QualityReport(losses, List.of(RESULT));
        assertThat(measured.lossLine())
                .contains("1.0000 at random noise, 2.0000 completing ")
                .contains(" tokens, 3.0000 infilling them");
        assertThat(measured.json().get("cross_entropy").get("completion").doubleValue())
                .isEqualTo(2);
        assertThat(measured.json().get("cross_entropy").get("infilling").doubleValue())
                .isEqualTo(3);
    }

    @Test
    void people_get_the_same_in_the_order_of_the_headings() {
        assertThat(QualityReport.headline().trim().split("\\s{2,}"))
                .containsExactly("kind", "method", "spans", "exact", "tokens", "parses", "tok/forw.", "tok/s");
        assertThat(QualityReport.line(RESULT).trim().split("\\s{2,}"))
                .containsExactly("8 tokens", "both sides", "10", "20.0%", "50.0%", "60.0%", "4.00", "20");
        assertThat(report.markdown("m", "coda bench quality", List.of(), "plot.png"))
                .contains("| both sides | 10 | 20.0% | 50.0% | 60.0% | 4.00 | 20 |");
    }

    @Test
    void holes_of_unknown_length_have_a_section_and_figures_of_their_own() {
        LengthReport report = new LengthReport(
                List.of(
                        result("line", "auto", 3, 1),
                        result("up to 16", "true length", 4, 4),
                        result("up to 16", "auto", 3, 2),
                        new LengthResult("up to 16", "+ trained pads", Optional.empty())),
                Optional.empty());
        String section = String.join("\n", report.section("coda bench quality", "bf16", Optional.empty()));
        assertThat(section)
                .startsWith("## Holes of unknown length\n")
                .contains("    coda bench quality\n", "| line | auto | 4 | 75.0% | 62.5% | 50.0% | 25.0 | 1.500 |")
                .contains("| up to 16 | + trained pads | - | not trained | - | - | - | - |");
        assertThat(section.replace('\n', ' '))
                .contains("`auto` fills 75.0% of those that are exact at the true length (3 and 4), "
                        + "and 50.0% of those whose files parse (2 and 4)");
        assertThat(LengthReport.line(result("line", "auto", 3, 1)).split(" +"))
                .containsExactly("line", "auto", "4", "75.0%", "62.5%", "50.0%", "25.0", "1.500");
        assertThat(LengthReport.headline().split(" +"))
                .containsExactly("kind", "method", "holes", "exact", "tokens", "parses", "forwards", "s");
        QualityReport measured = new QualityReport(Map.of(), List.of(RESULT), report);
        JsonNode rows = measured.json().get("unknown_length");
        assertThat(rows.get(0).get("exact").intValue()).isEqualTo(3);
        assertThat(rows.get(0).get("tokens_right").intValue()).isEqualTo(5);
        assertThat(rows.get(0).get("files_judged").intValue()).isEqualTo(2);
        assertThat(rows.get(3).get("trained").booleanValue()).isFalse();
        assertThat(rows.get(3).has("exact")).isFalse();
    }

    @Test
    void prose_of_a_page_fits_in_lines_of_120(@TempDir Path folder) {
        LengthReport lengths = new LengthReport(
                List.of(result("up to 16", "true length", 4, 4), result("up to 16", "auto", 3, 2)), Optional.empty());
        Path file = folder.resolve("page.md");
        page("coda " + "x".repeat(200)).write(new QualityReport(Map.of(), List.of(RESULT), lengths), file);
        String page = TextFiles.read(file);
        assertThat(page.lines().filter(line -> !line.startsWith("|") && !line.startsWith("    ")))
                .hasSizeGreaterThan(20)
                .allMatch(line -> line.length() <= 120);
        assertThat(page.replace('\n', ' '))
                .contains("spans of which every token is right. **tokens**: tokens that are right at their place.")
                .contains("filled without being told how long they were, by the methods of `coda infill`;");
        assertThat(Prose.lines("a".repeat(119) + " b " + "c".repeat(118) + " d"))
                .containsExactly("a".repeat(119), "b " + "c".repeat(118), "d");
        assertThat(Prose.lines("x".repeat(130))).containsExactly("x".repeat(130));
    }

    @Test
    void a_page_keeps_what_it_has_when_only_holes_of_unknown_length_are_measured(@TempDir Path folder) {
        LengthCalibration calibration = new LengthCalibration(
                "f00",
                LengthBias.PUBLISHED,
                7,
                List.of(1, 2, 4, 8, 16),
                List.of(0.5, 0.4, 0.3, 0.2, 0.1),
                OptionalInt.empty());
        LengthReport lengths = new LengthReport(List.of(result("line", "auto", 3, 1)), Optional.of(calibration));
        Path file = folder.resolve("page.md");
        assertThat(page("first").write(report, file)).containsExactly(folder.resolve("page.png"));
        String before = TextFiles.read(file);
        assertThat(before).doesNotContain("unknown length");
        QualityReport only = new QualityReport(Map.of(), List.of(), lengths);
        assertThat(page("second").write(only, file)).containsExactly(folder.resolve("page-lengths.png"));
        String after = TextFiles.read(file);
        assertThat(after).startsWith(before.stripTrailing()).contains("    second\n", "(page-lengths.png)");
        page("third").write(only, file);
        assertThat(TextFiles.read(file)).isEqualTo(after.replace("    second\n", "    third\n"));
        page("fourth").write(new QualityReport(Map.of(), List.of(RESULT), lengths), file);
        assertThat(TextFiles.read(file)).contains("| both sides |", "    fourth\n", "| line | auto |");
    }

    private static QualityPage page(String command) {
        QualityPlan plan = new QualityPlan(1, 2, Optional.empty(), List.of(), false, 1, 0, 1, 1);
        LoadOptions into = LoadOptions.of(WeightFormat.BF16, Device.CPU);
        return new QualityPage("m", command, into, plan, LocalDate.of(2026, 1, 1));
    }

    /** 4 holes of 8 tokens together, 5 of them right; 2 files judged; 25 forwards and 1.5 seconds each. */
    private static LengthResult result(String kind, String method, int exact, int parses) {
        return new LengthResult(
                kind, method, Optional.of(new LengthScore(4, exact, 8, 5, 2 * parses, parses, 100, 0, 6)));
    }
}
