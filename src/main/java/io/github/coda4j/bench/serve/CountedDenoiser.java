package io.github.coda4j.bench.serve;

import io.github.coda4j.model.Arithmetic;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.plan.DelegatingDenoiser;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;

/** A network whose passes are counted, and which can be held before the next one. */
final class CountedDenoiser extends DelegatingDenoiser {
    private final ModelConfig config;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong sequences = new AtomicLong();
    private final DoubleAdder operations = new DoubleAdder();
    private final Semaphore gate = new Semaphore(1);

    CountedDenoiser(Denoiser network, ModelConfig config) {
        super(network);
        this.config = config;
    }

    /** Passes that have begun, also one that is held. */
    long begun() {
        return begun.get();
    }

    /** Sequences in all passes. */
    long sequences() {
        return sequences.get();
    }

    /** Multiplications and additions that all passes need, see {@link Arithmetic#operations}. */
    double operations() {
        return operations.sum();
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
        plans.forEach(plan -> operations.add(Arithmetic.operations(config, plan)));
        gate.acquireUninterruptibly();
        try {
            return super.forward(plans);
        } finally {
            gate.release();
        }
    }
}
