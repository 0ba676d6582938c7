package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Timesteps;
import io.github.coda4j.model.plan.Proposals;
import java.util.Arrays;
import java.util.stream.IntStream;

/** One selector for each way in which a commit policy walks through a block. */
final class Selectors {
    private Selectors() {}

    /**
     * The selector of one block.
     *
     * @param steps the block's share of the steps
     * @param firstStep number of the block's first step in the session: names its draws
     * @param numMasked masks in the block
     */
    static Selector of(
            DecodeOptions options, Block block, int steps, int firstStep, int numMasked, int maskId, Draws draws) {
        Selector selector = switch (options.commit()) {
            case CommitPolicy.Origin() -> new AtRandom(Timesteps.linear(steps, options.eps()), firstStep, draws);
            case CommitPolicy.MaskGitPlus(double algTemp) -> new Scheduled(options, steps, algTemp, firstStep, draws);
            case CommitPolicy.TopKMargin(double algTemp) -> new Scheduled(options, steps, algTemp, firstStep, draws);
            case CommitPolicy.Entropy(double algTemp) -> new Scheduled(options, steps, algTemp, firstStep, draws);
            case CommitPolicy.ConfidenceThreshold(double threshold) ->
                options.blockLength().isPresent()
                        ? new Threshold(threshold, maskId)
                        : new SharedThreshold(threshold, steps, numMasked);
        };
        return options.blockStart() == BlockStart.COMMIT
                ? new CommitFirst(selector, block.start(), selector instanceof Threshold ? Integer.MAX_VALUE : steps)
                : selector;
    }

    private static double[] confidences(CommitPolicy policy, Proposals proposals) {
        return IntStream.range(0, proposals.size())
                .mapToDouble(i -> policy.confidence(proposals, i))
                .toArray();
    }

    private static double[] probabilities(Proposals proposals) {
        return IntStream.range(0, proposals.size())
                .mapToDouble(i -> proposals.probability()[i])
                .toArray();
    }

    /** Origin: the positions are drawn before the forward, so only they are asked for. */
    private record AtRandom(Timesteps timesteps, int firstStep, Draws draws) implements Selector {
        @Override
        public boolean finished(int step, int numMasked) {
            return step >= timesteps.steps();
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            double probability = timesteps.revealProbability(step);
            return Arrays.stream(masked)
                    .filter(position -> draws.reveal(firstStep + step, position) < probability)
                    .toArray();
        }

        @Override
        public int[] chosen(int step, Proposals proposals) {
            return IntStream.range(0, proposals.size()).toArray();
        }
    }

    /** The best ones by confidence, as many as the schedule says. */
    private record Scheduled(CommitPolicy policy, Timesteps timesteps, double algTemp, int firstStep, Draws draws)
            implements Selector {
        Scheduled(DecodeOptions options, int steps, double algTemp, int firstStep, Draws draws) {
            this(options.commit(), Timesteps.linear(steps, options.eps()), algTemp, firstStep, draws);
        }

        @Override
        public boolean finished(int step, int numMasked) {
            return step >= timesteps.steps();
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            return timesteps.numToReveal(step, masked.length) > 0 ? masked : NOTHING;
        }

        @Override
        public int[] chosen(int step, Proposals proposals) {
            double[] scores = confidences(policy, proposals);
            if (algTemp > 0) {
                double[] uniforms = Arrays.stream(proposals.positions())
                        .mapToDouble(position -> draws.rank(firstStep + step, position))
                        .toArray();
                scores = Ranking.perturbed(scores, algTemp, uniforms);
            }
            return Ranking.best(scores, timesteps.numToReveal(step, proposals.size()));
        }
    }

    /**
     * All proposals at or above the threshold and the best one, until the block is full. Bounded: each forward commits
     * a token or is the last one, because the same canvas would be answered the same way for ever (only possible when
     * masks may be proposed).
     */
    private static final class Threshold implements Selector {
        private final double threshold;
        private final int maskId;
        private boolean stuck;

        Threshold(double threshold, int maskId) {
            this.threshold = threshold;
            this.maskId = maskId;
        }

        @Override
        public boolean finished(int step, int numMasked) {
            return numMasked == 0 || stuck;
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            return masked;
        }

        @Override
        public int[] chosen(int step, Proposals proposals) {
            int[] chosen = aboveThreshold(proposals, proposals.size(), threshold);
            stuck = Arrays.stream(chosen).allMatch(i -> proposals.tokens()[i] == maskId);
            return chosen;
        }
    }

    /** The threshold without blocks: each step looks at its share of the masks and at what earlier steps left over. */
    private static final class SharedThreshold implements Selector {
        private final double threshold;
        private final int plannedSteps;
        private final int numMasked;
        private int leftOver;

        SharedThreshold(double threshold, int steps, int numMasked) {
            this.threshold = threshold;
            this.plannedSteps = steps;
            this.numMasked = numMasked;
        }

        @Override
        public boolean finished(int step, int stillMasked) {
            return step >= plannedSteps && (leftOver == 0 || stillMasked == 0);
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            return candidates(step) > 0 ? masked : NOTHING;
        }

        @Override
        public int[] chosen(int step, Proposals proposals) {
            int candidates = Math.min(candidates(step), proposals.size());
            int[] chosen = aboveThreshold(proposals, candidates, threshold);
            leftOver = candidates - chosen.length;
            return chosen;
        }

        private int candidates(int step) {
            return leftOver + (step < plannedSteps ? share(step + 1) - share(step) : 0);
        }

        private int share(int step) {
            return (int) ((long) numMasked * step / plannedSteps);
        }
    }

    private static int[] aboveThreshold(Proposals proposals, int candidates, double threshold) {
        int[] best = Ranking.best(probabilities(proposals), candidates);
        int count = 1;
        while (count < candidates && proposals.probability()[best[count]] >= (float) threshold) {
            count++;
        }
        return Arrays.copyOf(best, Math.min(count, candidates));
    }

    /**
     * {@link BlockStart#COMMIT}: the block's first forward commits its first token and counts as step 0; no forward is
     * left out; one more forward without an effect is run when masks are left after the last step.
     */
    private record CommitFirst(Selector next, int firstPosition, int steps) implements Selector {
        @Override
        public boolean finished(int step, int numMasked) {
            return step > 0 && (numMasked == 0 || step > steps || (step < steps && next.finished(step, numMasked)));
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            return step == 0 ? new int[] {firstPosition} : masked;
        }

        @Override
        public int[] chosen(int step, Proposals proposals) {
            if (step == 0) {
                return new int[] {0};
            }
            return step < steps ? next.chosen(step, proposals) : NOTHING;
        }
    }
}
