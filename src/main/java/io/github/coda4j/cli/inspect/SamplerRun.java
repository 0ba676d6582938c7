package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CertaintyDensity;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Draws;
import io.github.coda4j.decode.commit.Prophet;
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
            default -> {}
        }
        return new BlockContext(
                new Block(0, end), true, 1, 0, numMasked, 0, length, position -> !known.get(position), Draws.seeded(0));
    }

    private void forward(int step, JsonNode forward) {
        int[] positions = of.wholes(forward, "positions");
        List<Candidate> candidates = candidates(forward, positions);
        say(step, candidates);
        int[] chosen = Arrays.stream(selector.chosen(step(step, forward), candidates))
                .map(i -> positions[i])
                .sorted()
                .toArray();
        result("chosen", chosen);
        Arrays.stream(chosen).forEach(known::set);
    }

    /** Prophet's cases say which forward of the block it is. */
    private int step(int step, JsonNode forward) {
        return forward.has("forward") ? (int) of.number(forward, "forward") - 1 : step;
    }

    private void say(int step, List<Candidate> candidates) {
        switch (policy) {
            case CertaintyDensity density -> {
                var prior = density.prior(block);
                result(
                        "weights",
                        candidates.stream()
                                .mapToDouble(candidate -> prior.weight(candidate.position()))
                                .toArray());
            }
            case Prophet prophet ->
                result("fill", prophet.fills(step(step, of.forwards().get(step)) + 1, block.numMasked(), candidates));
            default -> {}
        }
    }

    private List<Candidate> candidates(JsonNode forward, int[] positions) {
        double[] p = column(forward, "p", positions.length);
        double[] m = column(forward, "m", positions.length);
        double[] h = column(forward, "H", positions.length);
        double[] tokens = column(forward, "tokens", positions.length);
        return IntStream.range(0, positions.length)
                .mapToObj(i -> Candidate.of(positions[i], (int) tokens[i], (float) p[i], (float) m[i], (float) -h[i]))
                .toList();
    }

    /** Zeros where the rule does not read it. */
    private double[] column(JsonNode forward, String name, int length) {
        return rule.columns().contains(name) ? of.column(forward, name) : new double[length];
    }

    private void result(String name, Object value) {
        results.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
}
