package io.github.coda4j.bench.serve;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** A network whose passes are counted, and which can be held before the next one. */
final class CountedDenoiser implements Denoiser {
    private final Denoiser network;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong sequences = new AtomicLong();
    private final Semaphore gate = new Semaphore(1);

    CountedDenoiser(Denoiser network) {
        this.network = network;
    }

    /** Passes that have begun, also one that is held. */
    long begun() {
        return begun.get();
    }

    /** Sequences in all passes. */
    long sequences() {
        return sequences.get();
    }

    /** Waits for the pass that runs; the next one waits for {@link #release}. */
    void hold() {
        gate.acquireUninterruptibly();
    }

    void release() {
        gate.release();
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        begun.incrementAndGet();
        sequences.addAndGet(plans.size());
        gate.acquireUninterruptibly();
        try {
            return network.forward(plans);
        } finally {
            gate.release();
        }
    }

    @Override
    public int maskId() {
        return network.maskId();
    }

    @Override
    public Alignment alignment() {
        return network.alignment();
    }

    @Override
    public Optional<BlockCausal> blocks() {
        return network.blocks();
    }

    @Override
    public int vocabSize() {
        return network.vocabSize();
    }

    @Override
    public int maxPositions() {
        return network.maxPositions();
    }

    @Override
    public KvCache newCache(int length) {
        return network.newCache(length);
    }

    @Override
    public KvCache moved(KvCache cache, int[] from) {
        return network.moved(cache, from);
    }

    @Override
    public void close() {
        network.close();
    }
}
