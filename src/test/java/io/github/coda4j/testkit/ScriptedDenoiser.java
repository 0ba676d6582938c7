package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Answers from a script in place of a network, and checks that the plans it is given are possible: caches are filled
 * before they are reused and closed only once. Confidence c is answered as probability and margin c and negative
 * entropy c - 1.
 */
public final class ScriptedDenoiser implements Denoiser {
    /** What is proposed for a position at the forward with the given index. */
    @FunctionalInterface
    public interface Script {
        Answer answer(int forward, int position);
    }

    public record Answer(int token, double confidence) {}

    private static final class Cache implements KvCache {
        private final int length;
        private boolean filled;
        private boolean closed;

        Cache(int length) {
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public long bytes() {
            return length();
        }

        @Override
        public float[] deepestValues(int start, int end) {
            return new float[end - start];
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final int vocabSize;
    private final int maskId;
    private final Alignment alignment;
    private final Script script;
    private final List<ForwardPlan> plans = new ArrayList<>();
    private final List<Cache> caches = new ArrayList<>();
    private Consumer<ForwardPlan> beforeForward = plan -> {};

    /** A denoiser with a shifted alignment, as CoDA has. */
    public ScriptedDenoiser(int vocabSize, int maskId, Script script) {
        this(vocabSize, maskId, Alignment.SHIFTED, script);
    }

    public ScriptedDenoiser(int vocabSize, int maskId, Alignment alignment, Script script) {
        this.vocabSize = vocabSize;
        this.maskId = maskId;
        this.alignment = alignment;
        this.script = script;
    }

    /** Called with each plan before it is answered. */
    public void beforeForward(Consumer<ForwardPlan> hook) {
        beforeForward = hook;
    }

    /** Every plan it was given, in order. */
    public List<ForwardPlan> plans() {
        return List.copyOf(plans);
    }

    /** Caches made and not closed. */
    public long openCaches() {
        return caches.stream().filter(c -> !c.closed).count();
    }

    @Override
    public int maskId() {
        return maskId;
    }

    @Override
    public Alignment alignment() {
        return alignment;
    }

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    @Override
    public int maxPositions() {
        return 4096;
    }

    @Override
    public KvCache newCache(int length) {
        Cache cache = new Cache(length);
        caches.add(cache);
        return cache;
    }

    @Override
    public KvCache moved(KvCache cache, int[] from) {
        assertThat(((Cache) cache).filled).isTrue();
        Cache moved = (Cache) newCache(from.length);
        moved.filled = true;
        return moved;
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> batch) {
        return batch.stream().map(this::answer).toList();
    }

    private Proposals answer(ForwardPlan plan) {
        beforeForward.accept(plan);
        switch (plan.cache()) {
            case CacheAccess.None() -> assertThat(plan.start()).isZero();
            case CacheAccess.Fill(Cache cache) -> {
                assertThat(cache.closed).isFalse();
                assertThat(plan.ids()).hasSize(cache.length);
                cache.filled = true;
            }
            case CacheAccess.Reuse(Cache cache) -> {
                assertThat(cache.closed).isFalse();
                assertThat(cache.filled).isTrue();
                assertThat(plan.end()).isLessThanOrEqualTo(cache.length);
            }
            default -> throw new AssertionError("a cache of another denoiser: " + plan.cache());
        }
        Proposals proposals = Proposals.of(plan);
        for (int i = 0; i < proposals.size(); i++) {
            Answer answer = script.answer(plans.size(), plan.positions()[i]);
            proposals.tokens()[i] = answer.token();
            proposals.probability()[i] = (float) answer.confidence();
            proposals.margin()[i] = (float) answer.confidence();
            proposals.negativeEntropy()[i] = (float) answer.confidence() - 1;
            int index = i;
            proposals.details().ifPresent(details -> answer(plan, details, index, answer));
        }
        plans.add(plan);
        return proposals;
    }

    /** A token on the canvas is half as probable as what is proposed for it. */
    private void answer(ForwardPlan plan, ProposalDetails details, int index, Answer answer) {
        int first = index * details.request().candidates();
        float proposed = (float) Math.log(answer.confidence());
        float other = (float) Math.log((1 - answer.confidence()) / (vocabSize - 1));
        details.proposed()[index] = proposed;
        if (details.request().candidates() > 0) {
            details.candidates()[first] = answer.token();
            details.logProbabilities()[first] = proposed;
        }
        if (details.request().canvasToken()) {
            details.canvasToken()[index] = (float) answer.confidence() / 2;
        }
        int[] asked = details.request().tokens(plan.positions()[index]);
        for (int i = 0; i < asked.length; i++) {
            details.asked()[index][i] = asked[i] == answer.token() ? proposed : other;
        }
    }

    @Override
    public void close() {}
}
