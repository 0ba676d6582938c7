package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
    @TempDir
    Path folder;

    @Test
    void the_page_holds_the_curves_the_library_and_nothing_from_the_net() throws IOException {
        String html = report(5);
        assertThat(html)
                .contains("<h1>a &lt;b&gt;</h1>", "<td>12 &amp; 3</td>", "lr: 1", "var uPlot=function")
                .doesNotContain("<script src", "<link");
        JsonNode charts = charts(html);
        assertThat(charts.get(0).get("curves")).hasSize(2);
        assertThat(charts.get(0).at("/curves/0/steps")).hasSize(5);
        assertThat(charts.get(0).at("/curves/0/values/4").floatValue()).isEqualTo(3.25f);
        assertThat(charts.get(0).at("/curves/1/name").textValue()).isEqualTo("held_out_loss");
        assertThat(html).doesNotContain("(MFU)");
    }

    @Test
    void long_runs_are_drawn_by_means() throws IOException {
        JsonNode curve = charts(report(5000)).at("/0/curves/0");
        assertThat(curve.get("steps")).hasSize(1250);
        assertThat(curve.at("/steps/0").intValue()).isEqualTo(4);
        assertThat(curve.at("/steps/1249").intValue()).isEqualTo(5000);
    }

    @Test
    void the_last_point_of_a_long_run_is_the_mean_of_what_it_has() throws IOException {
        RunCurves curves = new RunCurves();
        for (int i = 1; i <= 2001; i++) {
            curves.add(new ObjectMapper().createObjectNode().put("step", i).put("elbo", i));
        }
        JsonNode curve = curves.charts().at("/0/curves/0");
        assertThat(curve.get("steps")).hasSize(1001);
        assertThat(curve.at("/values/0").doubleValue()).isEqualTo(1.5);
        assertThat(curve.at("/values/999").doubleValue()).isEqualTo(1999.5);
        assertThat(curve.at("/values/1000").doubleValue()).isEqualTo(2001);
        assertThat(curve.at("/steps/1000").intValue()).isEqualTo(2001);
    }

    private static JsonNode charts(String html) throws IOException {
        int start = html.indexOf("const charts = ") + "const charts = ".length();
        return new ObjectMapper().readTree(html.substring(start, html.indexOf(";\n", start)));
    }

    private String report(int steps) throws IOException {
        Path metrics = folder.resolve("metrics.jsonl");
        try (MetricsFile file = MetricsFile.after(0, metrics)) {
            for (int i = 1; i <= steps; i++) {
                file.step(MetricsFileTest.step(i, OptionalDouble.empty()));
            }
            file.heldOut(new HeldOutMetrics(steps, 5, 6, 7));
        }
        Path page = folder.resolve("report.html");
        RunReport.write(metrics, page, "a <b>", Map.of("steps", "12 & 3"), "lr: 1");
        return Files.readString(page);
    }
}
