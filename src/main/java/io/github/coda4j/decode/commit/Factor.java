package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * The most probable proposals, as many as are safe together: with probabilities c(1) &gt;= c(2) &gt;= ... the largest n
 * with (n + 1)(1 - c(n)) &lt; factor, at least one (Fast-dLLM, Wu et al. 2025, arXiv 2505.22618).
 *
 * @param factor positive
 */
public record Factor(double factor) implements StepRule {
    static final PolicyParameter FACTOR = new PolicyParameter(
            "factor",
            "F",
            PolicyParameter.Range.positive(),
            1,
            "commit the n best while (n + 1)(1 - the n-th probability) is below this; lower is safer");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "factor",
            "the more tokens at once the surer the least sure of them is",
            List.of(FACTOR),
            values -> new Factor(values.number(FACTOR)));

    public Factor {
        FACTOR.require(factor);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public int[] chosen(List<Candidate> candidates) {
        return Ranking.prefix(Ranking.probabilities(candidates), (n, best) -> (n + 1) * (1 - best[n - 1]) < factor);
    }
}
