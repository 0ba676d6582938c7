package io.github.coda4j.decode;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What a model proposes, as the candidates among which a policy chooses, and back. */
final class Candidates {
    private Candidates() {}

    /**
     * One for each position that was asked for, in that order.
     *
     * @throws CodaException if the model proposes something that is no number
     */
    static List<Candidate> of(Proposals proposals) {
        checkNumbers(proposals);
        return IntStream.range(0, proposals.size())
                .mapToObj(i -> proposals
                        .details()
                        .map(details -> of(proposals, details, i))
                        .orElse(Candidate.of(
                                proposals.positions()[i],
                                proposals.tokens()[i],
                                proposals.probability()[i],
                                proposals.margin()[i],
                                proposals.negativeEntropy()[i])))
                .toList();
    }

    private static Candidate of(Proposals proposals, ProposalDetails details, int index) {
        int position = proposals.positions()[index];
        int first = index * details.request().candidates();
        List<Candidate.Scored> best = IntStream.range(
                        first, first + details.request().candidates())
                .filter(i -> details.candidates()[i] != Sampling.NO_TOKEN)
                .mapToObj(i -> scored(details.candidates()[i], details.logProbabilities()[i]))
                .toList();
        int[] asked = details.request().tokens(position);
        return Candidate.of(
                position,
                proposals.tokens()[index],
                proposals.probability()[index],
                proposals.margin()[index],
                proposals.negativeEntropy()[index],
                best,
                IntStream.range(0, asked.length)
                        .mapToObj(i -> scored(asked[i], details.asked()[index][i]))
                        .toList(),
                details.request().canvasToken() ? details.canvasToken()[index] : 0);
    }

    private static Candidate.Scored scored(int token, float logProbability) {
        return new Candidate.Scored(token, Math.exp(logProbability));
    }

    /** What the candidates propose, without details. */
    static Proposals proposals(List<Candidate> candidates) {
        Proposals proposals =
                new Proposals(candidates.stream().mapToInt(Candidate::position).toArray());
        for (int i = 0; i < proposals.size(); i++) {
            Candidate candidate = candidates.get(i);
            proposals.set(
                    i, candidate.token(), candidate.probability(), candidate.margin(), candidate.negativeEntropy());
        }
        return proposals;
    }

    /** The candidate's token put onto its position, with what the options ask of it. */
    static Commit commit(int step, Candidate candidate, Proposals proposals, DecodeOptions options) {
        return new Commit(
                step,
                candidate.position(),
                candidate.token(),
                options.commit().confidence(candidate),
                candidate.probability(),
                logprobs(proposals, candidate, options.logprobs()));
    }

    /**
     * The log-probability of a candidate's token, which may be one that the policy asked for, and those of the best.
     *
     * @param proposals with details, if any are wanted
     * @param most how many of the best tokens; empty for nothing
     */
    private static Optional<TokenLogprobs> logprobs(Proposals proposals, Candidate candidate, OptionalInt most) {
        if (most.isEmpty()) {
            return Optional.empty();
        }
        ProposalDetails details = proposals.details().orElseThrow();
        int index = Arrays.binarySearch(proposals.positions(), candidate.position());
        float own = details.proposed()[index];
        int[] asked = details.request().tokens(candidate.position());
        for (int i = 0; i < asked.length; i++) {
            if (asked[i] == candidate.token() && candidate.token() != proposals.tokens()[index]) {
                own = details.asked()[index][i];
            }
        }
        return Optional.of(TokenLogprobs.of(details, index, own, most.getAsInt()));
    }

    private static void checkNumbers(Proposals proposals) {
        for (int i = 0; i < proposals.size(); i++) {
            if (!Float.isFinite(proposals.probability()[i])
                    || !Float.isFinite(proposals.negativeEntropy()[i])) {
                throw CodaException.of(
                        "the model's output for position %d is not a number: its weights hold NaN or overflow "
                                + "in this dtype",
                        proposals.positions()[i]);
            }
        }
    }
}
