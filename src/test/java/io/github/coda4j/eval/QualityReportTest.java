package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
        assertThat(QualityReport.COLUMNS.trim().split("\\s{2,}"))
                .containsExactly("kind", "method", "spans", "exact", "tokens", "parses", "tok/forw.", "tok/s");
        assertThat(QualityReport.line(RESULT).trim().split("\\s{2,}"))
                .containsExactly("8 tokens", "both sides", "10", "20.0%", "50.0%", "60.0%", "4.00", "20");
        assertThat(report.markdown("m", "coda bench quality", List.of(), "plot.png"))
                .contains("| both sides | 10 | 20.0% | 50.0% | 60.0% | 4.00 | 20 |");
    }

    @Test
    void holes_of_unknown_length_have_a_section_and_figures_of_their_own() {
        LengthScore score = LengthScore.NONE
                .plus(true, 4, 4, java.util.Optional.of(true), 20, 1)
                .plus(false, 1, 4, java.util.Optional.empty(), 30, 2);
        LengthResult result = new LengthResult("line", "auto", score);
        QualityReport measured = new QualityReport(Map.of(), List.of(RESULT), List.of(result));
        assertThat(measured.markdown("m", "coda bench quality", List.of(), "plot.png"))
                .contains("## Holes of unknown length")
                .contains("| line | auto | 2 | 50.0% | 62.5% | 100.0% | 25.0 | 1.500 |");
        assertThat(report.markdown("m", "coda bench quality", List.of(), "plot.png"))
                .doesNotContain("unknown length");
        assertThat(QualityReport.line(result)).contains("exact   50.0%").contains("25.0 forwards");
        JsonNode row = measured.json().get("unknown_length").get(0);
        assertThat(row.get("exact").intValue()).isEqualTo(1);
        assertThat(row.get("tokens_right").intValue()).isEqualTo(5);
        assertThat(row.get("files_judged").intValue()).isEqualTo(1);
    }
}
