package io.github.coda4j.model.training;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.kernel.Sums;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Adds to the gradients of the parameters: those of products in pieces that workers take one after another, the others
 * by sums.
 */
final class FusedGradients {
    /** Pieces have a multiple of this many rows. */
    private static final int ROW_UNIT = 16;
    /** Tokens over which one product sums: transposed operands of more rows leave the cache. */
    private static final int ROWS_AT_A_TIME = 1024;

    private final ParameterStore parameters;
    private final NumberKind kind;
    private final FusedMemory memory;
    private final int workers;
    private final MemorySegment gradients;
    private final List<Piece> pieces = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    /** Rows of a weight's gradient: dy[:, column .. column + outputs]^T x. */
    private record Piece(
            MemorySegment dy, int width, int column, int outputs, MemorySegment x, int inputs, int rows, long offset) {}

    FusedGradients(ParameterStore parameters, NumberKind kind, FusedMemory memory, int workers) {
        this.parameters = parameters;
        this.kind = kind;
        this.memory = memory;
        this.workers = workers;
        this.gradients = parameters.gradients().memory();
    }

    /** To be called by one thread before {@link #add} and {@link #work}. */
    void begin() {
        pieces.clear();
        next.set(0);
    }

    /**
     * Lets the gradient of a product's weight be computed: dy^T x.
     *
     * @param parts of which parameters the weight is joined
     * @param dy [rows, outputs]
     * @param x [rows, inputs]
     */
    void add(List<FusedWeights.Part> parts, FusedWeights.Weight weight, MemorySegment dy, MemorySegment x, int rows) {
        assert dy.byteSize() >= (long) rows * weight.outputs() * kind.bytes() : dy.byteSize();
        assert x.byteSize() >= (long) rows * weight.inputs() * kind.bytes() : x.byteSize();
        int inputs = weight.inputs();
        int fitting = Math.max(ROW_UNIT, FusedMemory.GRADIENT_ELEMENTS / inputs / ROW_UNIT * ROW_UNIT);
        for (FusedWeights.Part part : parts) {
            int share = Math.ceilDiv(Math.ceilDiv(part.rows(), workers), ROW_UNIT) * ROW_UNIT;
            int step = Math.min(fitting, share);
            long offset = parameters.slice(part.name()).offset();
            for (int row = 0; row < part.rows(); row += step) {
                int outputs = Math.min(step, part.rows() - row);
                pieces.add(new Piece(
                        dy,
                        weight.outputs(),
                        part.firstRow() + row,
                        outputs,
                        x,
                        inputs,
                        rows,
                        offset + (long) row * inputs));
            }
        }
    }

    /** Works on pieces until none are left. */
    void work(FusedWorker worker) {
        worker.lap(TrainingPhase.WAITING);
        MemorySegment scratch = memory.weightGradients.get(worker.index);
        for (int i = next.getAndIncrement(); i < pieces.size(); i = next.getAndIncrement()) {
            Piece p = pieces.get(i);
            for (int first = 0; first < p.rows; first += ROWS_AT_A_TIME) {
                int count = Math.min(ROWS_AT_A_TIME, p.rows - first);
                // [count, outputs]^T [count, inputs] to [outputs, inputs]
                worker.weightGradient(p.dy, p.width, p.column, p.outputs, p.x, p.inputs, first, count, scratch);
                Sums.add(scratch, kind, 0, gradients, p.offset, (long) p.outputs * p.inputs);
            }
        }
        worker.lap(TrainingPhase.WEIGHT_GRADIENTS);
    }

    /** Adds every worker's sum, in the order of the workers, to a one-dimensional parameter's gradient. */
    void addSums(String name, FusedWorker[] all, Function<FusedWorker.VectorGradients, float[]> sum) {
        addSums(name, all, sum, 0);
    }

    /** The same for a parameter that is a part of what was summed. */
    void addSums(String name, FusedWorker[] all, Function<FusedWorker.VectorGradients, float[]> sum, int first) {
        ParameterStore.Slice slice = parameters.slice(name);
        for (int i = 0; i < slice.size(); i++) {
            float total = gradients.getAtIndex(ValueLayout.JAVA_FLOAT, slice.offset() + i);
            for (FusedWorker worker : all) {
                total += sum.apply(worker.sums)[first + i];
            }
            gradients.setAtIndex(ValueLayout.JAVA_FLOAT, slice.offset() + i, total);
        }
    }
}
