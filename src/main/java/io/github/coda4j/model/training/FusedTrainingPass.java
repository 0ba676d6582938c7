package io.github.coda4j.model.training;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Sums;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.Rotary;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Forward and backward written by hand for the CPU: products in libtorch, everything between them in fused kernels,
 * over memory that is allocated once and whose size is known beforehand. Gradients equal those of
 * {@link PlainTrainingPass}, with recompute and without to the bit.
 */
public final class FusedTrainingPass implements TrainingPass {
    // M packed tokens, D hidden, V vocabulary

    private final ModelConfig config;
    private final ParameterStore parameters;
    private final NumberKind kind;
    private final boolean recompute;
    private final WorkerTeam team;
    private final FusedWorker[] workers;
    private final Rotary rotary;
    private final Closing closing = new Closing();
    private Optional<FusedMemory> allocated = Optional.empty();

    /**
     * A pass over the given parameters, which it does not own and which must be on the CPU.
     *
     * @param dtype of the products: F32 or BF16; parameters, norms, softmax, residual stream, loss and gradients are
     *     F32
     * @param threads workers
     * @param recompute whether the backward pass computes each layer's inner values again and keeps only its input
     */
    public FusedTrainingPass(
            ModelConfig config, ParameterStore parameters, DType dtype, int threads, boolean recompute) {
        check(
                parameters.values().device().equals(Device.CPU),
                "the fused training pass runs on the CPU, the parameters are on %s",
                parameters.values().device());
        this.config = config;
        this.parameters = parameters;
        this.kind = kind(dtype);
        this.recompute = recompute;
        this.team = new WorkerTeam(threads);
        this.workers = new FusedWorker[threads];
        Arrays.setAll(workers, i -> new FusedWorker(i, config, kind));
        this.rotary = new Rotary(config);
    }

    /**
     * Bytes of memory that a pass allocates beside the parameters and their gradients, once it has seen its largest
     * batch.
     *
     * @param rows of the batch
     * @param length positions per row
     */
    public static long plannedBytes(
            ModelConfig config, DType dtype, int threads, boolean recompute, int rows, int length) {
        int span = Math.multiplyExact(length, config.kind().trainedCopies());
        FusedMemory.Limits limits = new FusedMemory.Limits(Math.multiplyExact(rows, span), span);
        return FusedMemory.bytes(config, kind(dtype), limits, threads, recompute);
    }

    private static NumberKind kind(DType dtype) {
        check(dtype == DType.F32 || dtype == DType.BF16, "training computes in F32 or BF16, not in %s", dtype);
        return dtype == DType.F32 ? NumberKind.F32 : NumberKind.BF16;
    }

