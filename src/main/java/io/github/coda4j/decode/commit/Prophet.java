package io.github.coda4j.decode.commit;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Set;

/**
 * One proposal a forward, the most probable, until the model is sure of all that is left; then everything at once
 * (Prophet, Li et al. 2025). Sure is a mean distance of the best two logits over the masks, ln p - ln(p - margin), of
 * at least a gap that falls as the block goes on: one forward for each of its masks is what it would take. Where the
 * original looks at an answer region, this looks at all masks of the block.
 *
 * @param early the gap at first, in nats, 0 or positive
 * @param middle the gap from {@code earlyUntil} of the forwards on
 * @param late the gap from {@code middleUntil} of them on
 * @param earlyUntil in [0, 1]
 * @param middleUntil in [0, 1], at least {@code earlyUntil}
 */
public record Prophet(double early, double middle, double late, double earlyUntil, double middleUntil)
        implements CommitPolicy {
    static final PolicyParameter EARLY = gap("early_gap", 7.5, "at first");
    static final PolicyParameter MIDDLE = gap("middle_gap", 5, "from --early-until of the forwards on");
    static final PolicyParameter LATE = gap("late_gap", 2.5, "from --middle-until of the forwards on");
    static final PolicyParameter EARLY_UNTIL = share("early_until", 0.33, "--early-gap");
    static final PolicyParameter MIDDLE_UNTIL = share("middle_until", 0.67, "--middle-gap");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "prophet",
            "one token a forward until the rest of the block is sure, then the rest at once",
            List.of(EARLY, MIDDLE, LATE, EARLY_UNTIL, MIDDLE_UNTIL),
            values -> new Prophet(
                    values.number(EARLY),
                    values.number(MIDDLE),
                    values.number(LATE),
                    values.number(EARLY_UNTIL),
                    values.number(MIDDLE_UNTIL)));

    public Prophet {
        EARLY.require(early);
        MIDDLE.require(middle);
        LATE.require(late);
        EARLY_UNTIL.require(earlyUntil);
        MIDDLE_UNTIL.require(middleUntil);
        check(
                earlyUntil <= middleUntil,
                "middle_until must be at least early_until, %s, got %s",
                earlyUntil,
                middleUntil);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.PLAIN_PROBABILITIES);
    }

    @Override
    public Selector selector(BlockContext block) {
        return (step, candidates) -> Ranking.best(
                Ranking.probabilities(candidates),
                fills(step + 1, block.numMasked(), candidates) ? candidates.size() : 1);
    }

    /**
     * Whether the rest is committed at once.
     *
     * @param forward from 1
     * @param planned forwards of the block at one token each
     */
    public boolean fills(int forward, int planned, List<Candidate> candidates) {
        double progress = forward / (double) planned;
        double gap = progress < earlyUntil ? early : progress < middleUntil ? middle : late;
        return candidates.stream().mapToDouble(Prophet::gap).average().orElse(0) >= gap;
    }

    private static double gap(Candidate candidate) {
        double best = candidate.probability();
        double margin = candidate.margin();
        return margin == 0 ? 0 : Math.log(best) - Math.log(Math.max(0, best - margin));
    }

    private static PolicyParameter gap(String name, double standard, String when) {
        return new PolicyParameter(
                name,
                "X",
                PolicyParameter.Range.zeroOrPositive(),
                standard,
                "mean distance of the best two logits, in nats, at which the rest of the block is filled " + when);
    }

    private static PolicyParameter share(String name, double standard, String gap) {
        return new PolicyParameter(
                name,
                "X",
                PolicyParameter.Range.between(0, 1),
                standard,
                "share of the forwards, one for each mask of the block, up to which " + gap + " counts");
    }
}
