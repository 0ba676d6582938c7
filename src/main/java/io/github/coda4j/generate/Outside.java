package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import java.util.Arrays;

/**
 * The text around holes, run once: its keys and values serve sequences in which the holes have other lengths, where
 * only the holes and what stands right beside them are run again. The text saw the holes at their first lengths, so
 * this is an approximation; it tells lengths apart, and answers are decoded without it.
 */
final class Outside implements AutoCloseable {
    /** Tokens beside a hole that are run with it: they say most about its length. */
    private static final int BEFORE = 2;

    private static final int AFTER = 4;

    private final PromptLayout layout;
    private final Denoiser denoiser;
    private final KvCache cache;
    private final Closing closing = new Closing();

    private Outside(PromptLayout layout, Denoiser denoiser) {
        this.layout = layout;
        this.denoiser = denoiser;
        this.cache = denoiser.newCache(layout.ids().length);
    }

    /** That of a sequence, which has to be run with {@link #fill} before anything else. */
    static Outside open(PromptLayout layout, Denoiser denoiser) {
        return new Outside(layout, denoiser);
    }

    /** Runs the sequence and stores it. */
    ForwardPlan fill(int[] positions) {
        Sampling best = Sampling.GREEDY.excluding(denoiser.maskId());
        return new ForwardPlan(layout.ids(), 0, new CacheAccess.Fill(cache), positions, best, 0);
    }

    /** What is stored, for the same text with holes of other lengths; the caller's to close. */
    KvCache around(PromptLayout other) {
        int[] from = new int[other.ids().length];
        int known = 0;
        int position = 0;
        for (int hole = 0; hole < layout.holes().size(); hole++) {
            Block was = layout.holes().get(hole);
            Block is = other.holes().get(hole);
            while (position < is.start()) {
                from[position++] = known++;
            }
            // Masks that are not run again look like each other.
            while (position < is.end()) {
                from[position] = Math.min(was.start() + position - is.start(), was.end() - 1);
                position++;
            }
            known = was.end();
        }
        while (position < from.length) {
            from[position++] = known++;
        }
        assert known == layout.ids().length : known + " of " + layout.ids().length + ": " + Arrays.toString(from);
        return denoiser.moved(cache, from);
    }

    /** What is run for one hole of such a sequence. */
    static Block rows(PromptLayout of, int hole) {
        return beside(of.holes().get(hole), of.holes().get(hole), of);
    }

    /** What is run for all of its holes. */
    static Block rows(PromptLayout of) {
        return beside(of.holes().getFirst(), of.holes().getLast(), of);
    }

    private static Block beside(Block first, Block last, PromptLayout of) {
        return new Block(Math.max(0, first.start() - BEFORE), Math.min(of.ids().length, last.end() + AFTER));
    }

    /** Whether running these alone spares much. */
    static boolean pays(Block rows, PromptLayout of) {
        return 2 * rows.length() <= of.ids().length;
    }

    @Override
    public void close() {
        closing.once(cache::close);
    }
}
