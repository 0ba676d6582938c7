package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An answer gone through without its model, to see which forwards it takes: the session plans them as it always does,
 * and what it is told is made up. How many tokens a forward commits is to be assumed ({@link AssumedCommits}). Values
 * do not drift, so that {@link Refresh.Drift} refreshes nothing.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /**
     * A forward.
     *
     * @param rows that it runs
     * @param all whether these are the whole sequence
     */
    public record Forward(int rows, boolean all) {
        /** What a plan runs. */
        public static Forward of(ForwardPlan plan) {
            return new Forward(plan.ids().length, !(plan.cache() instanceof CacheAccess.Reuse));
        }
    }

    /**
     * The forwards of an answer.
     *
     * @param canvas is filled with something
     * @param like has the vocabulary and the alignment; it runs nothing
     */
    public static List<Forward> of(Canvas canvas, DecodeOptions options, Denoiser like) {
        List<Forward> forwards = new ArrayList<>();
        Denoiser actor = new Actor(like);
        try (DecodeSession session = DecodeSession.open(canvas, options, actor)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                forwards.add(Forward.of(plan));
                session.apply(actor.forward(List.of(plan)).getFirst());
            }
        }
        return forwards;
    }

    /** Answers as a model would that is sure of the same token everywhere, and runs nothing. */
    record Actor(Denoiser like) implements Denoiser {
        /** Keys and values that nobody stored. */
        record Nothing(int length) implements KvCache {
            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public float[] deepestValues(int start, int end) {
                return new float[end - start];
            }

            @Override
            public void close() {}
        }

        @Override
        public int maskId() {
            return like.maskId();
        }

        @Override
        public Alignment alignment() {
            return like.alignment();
        }

        @Override
        public int vocabSize() {
            return like.vocabSize();
        }

        @Override
        public int maxPositions() {
            return like.maxPositions();
        }

        @Override
        public KvCache newCache(int length) {
            return new Nothing(length);
        }

        @Override
        public KvCache moved(KvCache cache, int[] from) {
            return new Nothing(from.length);
        }

        @Override
        public List<Proposals> forward(List<ForwardPlan> plans) {
            return plans.stream().map(this::answer).toList();
        }

        private Proposals answer(ForwardPlan plan) {
            Proposals proposals = Proposals.of(plan);
            Arrays.fill(proposals.tokens(), maskId() == 0 ? 1 : 0);
            Arrays.fill(proposals.probability(), 1);
            return proposals;
        }

        @Override
        public void close() {}
    }
}
