package io.github.coda4j.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What curves say about defaults: which points make more tokens of a forward than the plain threshold does with the
 * same cache and numbers, in every kind of spans, and lose nothing beyond its intervals.
 */
final class SamplerVerdict {
    /** How much more is worth a change. */
    static final double GAIN = 1.15;

    private static final String RULE = "confidence_threshold";
    private static final String SETTING = "threshold 0.9";
    private static final String EXACT = "entropy";
    private static final String EVERY_TOKEN = "tokens/1 steps";
    private static final int SHOWN = 12;

    private SamplerVerdict() {}

    /**
     * A point that is better.
     *
     * @param gains tokens per forward, of the threshold's, by kind
     */
    record Better(SamplerRow any, Map<String, Double> gains) {
        double least() {
            return gains.values().stream().mapToDouble(gain -> gain).min().orElseThrow();
        }
    }

    /**
     * The points that are better, the one with the largest least gain first: of each rule and cache the best one, in
     * the numbers that were measured first.
     */
    static List<Better> better(List<SamplerRow> rows) {
        List<String> kinds = rows.stream().map(SamplerRow::kind).distinct().toList();
        Map<String, SamplerRow> byKey =
                rows.stream().collect(Collectors.toMap(SamplerRow::key, row -> row, (a, _) -> a, LinkedHashMap::new));
        List<Better> better = new ArrayList<>();
        for (SamplerRow row : rows) {
            if (!row.kind().equals(kinds.getFirst())
                    || !row.format().equals(rows.getFirst().format())) {
                continue;
            }
            Map<String, Double> gains = new LinkedHashMap<>();
            for (String kind : kinds) {
                SamplerRow own = byKey.get(row.of(kind, row.rule(), row.setting()));
                SamplerRow plain = byKey.get(row.of(kind, RULE, SETTING));
                if (own != null && plain != null && losesNothing(own, plain)) {
                    gains.put(kind, own.tokensPerForward() / plain.tokensPerForward());
                }
            }
            Better candidate = new Better(row, gains);
            if (gains.size() == kinds.size() && candidate.least() >= GAIN) {
                better.add(candidate);
            }
        }
        better.sort(Comparator.comparingDouble(Better::least).reversed());
        Set<String> seen = new HashSet<>();
        better.removeIf(
                point -> !seen.add(point.any().rule() + " | " + point.any().cache()));
        return better;
    }

    private static boolean losesNothing(SamplerRow own, SamplerRow plain) {
        return own.accuracy() >= plain.accuracy() - plain.deviation()
                && (double) own.exact() / own.spans() >= SamplerRow.interval(plain.exact(), plain.spans())[0]
                && (plain.judged() == 0 || own.validity() >= SamplerRow.interval(plain.valid(), plain.judged())[0]);
    }

    /** The section of the page. */
    static List<String> section(List<SamplerRow> rows) {
        List<String> kinds = rows.stream().map(SamplerRow::kind).distinct().toList();
        List<String> lines = new ArrayList<>();
        lines.add("## Which rule is the default");
        lines.add("");
        lines.add(
                "Infilling, completion and chat decode by `" + EXACT + "`, a token a step and without a cache, unless");
        lines.add(
                "the request, the checkpoint or its family says otherwise: that is the original's order, so that what");
        lines.add("comes out equals it step for step, for any model. " + exact(rows));
        lines.add(
                "Completions and chats have no curves of their own here: a model of this size completes too badly for");
        lines.add("its rules to be told apart by it. Where speed counts, ask for a rule of this table.");
        lines.add("");
        List<Better> better = better(rows);
        lines.add("With the same cache, in " + rows.getFirst().format() + ", these make at least " + GAIN
                + " times the tokens per forward of");
        lines.add("`" + RULE + "` at " + SETTING.replace("threshold ", "")
                + " in every kind of spans, and none of exact," + " tokens and parses falls below its");
        lines.add("95 % interval" + (better.isEmpty() ? ": none does." : ":"));
        if (!better.isEmpty()) {
            lines.add("");
            lines.add("| rule | setting | cache | "
                    + kinds.stream().map(kind -> "gain, " + kind).collect(Collectors.joining(" | ")) + " |");
            lines.add("|---".repeat(3 + kinds.size()) + "|");
            better.stream().limit(SHOWN).map(SamplerVerdict::cells).forEach(lines::add);
            if (better.size() > SHOWN) {
                lines.add("");
                lines.add("The first " + SHOWN + " of " + better.size() + ".");
            }
        }
        return lines;
    }

    private static String exact(List<SamplerRow> rows) {
        return rows.stream()
                .filter(row -> row.rule().equals(EXACT)
                        && row.setting().equals(EVERY_TOKEN)
                        && row.cache().equals("none"))
                .findFirst()
                .map(row -> String.format(
                        Locale.ROOT,
                        "Here it makes %.2f tokens\nof a forward, %.1f %% of them right (%s).",
                        row.tokensPerForward(),
                        100 * row.accuracy(),
                        row.kind()))
                .orElse("It was not measured here.");
    }

    private static String cells(Better better) {
        SamplerRow row = better.any();
        return "| " + row.rule() + " | " + (row.setting().isEmpty() ? "-" : row.setting()) + " | " + row.cache() + " | "
                + better.gains().values().stream()
                        .map(gain -> String.format(Locale.ROOT, "%.2f", gain))
                        .collect(Collectors.joining(" | "))
                + " |";
    }
}
