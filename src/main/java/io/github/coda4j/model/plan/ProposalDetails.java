package io.github.coda4j.model.plan;

import java.util.Arrays;

/**
 * The answer to a {@link DetailRequest}: for N positions, in their order, K candidates each. Logarithms are natural.
 *
 * @param request what was asked
 * @param candidates [N * K] token ids, the best of a position first, of equals the lower id; {@link Sampling#NO_TOKEN}
 *     where fewer than K tokens may be proposed
 * @param logProbabilities [N * K] of the candidates; negative infinity where there is none
 * @param proposed [N] log-probability of the proposed token
 * @param canvasToken [N] probability of the token that the plan runs at the position, 0 for one that may not be
 *     proposed; empty unless asked for
 * @param asked [N] log-probabilities of the tokens that were asked for at the position, in their order; negative
 *     infinity for one that may not be proposed
 */
public record ProposalDetails(
        DetailRequest request,
        int[] candidates,
        float[] logProbabilities,
        float[] proposed,
        float[] canvasToken,
        float[][] asked) {
    /** Details to be filled in for that many positions. */
    static ProposalDetails empty(DetailRequest request, int[] positions) {
        int all = Math.multiplyExact(positions.length, request.candidates());
        int[] candidates = new int[all];
        float[] logProbabilities = new float[all];
        Arrays.fill(candidates, Sampling.NO_TOKEN);
        Arrays.fill(logProbabilities, Float.NEGATIVE_INFINITY);
        return new ProposalDetails(
                request,
                candidates,
                logProbabilities,
                new float[positions.length],
                new float[request.canvasToken() ? positions.length : 0],
                Arrays.stream(positions)
                        .mapToObj(position -> new float[request.tokens(position).length])
                        .toArray(float[][]::new));
    }
}
