package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CertaintyDensity;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Credit;
import io.github.coda4j.decode.commit.Draws;
import io.github.coda4j.decode.commit.Klass;
import io.github.coda4j.decode.commit.P2;
import io.github.coda4j.decode.commit.Prophet;
import io.github.coda4j.decode.commit.Ranking;
import io.github.coda4j.decode.commit.Saber;
import io.github.coda4j.decode.commit.Selector;
import io.github.coda4j.diffusion.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A case run through the policy that decodes: the forwards one after another, and what the selector makes of them. */
final class SamplerRun {
    private final SamplerCase of;
    private final SamplerRule rule;
    private final CommitPolicy policy;
    private final BlockContext block;
    private final Selector selector;
    /** Positions that hold a token. */
    private final BitSet known = new BitSet();
    /** What is said of each forward, by name. */
    private final Map<String, List<Object>> results = new LinkedHashMap<>();

    private SamplerRun(SamplerCase of, SamplerRule rule) {
        this.of = of;
        this.rule = rule;
        this.policy = rule.policy(of);
        this.block = context();
        this.selector = policy.selector(block);
    }

    /** What the case's rule makes of its forwards: a list of each kind of result, an entry for each forward. */
    static Map<String, List<Object>> results(SamplerCase of, SamplerRule rule) {
        SamplerRun run = new SamplerRun(of, rule);
        List<JsonNode> forwards = of.forwards();
        for (int step = 0; step < forwards.size(); step++) {
            run.forward(step, forwards.get(step));
        }
        return run.results;
    }

    private BlockContext context() {
        JsonNode first = of.forwards().getFirst();
        int[] positions = of.wholes(first, "positions");
        of.require(positions.length > 0, "a forward", "positions", "at least one");
        int end = Arrays.stream(positions).max().orElseThrow() + 1;
        int numMasked = positions.length;
        int length = end;
        int steps = 1;
        known.set(0, end);
        Arrays.stream(positions).forEach(known::clear);
        switch (policy) {
            case CertaintyDensity _ -> {
                end = (int) of.parameter("width");
                length = end + 1;
                known.clear();
                Arrays.stream(of.positions("known")).forEach(known::set);
                known.set(end, of.flag("right_known"));
            }
            case Prophet _ -> numMasked = (int) of.parameter("planned");
            case P2 _ -> steps = (int) of.parameter("steps");
            default -> {}
        }
        int canvasLength = length;
        return new BlockContext(
                new Block(0, end),
                true,
                steps,
                0,
                numMasked,
                0,
                () -> canvasLength,
                position -> !known.get(position),
                Draws.seeded(0));
    }

    private void forward(int index, JsonNode forward) {
        // Prophet's cases say which forward of the block it is.
        int step = forward.has("forward") ? (int) of.number(forward, "forward") - 1 : index;
        List<Candidate> told = candidates(step, forward);
        List<Candidate> held = held(forward, told);
        List<Candidate> masked = told.stream()
                .filter(candidate -> !known.get(candidate.position()))
                .toList();
        selector.watched(
                step, held.stream().mapToInt(Candidate::position).sorted().toArray());
        if (!held.isEmpty()) {
            selector.seen(step, held);
        }
        List<Candidate> candidates = selector.weighed(step, masked);
        sayBefore(step, candidates);
        List<Candidate> chosen = Arrays.stream(selector.chosen(step, candidates))
                .sorted()
                .mapToObj(candidates::get)
                .toList();
        result("chosen", positions(chosen));
        chosen.forEach(candidate -> known.set(candidate.position()));
        sayAfter(candidates);
        if (policy.remasks()) {
            int[] revoked =
                    Arrays.stream(selector.revoked(step, chosen)).sorted().toArray();
            Arrays.stream(revoked).forEach(known::clear);
            result("revoked", revoked);
        }
        if (policy instanceof P2) {
            result(
                    "masks_after",
                    Arrays.stream(positions(told))
                            .filter(position -> !known.get(position))
                            .toArray());
        }
    }

