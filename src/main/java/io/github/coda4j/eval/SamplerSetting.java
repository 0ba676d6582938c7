package io.github.coda4j.eval;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A point of a curve of accuracy against parallelism: a rule at one of its settings with a cache. A rule that does not
 * count steps is varied by the parameter that says how bold it is, one that does by its steps.
 *
 * @param rule the curve's name: a rule of commitment, or how a cache is refreshed
 * @param setting what makes this point of the curve
 * @param alg the rule of commitment
 * @param values of its parameters, where they are not the standard ones
 * @param divisor tokens of a span for each of its steps
 * @param cache what forwards reuse
 * @param block tokens of a block; 0: all of the span
 */
public record SamplerSetting(
        String rule,
        String setting,
        String alg,
        Map<String, Double> values,
        int divisor,
        CachePolicy cache,
        int block) {
    private static final List<String> CACHES = List.of("none", "prefix", "dual");
    private static final List<Integer> DIVISORS = List.of(1, 2, 3, 4);
    private static final int SHORT_BLOCK = 8;
    private static final String THRESHOLD = "confidence_threshold";
    private static final List<Double> THRESHOLDS = List.of(0.9, 0.8, 0.7, 0.6);

    /** From careful to bold; a rule that is missing is varied by its steps, or has one setting. */
    private static final Map<String, Varied> VARIED = Map.ofEntries(
            Map.entry(THRESHOLD, new Varied("threshold", THRESHOLDS)),
            Map.entry("hierarchy", new Varied("anchor", List.of(0.8, 0.6, 0.4, 0.2))),
            Map.entry("local_leap", new Varied("relaxed", List.of(0.85, 0.75, 0.6, 0.4))),
            Map.entry("factor", new Varied("factor", List.of(0.5, 0.75, 1.0, 1.25))),
            Map.entry("frechet", new Varied("delta", List.of(0.5, 0.25, 0.05, -0.2))),
            Map.entry("entropy_bound", new Varied("gamma", List.of(0.03, 0.1, 0.3, 1.0))),
            Map.entry("entropy_threshold", new Varied("tau", List.of(0.2, 0.45, 0.8, 1.2))),
            Map.entry("multi_block", new Varied("tau", List.of(0.2, 0.45, 0.8, 1.2))),
            Map.entry("hybrid", new Varied("next_threshold", List.of(0.8, 0.6, 0.45, 0.3))),
            Map.entry("left_bias", new Varied("per_step", List.of(1.0, 2.0, 3.0, 4.0))),
            Map.entry("certainty_density", new Varied("per_step", List.of(1.0, 2.0, 3.0, 4.0))),
            Map.entry("prophet", new Varied("late_gap", List.of(5.0, 2.5, 1.5, 0.8))),
            Map.entry("less_light", new Varied("stable_threshold", List.of(0.8, 0.7, 0.6, 0.5))),
            Map.entry("klass", new Varied("stable_threshold", List.of(0.9, 0.7, 0.6, 0.5))),
            Map.entry("credit", new Varied("threshold", THRESHOLDS)),
            Map.entry("low_confidence_dynamic", new Varied("threshold", THRESHOLDS)),
            Map.entry("sub_blocks", new Varied("threshold", THRESHOLDS)));

    private record Varied(String parameter, List<Double> values) {}

    public SamplerSetting {
        values = Map.copyOf(values);
    }

    /** Every rule of commitment at its settings with every cache, the span being one block. */
    static List<SamplerSetting> rules() {
        List<SamplerSetting> settings = new ArrayList<>();
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            for (String cache : CACHES) {
                settings.addAll(of(factory.name(), CachePolicy.of(cache)));
            }
        }
        return settings;
    }

    private static List<SamplerSetting> of(String alg, CachePolicy cache) {
        if (VARIED.containsKey(alg)) {
            Varied varied = VARIED.get(alg);
            return varied.values().stream()
                    .map(value -> new SamplerSetting(
                            alg, text(varied.parameter(), value), alg, Map.of(varied.parameter(), value), 1, cache, 0))
                    .toList();
        }
        boolean steps = CommitPolicies.of(alg, Map.of()).countsSteps(true);
        return (steps ? DIVISORS : List.of(1))
                .stream()
                        .map(divisor -> new SamplerSetting(
                                alg, steps ? "tokens/" + divisor + " steps" : "", alg, Map.of(), divisor, cache, 0))
                        .toList();
    }

    private static String text(String parameter, double value) {
        return String.format(Locale.ROOT, "%s %s", parameter, value);
    }

    /** The plain threshold in blocks of 8, with a cache that is refreshed in one way after another. */
    static List<SamplerSetting> refreshes() {
        List<SamplerSetting> settings = new ArrayList<>();
        for (String refresh : List.of("block", "every=8", "every=16", "drift=0.3", "drift=0.6", "never")) {
            for (CachedRows rows : CachedRows.values()) {
                for (String cache : List.of("prefix", "dual")) {
                    String name = "refresh " + refresh + ", rows " + rows.name().toLowerCase(Locale.ROOT);
                    for (double threshold : THRESHOLDS) {
                        settings.add(new SamplerSetting(
                                name,
                                text("threshold", threshold),
                                THRESHOLD,
                                Map.of("threshold", threshold),
                                1,
                                CachePolicy.of(cache, Refresh.of(refresh), rows),
                                SHORT_BLOCK));
                    }
                }
            }
        }
        return settings;
    }

    /** How a span of so many tokens is decoded; empty where it is not cut into such blocks. */
    Optional<DecodeOptions> options(int tokens) {
        if (block > 0 && (tokens <= block || tokens % block != 0)) {
            return Optional.empty();
        }
        int length = block == 0 ? tokens : block;
        int blocks = tokens / length;
        int steps = Math.ceilDiv(Math.ceilDiv(tokens, divisor), blocks) * blocks;
        return Optional.of(
                DecodeOptions.ofSteps(steps).withBlocks(length, cache).withCommit(CommitPolicies.of(alg, values)));
    }

    /**
     * Rows that its forwards run if each commits a token, about: to reckon how long measuring takes.
     *
     * @param before tokens to the left of a span of {@code tokens}
     * @param after tokens to its right
     */
    long work(int before, int tokens, int after) {
        int all = before + tokens + after;
        int length = block == 0 ? tokens : block;
        long runsOfAll = Math.ceilDiv(tokens, length);
        return switch (cache) {
            case CachePolicy.None _, CachePolicy.Exact _ -> (long) tokens * all;
            case CachePolicy.Prefix _ -> runsOfAll * all + (long) tokens * (all - before);
            case CachePolicy.Dual _ -> runsOfAll * all + (long) tokens * length;
        };
    }
}
