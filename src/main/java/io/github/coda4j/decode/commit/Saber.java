package io.github.coda4j.decode.commit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Every proposal above the mean probability with which the block's tokens were first committed, at least the two best;
 * while masks are left, an eighth as many of the committed ones as were new become masks again, those whose tokens are
 * least probable now (Saber, ACL 2026, in its form for Dream). Each forward gains at least one token. What the prompt
 * holds stays; other blocks stay too, since caches hold them.
 */
public record Saber() implements CommitPolicy {
    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "saber",
            "at least two tokens a forward, of which those that turn out improbable become masks again",
            List.of(),
            _ -> new Saber());

    private static final int SHARE = 8;

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PLAIN_PROBABILITIES, Need.NO_MASK_PROPOSALS);
    }

    @Override
    public boolean remasks() {
        return true;
    }

    @Override
    public Revising selector(BlockContext block) {
        return new Revising();
    }

    /** The rule at work in a block. */
    public static final class Revising implements Selector {
        /** With what probability each position was first committed, revoked ones too. */
        private final Map<Integer, Double> first = new LinkedHashMap<>();

        private List<Candidate> committed = List.of();
        private int numMasked;

        private Revising() {}

        /** The mean probability of first commits; 1 while there are none. */
        public double tau() {
            return first.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(1);
        }

        @Override
        public int[] watched(int step, int[] all) {
            committed = List.of();
            return all;
        }

        @Override
        public void seen(int step, List<Candidate> watched) {
            committed = watched;
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            numMasked = candidates.size();
            double tau = tau();
            double[] probabilities = Ranking.probabilities(candidates);
            int[] above = IntStream.range(0, probabilities.length)
                    .filter(i -> probabilities[i] > tau)
                    .toArray();
            return above.length < 2 ? Ranking.best(probabilities, 2) : above;
        }

        @Override
        public int[] revoked(int step, List<Candidate> made) {
            made.forEach(candidate -> first.putIfAbsent(candidate.position(), (double) candidate.probability()));
            int most = made.size() - 1;
            if (most < 1 || made.size() == numMasked) {
                return NOTHING;
            }
            List<Standing> all = new ArrayList<>();
            committed.forEach(candidate -> all.add(new Standing(candidate.position(), candidate.standing())));
            made.forEach(candidate -> all.add(new Standing(candidate.position(), candidate.probability())));
            return all.stream()
                    .sorted(Comparator.comparingDouble(Standing::probability).thenComparingInt(Standing::position))
                    .limit(Math.min(Math.ceilDiv(made.size(), SHARE), most))
                    .mapToInt(Standing::position)
                    .toArray();
        }
    }

    /** How probable a committed token is now. */
    private record Standing(int position, double probability) {}
}
