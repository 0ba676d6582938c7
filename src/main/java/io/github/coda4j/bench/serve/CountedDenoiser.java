package io.github.coda4j.bench.serve;

import io.github.coda4j.model.plan.DelegatingDenoiser;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** A network whose passes are counted, and which can be held before the next one. */
final class CountedDenoiser extends DelegatingDenoiser {
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong sequences = new AtomicLong();
    private final Semaphore gate = new Semaphore(1);

    CountedDenoiser(Denoiser network) {
        super(network);
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
            return super.forward(plans);
        } finally {
            gate.release();
        }
    }
}
