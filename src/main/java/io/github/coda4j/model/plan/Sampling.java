package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

/**
 * How a row of logits becomes a proposal: the excluded token is dropped, logits are divided by the temperature if it is
 * above 0, then top-p, then top-k filter them, then softmax. At temperature 0 the token is the best one (the lowest id
 * of equals), above it is drawn.
 *
 * @param temperature 0 (arg-max) or positive
 * @param topP in (0, 1]; 1 keeps every token. A token stays when the probability of all better ones together is at most
 *     topP
 * @param topK 0 keeps every token; otherwise every token that is at least as good as the k-th best stays
 * @param excludedToken an id that is never proposed and takes no part in the softmax, or {@link #NO_TOKEN}
 */
public record Sampling(double temperature, double topP, int topK, int excludedToken) {
    public static final int NO_TOKEN = -1;
    public static final Sampling GREEDY = new Sampling(0, 1, 0, NO_TOKEN);

    public Sampling {
        check(
                temperature >= 0 && Double.isFinite(temperature),
                "temperature must be 0 or positive, got %s",
                temperature);
        check(topP > 0 && topP <= 1, "top_p must be in (0, 1], got %s", topP);
        check(topK >= 0, "top_k must be 0 (off) or positive, got %d", topK);
        check(excludedToken >= NO_TOKEN, "excluded token must be an id or -1, got %d", excludedToken);
    }

    public Sampling excluding(int token) {
        return new Sampling(temperature, topP, topK, token);
    }
}
