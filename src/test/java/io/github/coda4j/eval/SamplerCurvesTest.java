package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.CommitPolicies;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Curves of accuracy against parallelism: their points, their areas, their page. */
class SamplerCurvesTest {
    private static final Parallelism.Point ONE = new Parallelism.Point(1, 80);

    @Test
    void the_area_is_the_leaderboard_s() {
        assertThat(Parallelism.area(List.of(), 80)).isZero();
        assertThat(Parallelism.area(List.of(ONE), 80)).isEqualTo(80);
        // Without loss it is the plain area: 1 x 80, then 2 x 80.
        assertThat(Parallelism.area(List.of(new Parallelism.Point(3, 80), ONE), 80))
                .isCloseTo(240, within(1e-9));
        // W(76) = exp(-3 x 0.05) = 0.860708; 80 + (80 + 76 x 0.860708) / 2.
        assertThat(Parallelism.area(List.of(ONE, new Parallelism.Point(2, 76)), 80))
                .isCloseTo(152.7069, within(1e-4));
        assertThat(Parallelism.area(List.of(ONE, new Parallelism.Point(2, 74.9), new Parallelism.Point(3, 80)), 80))
                .as("more than 5 percent below the first point: left out")
                .isCloseTo(240, within(1e-9));
        assertThat(Parallelism.area(List.of(ONE, new Parallelism.Point(2, 80)), 100))
                .as("80 + 80 x exp(-0.6)")
                .isCloseTo(80 + 80 * Math.exp(-0.6), within(1e-9));
    }

    @Test
    void shares_have_wilson_s_bounds() {
        assertThat(SamplerRow.interval(50, 100)).containsExactly(new double[] {0.4038, 0.5962}, within(1e-4));
        assertThat(SamplerRow.interval(0, 20)).containsExactly(new double[] {0, 0.1611}, within(1e-4));
        assertThat(SamplerRow.interval(0, 0)).containsExactly(0, 1);
    }

    @Test
    void every_rule_has_its_settings_with_every_cache_and_four_where_anything_varies_it() {
        Map<String, List<SamplerSetting>> byRule =
                SamplerSetting.rules().stream().collect(Collectors.groupingBy(SamplerSetting::rule));
        assertThat(byRule.keySet()).containsExactlyInAnyOrderElementsOf(CommitPolicies.names());
        byRule.forEach((rule, settings) -> {
            boolean varied = CommitPolicies.of(rule, Map.of()).countsSteps(true)
                    || !CommitPolicies.require(rule).parameters().isEmpty();
            assertThat(settings).as(rule).hasSize(3 * (varied ? 4 : 1));
            assertThat(settings.stream().map(setting -> setting.cache().id()).distinct())
                    .containsExactlyInAnyOrder("none", "prefix", "dual");
            for (SamplerSetting setting : settings) {
                for (int tokens : new int[] {1, 8, 13, 32}) {
                    DecodeOptions options = setting.options(tokens).orElseThrow();
                    assertThat(options.blockLength()).hasValue(tokens);
                    assertThat(options.commit().name()).isEqualTo(rule);
                }
            }
        });
        assertThat(SamplerSweep.names()).containsAll(CommitPolicies.names()).endsWith("refresh");
    }

    @Test
    void caches_are_refreshed_in_one_way_after_another_in_blocks_of_eight() {
        List<SamplerSetting> refreshes = SamplerSetting.refreshes();
        assertThat(refreshes).hasSize(6 * 2 * 2 * 4);
        assertThat(refreshes.stream().map(SamplerSetting::rule).distinct())
                .hasSize(12)
                .contains("refresh block, rows block", "refresh never, rows open", "refresh drift=0.3, rows block");
        SamplerSetting first = refreshes.getFirst();
        assertThat(first.options(8)).as("one block, which nothing refreshes").isEmpty();
        assertThat(first.options(13)).isEmpty();
        assertThat(first.options(32).orElseThrow().blockLength()).hasValue(8);
        assertThat(first.options(32).orElseThrow().cache()).isEqualTo(CachePolicy.of("prefix"));
    }

