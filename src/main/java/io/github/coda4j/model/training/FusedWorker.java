package io.github.coda4j.model.training;

import io.github.coda4j.kernel.CrossEntropy;
import io.github.coda4j.kernel.GateGradients;
import io.github.coda4j.kernel.HeadGradients;
import io.github.coda4j.kernel.Heads;
import io.github.coda4j.kernel.NormGradients;
import io.github.coda4j.kernel.Norms;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Rows;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What one share of a {@link FusedTrainingPass} has for itself, whichever thread runs it: kernels with their scratch
 * and sums over its own rows.
 */
final class FusedWorker {
    final int index;
    final Norms norms;
    final NormGradients normGradients;
    final Heads heads;
    final HeadGradients headGradients;
    final Rows rows = new Rows();
    final GateGradients gates;
    final CrossEntropy crossEntropy;
    final VectorGradients sums;
    // M packed tokens; a weight is [outputs, inputs]
    private final NumberKind kind;
    private final long[] nanos = new long[TrainingPhase.values().length];
    private long lastLap;

    FusedWorker(int index, ModelConfig config, NumberKind kind) {
        this.index = index;
        this.kind = kind;
        norms = new Norms(config.hidden());
        normGradients = new NormGradients(config.hidden());
        heads = new Heads(config.headDim());
        headGradients = new HeadGradients(config.headDim());
        gates = new GateGradients(config.intermediate());
        crossEntropy = new CrossEntropy(config.vocabSize());
        sums = new VectorGradients(config);
    }

    /** Gradients of a layer's one-dimensional parameters, empty where it has none, and of the final norm. */
    static final class VectorGradients {
        final float[] inputNorm;
        final float[] qNorm;
        final float[] kNorm;
        final float[] mlpNorm;
        final float[] qkvBias;
        final float[] outputBias;
        final float[] finalNorm;

        VectorGradients(ModelConfig c) {
            inputNorm = new float[c.hidden()];
            qNorm = new float[c.kind().qkNorm() ? c.headDim() : 0];
            kNorm = new float[c.kind().qkNorm() ? c.headDim() : 0];
            mlpNorm = new float[c.hidden()];
            qkvBias = new float[c.kind().hasQkvBias() ? c.qkvWidth() : 0];
            outputBias = new float[c.kind().hasOutputBias() ? c.hidden() : 0];
            finalNorm = new float[c.hidden()];
        }

        void clear() {
            for (float[] sum : new float[][] {inputNorm, qNorm, kNorm, mlpNorm, qkvBias, outputBias, finalNorm}) {
                Arrays.fill(sum, 0);
            }
        }
    }

    /** Starts the clock for {@link #lap}. */
    void start() {
        lastLap = System.nanoTime();
    }

    /** Books the time since the last lap. */
    void lap(TrainingPhase phase) {
        long now = System.nanoTime();
        nanos[phase.ordinal()] += now - lastLap;
        lastLap = now;
    }

    /** Time booked for a phase since the pass was made. */
    long nanos(TrainingPhase phase) {
        return nanos[phase.ordinal()];
    }

    /** out = x W^T for {@code count} rows from {@code first} on: [M, inputs] into [M, outputs]. */
    void forward(MemorySegment x, FusedWeights.Weight weight, int first, int count, MemorySegment out) {
        try (Scope _ = Scope.open()) {
            Tensor.productInto(
                    rows(out, first, count, weight.outputs()),
                    rows(x, first, count, weight.inputs()),
                    matrix(weight).transpose(0, 1));
        }
    }

    /** out = dy W for {@code count} rows from {@code first} on: [M, outputs] into [M, inputs]. */
    void backward(MemorySegment dy, FusedWeights.Weight weight, int first, int count, MemorySegment out) {
        try (Scope _ = Scope.open()) {
            Tensor.productInto(
                    rows(out, first, count, weight.inputs()), rows(dy, first, count, weight.outputs()), matrix(weight));
        }
    }

    /**
     * Some rows of a weight's gradient from {@code count} tokens: out = dy[:, column .. column + outputs]^T x,
     * [outputs, inputs].
     *
     * @param dy [M, width]
     * @param x [M, inputs]
     */
    void weightGradient(
            MemorySegment dy,
            int width,
            int column,
            int outputs,
            MemorySegment x,
            int inputs,
            int first,
            int count,
            MemorySegment out) {
        try (Scope _ = Scope.open()) {
            Tensor left =
                    rows(dy, first, count, width).narrow(1, column, outputs).transpose(0, 1);
            Tensor.productInto(rows(out, 0, outputs, inputs), left, rows(x, first, count, inputs));
        }
    }

    private Tensor matrix(FusedWeights.Weight weight) {
        return rows(weight.memory(), 0, weight.outputs(), weight.inputs());
    }

    /** Rows [first, first + count) of [M, width], as [count, width]. */
    private Tensor rows(MemorySegment memory, long first, long count, int width) {
        assert first >= 0 && count >= 0 && (first + count) * width * kind.bytes() <= memory.byteSize()
                : count + " rows of " + width + " from " + first + " on in " + memory.byteSize() + " bytes";
        MemorySegment part = memory.asSlice(first * width * kind.bytes(), count * width * kind.bytes());
        return Tensor.view(part, FusedTrainingPass.dtype(kind), count, width);
    }
}
