package io.github.coda4j.generate;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How likely the model finds answers when it reads them: every second token of a hole, and of the text right beside it,
 * is masked, then the others. An answer that is too short or too long shows in the tokens beside it.
 */
final class ReadBack {
    /** The forwards that it takes. */
    static final int HALVES = 2;

    /** Tokens beside a hole that are masked too. */
    private static final int BEFORE = 1;

    private static final int AFTER = 2;

    /** How many of a position's best tokens are looked at; one that is not among them counts as the least. */
    private static final int BEST = 64;

    private static final double LEAST = -12;

    private final PromptLayout layout;
    private final Canvas canvas;
    /** By position. */
    private final Map<Integer, Double> logProbabilities = new HashMap<>();

    ReadBack(PromptLayout layout, Canvas canvas) {
        this.layout = layout;
        this.canvas = canvas;
    }

    /**
     * One of the two forwards that it needs, of a canvas that is decoded.
     *
     * @param half 0 or 1: which of the tokens are masked
     * @return empty: there is nothing to read
     */
    Optional<ForwardPlan> plan(int half) {
        TreeSet<Integer> all = new TreeSet<>();
        for (int hole = 0; hole < layout.holes().size(); hole++) {
            positions(hole).forEach(all::add);
        }
        int[] masked = all.stream()
                .mapToInt(position -> position)
                .filter(position -> position % 2 == half)
                .toArray();
        if (masked.length == 0) {
            return Optional.empty();
        }
        int[] ids = canvas.ids();
        for (int position : masked) {
            ids[position] = canvas.maskId();
        }
        Sampling best = Sampling.GREEDY.excluding(canvas.maskId());
        return Optional.of(new ForwardPlan(ids, 0, CacheAccess.NONE, masked, best, 0)
                .withDetails(new DetailRequest(BEST, false, DetailRequest.Distribution.SOFTMAX)));
    }

    /** Both of them, as far as there are. */
    List<ForwardPlan> plans() {
        return IntStream.range(0, HALVES)
                .mapToObj(this::plan)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Takes the answer to one of them. */
    void take(Proposals proposals) {
        ProposalDetails details = proposals.details().orElseThrow();
        for (int i = 0; i < proposals.size(); i++) {
            int position = proposals.positions()[i];
            double found = LEAST;
            for (int k = i * BEST; k < (i + 1) * BEST; k++) {
                if (details.candidates()[k] == canvas.id(position)) {
                    found = Math.max(LEAST, details.logProbabilities()[k]);
                }
            }
            logProbabilities.put(position, Math.min(0, found));
        }
    }

    /**
     * The sum for a hole; 0 where nothing was read.
     *
     * @param end behind what counts of it
     */
    double of(int hole, int end) {
        int behind = layout.holes().get(hole).end();
        return positions(hole)
                .filter(position -> position < end || position >= behind)
                .mapToDouble(position -> logProbabilities.getOrDefault(position, 0.0))
                .sum();
    }

    /** The first position of a sequence is proposed by no row that is trained to, so it is left alone. */
    private IntStream positions(int hole) {
        Block block = layout.holes().get(hole);
        return IntStream.range(Math.max(1, block.start() - BEFORE), Math.min(canvas.length(), block.end() + AFTER))
                .filter(position -> !canvas.isMasked(position));
    }
}
