package io.github.coda4j.train.memory;

import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.train.memory.MemoryPlan.Part;
import io.github.coda4j.train.memory.MemoryPlan.Phase;
import java.util.List;
import java.util.Locale;

/** The fast engine's training on this machine's processors: what {@code VmHWM} shows of the process. */
public final class CpuMemory {
    /**
     * A process that trains, without what the others count: the JVM with its heap, libtorch, oneDNN's scratch, rows
     * that are read ahead. Measured, see docs/training.md.
     */
    public static final long PROCESS = 720_000_000;

    private CpuMemory() {}

    /** The memory of a rank. */
    public static MemoryPlan plan(PlannedRun run) {
        return plan(run, PROCESS);
    }

    /** @param process bytes that are resident before the model is loaded */
    public static MemoryPlan plan(PlannedRun run, long process) {
        long parameters = run.parameterBytes();
        Part pass = new Part(
                "fused pass",
                FusedTrainingPass.plannedBytes(
                        run.config(),
                        run.products(),
                        run.pass().threads(),
                        run.pass().recompute(),
                        run.rows(),
                        run.length()),
                String.format(
                        Locale.ROOT,
                        "%s x %d tokens, %d threads, recompute %s",
                        run.pass().precision(),
                        run.tokens(),
                        run.pass().threads(),
                        run.pass().recompute() ? "on" : "off"));
        return new MemoryPlan(
                List.of(
                        new Part("process", process, "JVM, libtorch, rows read ahead"),
                        new Part("parameters", parameters, "4 bytes each"),
                        new Part("gradients", parameters, "4 bytes each"),
                        new Part("optimizer", run.shardedStateBytes(), "its largest share over " + run.devices())),
                List.of(new Phase("forward and backward", List.of(pass))));
    }
}