    /** What libtorch calls a kind. */
    static DType dtype(NumberKind kind) {
        return kind == NumberKind.F32 ? DType.F32 : DType.BF16;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public ParameterStore parameters() {
        return parameters;
    }

    /** The parts of a pass over one batch. */
    private record Step(FusedBatch batch, FusedMemory memory, FusedLayer layer, FusedOutput output) {}

    private Step prepare(MaskedBatch masked) {
        closing.checkOpen("the training pass");
        Libtorch.setBlasThreads(1);
        FusedBatch batch = FusedBatch.of(masked, config);
        FusedMemory memory = memory(batch);
        rotary.ensure(batch.length());
        FusedWeights weights = new FusedWeights(config, parameters, kind, team, memory);
        FusedGradients gradients = new FusedGradients(parameters, kind, memory, workers.length);
        return new Step(
                batch,
                memory,
                new FusedLayer(config, kind, team, batch, memory, weights, gradients, rotary),
                new FusedOutput(config, kind, team, batch, memory, weights, gradients, parameters));
    }

    private FusedMemory memory(FusedBatch batch) {
        if (allocated.isEmpty() || !allocated.get().limits().cover(batch.count(), batch.span())) {
            FusedMemory.Limits had = allocated.map(FusedMemory::limits).orElse(new FusedMemory.Limits(0, 0));
            allocated.ifPresent(FusedMemory::close);
            allocated = Optional.empty();
            FusedMemory.Limits limits =
                    new FusedMemory.Limits(Math.max(had.tokens(), batch.count()), Math.max(had.length(), batch.span()));
            allocated = Optional.of(FusedMemory.allocate(config, kind, limits, workers.length, recompute));
        }
        return allocated.get();
    }

    @Override
    public synchronized LossSums accumulate(MaskedBatch masked, double scale, GradientListener listener) {
        Step step = prepare(masked);
        forward(step);
        LossSums sums = step.output().backward(workers, scale); // last residual [M, D] to residualGradient [M, D]
        if (parameters.ownHead()) {
            listener.ready(parameters.slice(Parameters.HEAD));
        }
        listener.ready(parameters.slice(Parameters.FINAL_NORM));
        for (int i = config.layers() - 1; i >= 0; i--) {
            if (recompute) {
                step.layer().forward(i, workers, false);
            }
            step.layer().backward(i, workers); // residualGradient [M, D] after the layer to before it
            String prefix = Parameters.layer(i, "");
            parameters.slices().stream()
                    .filter(slice -> slice.name().startsWith(prefix))
                    .forEach(listener::ready);
        }
        embedBackward(step); // residualGradient [M, D] to rows of the table's gradient [V, D]
        listener.ready(parameters.slice(Parameters.EMBEDDING));
        return sums;
    }

    @Override
    public synchronized LossSums evaluate(MaskedBatch masked) {
        Step step = prepare(masked);
        forward(step);
        return step.output().forward(workers);
    }

    private void forward(Step step) {
        embed(step); // ids [M] to the first residual, F32 [M, D]
        for (int i = 0; i < config.layers(); i++) {
            step.layer().forward(i, workers, true); // residual i to residual i + 1, F32 [M, D]
        }
    }

    private void embed(Step step) {
        int width = config.hidden();
        int[] ids = step.batch().tokens().ids();
        long table = parameters.slice(Parameters.EMBEDDING).offset();
        MemorySegment values = parameters.values().memory();
        MemorySegment x = step.memory().residuals.getFirst();
        assert x.byteSize() >= (long) ids.length * width * Float.BYTES : x.byteSize();
        team.runOnAll(worker -> {
            int to = team.from(worker + 1, ids.length);
            for (int t = team.from(worker, ids.length); t < to; t++) {
                Sums.convert(values, table + (long) ids[t] * width, x, NumberKind.F32, (long) t * width, width);
            }
        });
    }

    /** Each worker adds its own columns of every row; the padding token's row gets nothing from the input side. */
    private void embedBackward(Step step) {
        int width = config.hidden();
        int pad = config.padId().orElse(-1);
        int[] ids = step.batch().tokens().ids();
        long table = parameters.slice(Parameters.EMBEDDING).offset();
        MemorySegment gradients = parameters.gradients().memory();
        MemorySegment dx = step.memory().residualGradient; // F32 [M, D]
        assert dx.byteSize() >= (long) ids.length * width * Float.BYTES : dx.byteSize();
        team.runOnAll(worker -> {
            int from = team.from(worker, width);
            int count = team.from(worker + 1, width) - from;
            for (int t = 0; t < ids.length; t++) {
                if (ids[t] != pad) {
                    long to = table + (long) ids[t] * width + from;
                    Sums.add(dx, NumberKind.F32, (long) t * width + from, gradients, to, count);
                }
            }
        });
    }

    /** Nanoseconds that went into a phase since the pass was made, of the first share. */
    public long nanos(TrainingPhase phase) {
        return workers[0].nanos(phase);
    }

    @Override
    public synchronized void close() {
        closing.once(() -> {
            team.close();
            allocated.ifPresent(FusedMemory::close);
            allocated = Optional.empty();
        });
    }
}
