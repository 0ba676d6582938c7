package io.github.coda4j.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a {@link SamplerSetting} reached on the spans of one kind.
 *
 * @param kind of spans
 * @param rule the curve
 * @param setting the point
 * @param cache its name
 * @param format of the weights
 * @param spans how many
 * @param exact how many equal what was there
 * @param tokens in all spans
 * @param right of them at their place
 * @param forwards all passes of the model, those that fill caches and store rows among them
 * @param full how many of these ran the whole sequence
 * @param rows positions that they ran together
 * @param judged documents with a verdict on their syntax
 * @param valid how many of them are still valid
 * @param deviation half of the 95 % interval of the share of tokens that are right, spans being drawn as a whole
 */
public record SamplerRow(
        String kind,
        String rule,
        String setting,
        String cache,
        String format,
        int spans,
        int exact,
        int tokens,
        int right,
        int forwards,
        int full,
        long rows,
        int judged,
        int valid,
        double deviation) {
    /** Of a normal distribution: 95 % lie within so many standard deviations. */
    static final double Z = 1.96;

    /** What makes two rows measurements of the same thing. */
    String key() {
        return String.join(" | ", kind, rule, setting, cache, format);
    }

    /** The key of the row of another kind or point, with the same cache and format. */
    String of(String otherKind, String otherRule, String otherSetting) {
        return String.join(" | ", otherKind, otherRule, otherSetting, cache, format);
    }

    /** The key of the row that measures that. */
    static String key(String kind, SamplerSetting of, String format) {
        return String.join(" | ", kind, of.rule(), of.setting(), of.cache().id(), format);
    }

    /** Tokens for each forward, all of them counted. */
    public double tokensPerForward() {
        return (double) tokens / forwards;
    }

    /** Share of tokens that are right, 0 to 1. */
    public double accuracy() {
        return (double) right / tokens;
    }

    /** Share of judged documents that are valid, 0 to 1; 0 where none was judged. */
    public double validity() {
        return judged == 0 ? 0 : (double) valid / judged;
    }

    /**
     * Bounds of a share with 95 % (Wilson 1927), in [0, 1]; 0 and 1 of nothing.
     *
     * @param hits in [0, of]
     */
    static double[] interval(int hits, int of) {
        if (of == 0) {
            return new double[] {0, 1};
        }
        double p = (double) hits / of;
        double z2 = Z * Z / of;
        double middle = (p + z2 / 2) / (1 + z2);
        double half = Z * Math.sqrt(p * (1 - p) / of + z2 / (4 * of)) / (1 + z2);
        return new double[] {Math.max(0, middle - half), Math.min(1, middle + half)};
    }

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind)
                .put("rule", rule)
                .put("setting", setting)
                .put("cache", cache)
                .put("format", format)
                .put("spans", spans)
                .put("exact", exact)
                .put("tokens", tokens)
                .put("right", right)
                .put("forwards", forwards)
                .put("full", full)
                .put("rows", rows)
                .put("judged", judged)
                .put("valid", valid)
                .put("deviation", deviation);
    }

    static SamplerRow of(ObjectNode json) {
        return new SamplerRow(
                json.path("kind").asText(),
                json.path("rule").asText(),
                json.path("setting").asText(),
                json.path("cache").asText(),
                json.path("format").asText(),
                json.path("spans").intValue(),
                json.path("exact").intValue(),
                json.path("tokens").intValue(),
                json.path("right").intValue(),
                json.path("forwards").intValue(),
                json.path("full").intValue(),
                json.path("rows").longValue(),
                json.path("judged").intValue(),
                json.path("valid").intValue(),
                json.path("deviation").doubleValue());
    }

    /** Adds up spans. */
    static final class Sum {
        private int spans;
        private int exact;
        private int tokens;
        private int right;
        private int forwards;
        private int full;
        private long rows;
        private int judged;
        private int valid;
        private double rightRight;
        private double rightTokens;
        private double tokensTokens;

        void add(int[] expected, int[] actual, Optional<Boolean> validity) {
            int same = 0;
            for (int i = 0; i < expected.length; i++) {
                same += expected[i] == actual[i] ? 1 : 0;
            }
            spans++;
            exact += Arrays.equals(expected, actual) ? 1 : 0;
            tokens += expected.length;
            right += same;
            judged += validity.isPresent() ? 1 : 0;
            valid += validity.orElse(false) ? 1 : 0;
            rightRight += (double) same * same;
            rightTokens += (double) same * expected.length;
            tokensTokens += (double) expected.length * expected.length;
        }

        /** @param all whether it ran the whole sequence */
        void forward(int numRows, boolean all) {
            forwards++;
            full += all ? 1 : 0;
            rows += numRows;
        }

        int spans() {
            return spans;
        }

        SamplerRow row(String kind, SamplerSetting of, String format) {
            double share = (double) right / tokens;
            double squares = Math.max(0, rightRight - 2 * share * rightTokens + share * share * tokensTokens);
            double deviation = spans < 2 ? 1 : Z * Math.sqrt(squares * spans / (spans - 1.0)) / tokens;
            return new SamplerRow(
                    kind,
                    of.rule(),
                    of.setting(),
                    of.cache().id(),
                    format,
                    spans,
                    exact,
                    tokens,
                    right,
                    forwards,
                    full,
                    rows,
                    judged,
                    valid,
                    deviation);
        }
    }
}