    @Test
    void a_row_counts_every_forward_and_is_written_and_read_back() {
        SamplerSetting setting = SamplerSetting.rules().getFirst();
        SamplerRow.Sum sum = new SamplerRow.Sum();
        sum.forward(100, true);
        sum.forward(9, false);
        sum.add(new int[] {1, 2, 3, 4}, new int[] {1, 2, 3, 4}, Optional.of(true));
        sum.add(new int[] {1, 2, 3, 4}, new int[] {1, 0, 0, 0}, Optional.of(false));
        sum.add(new int[] {1, 2}, new int[] {1, 0}, Optional.empty());
        SamplerRow row = sum.row("4 tokens", setting, "bf16");
        assertThat(row.tokensPerForward()).isEqualTo(5);
        assertThat(row.full()).isEqualTo(1);
        assertThat(row.rows()).isEqualTo(109);
        assertThat(row.accuracy()).isEqualTo(0.6);
        assertThat(row.validity()).isEqualTo(0.5);
        // Of the differences 1.6, -1.4 and -0.2 from 0.6 a token: sqrt(4.56 x 3 / 2) x 1.96 / 10.
        assertThat(row.deviation()).isCloseTo(0.5126, within(1e-4));
        assertThat(SamplerRow.of(row.json())).isEqualTo(row);
    }

    @Test
    void the_page_ranks_curves_by_their_area_and_has_every_point() {
        String page = new SamplerPage("tiny", "coda bench quality", "cpu", LocalDate.of(2026, 1, 2))
                .markdown(
                        List.of(
                                row("slow", "a", 100, 60),
                                row("slow", "b", 90, 60),
                                row("fast", "a", 50, 60),
                                row("fast", "b", 25, 58)),
                        "plot.png");
        assertThat(page)
                .contains(
                        "## 4 tokens",
                        "![Tokens right against tokens per forward](plot.png)",
                        "| slow | a | dual | bf16 | 10 | 1.00 | 0.1 | 7 | 50.0 (23.7-76.3) | 60.0 (50.0-70.0) |",
                        "| fast | b | dual | bf16 | 10 | 4.00 |");
        assertThat(page.indexOf("| fast | dual | bf16 | 2 |"))
                .isPositive()
                .isLessThan(page.indexOf("| slow | dual | bf16 | 2 |"));
    }

    private static SamplerRow row(String rule, String setting, int forwards, int right) {
        return new SamplerRow(
                "4 tokens", rule, setting, "dual", "bf16", 10, 5, 100, right, forwards, 1, 700, 10, 4, 0.1);
    }

    @Test
    void a_rule_is_recommended_that_gains_in_every_kind_and_loses_nothing_in_any() {
        List<SamplerRow> rows = List.of(
                judged("lines", "confidence_threshold", "threshold 0.9", 100, 60, 50, 80),
                judged("lines", "entropy", "tokens/1 steps", 110, 61, 50, 80),
                judged("lines", "bold", "a", 60, 58, 48, 78),
                judged("lines", "bold", "b", 50, 57, 47, 77),
                judged("lines", "wrong", "a", 50, 49, 48, 78),
                judged("lines", "broken", "a", 50, 60, 48, 70),
                judged("lines", "inexact", "a", 50, 60, 39, 80),
                judged("lines", "timid", "a", 90, 60, 50, 80),
                judged("lines", "lopsided", "a", 50, 60, 50, 80),
                judged("tokens", "confidence_threshold", "threshold 0.9", 100, 60, 50, 80),
                judged("tokens", "bold", "a", 80, 60, 50, 80),
                judged("tokens", "bold", "b", 75, 60, 50, 80),
                judged("tokens", "wrong", "a", 50, 60, 50, 80),
                judged("tokens", "broken", "a", 50, 60, 50, 80),
                judged("tokens", "inexact", "a", 50, 60, 50, 80),
                judged("tokens", "timid", "a", 50, 60, 50, 80),
                judged("tokens", "lopsided", "a", 90, 60, 50, 80));
        List<SamplerVerdict.Better> better = SamplerVerdict.better(rows);
        assertThat(better).extracting(point -> point.any().rule()).containsExactly("bold");
        assertThat(better.getFirst().any().setting()).isEqualTo("b");
        assertThat(better.getFirst().least()).isCloseTo(100 / 75.0, within(1e-9));
        assertThat(String.join("\n", SamplerVerdict.section(rows)))
                .contains(
                        "| bold | b | none | 2.00 | 1.33 |",
                        "Here it makes 0.91 tokens\nof a forward, 61.0 % of them right (lines).");
        assertThat(String.join("\n", SamplerVerdict.section(List.of(rows.getFirst()))))
                .contains("95 % interval: none does.", "It was not measured here.");
    }

    /** Of 100 spans, 100 tokens and 100 files, with an interval of 10 points around the tokens. */
    private static SamplerRow judged(
            String kind, String rule, String setting, int forwards, int right, int exact, int valid) {
        return new SamplerRow(
                kind, rule, setting, "none", "bf16", 100, exact, 100, right, forwards, 1, 700, 100, valid, 0.1);
    }
}