    /** What a forward says of positions that hold a token: Saber's cases have columns for them, P2's one for all. */
    private List<Candidate> held(JsonNode forward, List<Candidate> told) {
        if (!(policy instanceof Saber)) {
            return told.stream()
                    .filter(candidate -> known.get(candidate.position()))
                    .toList();
        }
        int[] positions = of.wholes(forward, "committed_positions");
        double[] standing = of.numbers(forward, "committed_p");
        of.require(standing.length == positions.length, "a forward", "committed_p", "as long as committed_positions");
        return IntStream.range(0, positions.length)
                .mapToObj(i -> Candidate.of(positions[i], 0, 0, 0, 0, List.of(), List.of(), standing[i]))
                .toList();
    }

    private void sayBefore(int step, List<Candidate> candidates) {
        switch (policy) {
            case CertaintyDensity density -> {
                var prior = density.prior(block);
                result(
                        "weights",
                        candidates.stream()
                                .mapToDouble(candidate -> prior.weight(candidate.position()))
                                .toArray());
            }
            case Prophet prophet -> result("fill", prophet.fills(step + 1, block.numMasked(), candidates));
            default -> {}
        }
        switch (selector) {
            case Saber.Revising saber -> result("tau", saber.tau());
            case Credit.Credits credits -> {
                result("tokens", candidates.stream().mapToInt(Candidate::token).toArray());
                result("fused", credits.fused());
                result(
                        "credits",
                        candidates.stream()
                                .map(candidate -> credits.of(candidate.position()).entrySet().stream()
                                        .map(credit -> List.of(credit.getKey(), credit.getValue()))
                                        .toList())
                                .toList());
            }
            default -> {}
        }
    }

    private void sayAfter(List<Candidate> candidates) {
        if (selector instanceof Klass.Stability stability) {
            result(
                    "kl",
                    Arrays.stream(positions(candidates))
                            .mapToDouble(stability::change)
                            .toArray());
        }
    }

    private static int[] positions(List<Candidate> candidates) {
        return candidates.stream().mapToInt(Candidate::position).toArray();
    }

    private List<Candidate> candidates(int step, JsonNode forward) {
        int[] positions = of.wholes(forward, "positions");
        if (rule.columns().contains("rows")) {
            return distributed(step, positions, of.rows(forward, "rows"));
        }
        if (rule.columns().contains("logits")) {
            return distributed(
                    step,
                    positions,
                    of.rows(forward, "logits").stream().map(SamplerRun::softmax).toList());
        }
        double[] p = column(forward, "p", positions.length);
        double[] m = column(forward, "m", positions.length);
        double[] h = column(forward, "H", positions.length);
        double[] tokens = column(forward, "tokens", positions.length);
        return IntStream.range(0, positions.length)
                .mapToObj(i -> Candidate.of(positions[i], (int) tokens[i], (float) p[i], (float) m[i], (float) -h[i]))
                .toList();
    }

    /** Candidates of whole distributions over small vocabularies. */
    private List<Candidate> distributed(int step, int[] positions, List<double[]> rows) {
        of.require(rows.size() == positions.length, "a forward", "positions", "as many as rows");
        return IntStream.range(0, positions.length)
                .mapToObj(i -> {
                    double[] row = rows.get(i);
                    List<Candidate.Scored> best = scored(row, Ranking.best(row, policy.numBest()));
                    List<Candidate.Scored> asked = scored(row, selector.asked(step, positions[i]));
                    return Candidate.of(
                            positions[i],
                            best.getFirst().token(),
                            (float) best.getFirst().probability(),
                            0,
                            0,
                            best,
                            asked,
                            0);
                })
                .toList();
    }

    private List<Candidate.Scored> scored(double[] row, int[] tokens) {
        of.require(
                Arrays.stream(tokens).allMatch(token -> token < row.length),
                "a forward",
                "logits",
                "of one vocabulary");
        return Arrays.stream(tokens)
                .mapToObj(token -> new Candidate.Scored(token, row[token]))
                .toList();
    }

    private static double[] softmax(double[] logits) {
        double most = Arrays.stream(logits).max().orElseThrow();
        double[] p = Arrays.stream(logits).map(x -> Math.exp(x - most)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    /** Zeros where the rule does not read it. */
    private double[] column(JsonNode forward, String name, int length) {
        return rule.columns().contains(name) ? of.column(forward, name) : new double[length];
    }

    private void result(String name, Object value) {
        results.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
}
