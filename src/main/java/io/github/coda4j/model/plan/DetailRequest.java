package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a plan wants to know about its positions beside the proposals.
 *
 * @param candidates how many of the best tokens, each with its log-probability, in [0, {@link #MOST_CANDIDATES}]
 * @param canvasToken whether the probability of the token that the plan runs at each position is wanted, which its
 *     position may hold already
 * @param of the distribution that all of these are taken from
 * @param tokens ids whose log-probabilities are wanted too, by position; positions that are missing have none
 */
public record DetailRequest(int candidates, boolean canvasToken, Distribution of, Map<Integer, List<Integer>> tokens) {
    public static final int MOST_CANDIDATES = 1024;

    /** The distributions of a position's token. Neither holds the excluded token or one that a filter leaves out. */
    public enum Distribution {
        /**
         * What the token is drawn from and what {@link Proposals#probability} is of: logits divided by the temperature
         * if it is above 0, what top-p and top-k leave, softmax.
         */
        SAMPLED,
        /**
         * The softmax of all logits divided by the temperature if it is above 0, whatever top-p and top-k leave: what
         * the {@code logprobs} of OpenAI's interface hold.
         */
        SOFTMAX
    }

    public DetailRequest {
        check(
                candidates >= 0 && candidates <= MOST_CANDIDATES,
                "candidates must be in [0, %d], got %d",
                MOST_CANDIDATES,
                candidates);
        Objects.requireNonNull(of, "distribution is null");
        tokens = Map.copyOf(tokens);
        tokens.forEach((position, ids) ->
                ids.forEach(id -> check(id >= 0, "tokens are asked for by id, got %d for position %d", id, position)));
    }

    /** A request that names no tokens. */
    public DetailRequest(int candidates, boolean canvasToken, Distribution of) {
        this(candidates, canvasToken, of, Map.of());
    }

    /** The ids that are asked for at a position. */
    public int[] tokens(int position) {
        return tokens.getOrDefault(position, List.of()).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
