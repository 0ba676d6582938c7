package io.github.coda4j.model;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.kernel.LogitsRow;
import io.github.coda4j.kernel.RowDetails;
import io.github.coda4j.kernel.RowProposal;
import io.github.coda4j.kernel.RowRule;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.DetailRequest.Distribution;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.model.plan.TokenFilter;
import java.lang.foreign.MemorySegment;

/**
 * From rows of logits to proposals, for every transformer. Stateless; rows of one plan may be given by many threads.
 */
final class Proposer {
    private Proposer() {}

    /** For each wanted position of the plan, the index of its row among the rows that the plan runs. */
    static int[] rows(ForwardPlan plan, Alignment alignment) {
        int[] rows = new int[plan.positions().length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = alignment.row(plan.positions()[i], plan.start()) - plan.start();
        }
        return rows;
    }

    /**
     * Fills in one proposal.
     *
     * @param index of the position among those that the plan wants
     * @param logits F32, from byte {@code offset} on the position's row [V]; used as scratch
     */
    static void propose(ForwardPlan plan, int index, MemorySegment logits, long offset, int vocabSize, Proposals out) {
        RowRule rule = rule(plan.sampling(), plan.filter(index));
        double uniform = CounterRandom.uniform(plan.drawKey(), plan.positions()[index]);
        RowProposal row = out.details().isPresent()
                ? propose(
                        plan,
                        index,
                        logits,
                        offset,
                        vocabSize,
                        rule,
                        uniform,
                        out.details().get())
                : LogitsRow.reduce(logits, offset, vocabSize, rule, uniform);
        out.set(index, row.token(), row.probability(), row.margin(), row.negativeEntropy());
    }

    private static RowRule rule(Sampling sampling, TokenFilter filter) {
        RowRule rule = new RowRule(sampling.temperature(), sampling.topP(), sampling.topK(), sampling.excludedToken());
        return switch (filter) {
            case TokenFilter.None() -> rule;
            case TokenFilter.AllBut(int[] ids) -> rule.without(ids);
            case TokenFilter.Only(long[] bits) -> rule.only(bits);
        };
    }

    private static RowProposal propose(
            ForwardPlan plan,
            int index,
            MemorySegment logits,
            long offset,
            int vocabSize,
            RowRule rule,
            double uniform,
            ProposalDetails out) {
        DetailRequest request = out.request();
        int canvasToken =
                request.canvasToken() ? plan.ids()[plan.positions()[index] - plan.start()] : RowDetails.NO_TOKEN;
        RowDetails details = new RowDetails(
                request.candidates(),
                canvasToken,
                request.tokens(plan.positions()[index]),
                request.of() == Distribution.SOFTMAX);
        RowProposal proposal = LogitsRow.reduce(logits, offset, vocabSize, rule, uniform, details);
        int first = index * request.candidates();
        System.arraycopy(details.ids(), 0, out.candidates(), first, request.candidates());
        System.arraycopy(details.logProbabilities(), 0, out.logProbabilities(), first, request.candidates());
        out.proposed()[index] = details.proposed();
        out.asked()[index] = details.asked();
        if (request.canvasToken()) {
            out.canvasToken()[index] = (float) Math.exp(details.other());
        }
        return proposal;
    }
}
