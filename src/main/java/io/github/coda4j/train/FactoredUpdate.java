package io.github.coda4j.train;

import io.github.coda4j.kernel.FactoredMoments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Adafactor's update of one matrix on the CPU, in three fused passes over its rows: read for the moments, read for the
 * size of the update, read and write for the update. All processors share the rows in blocks, whose sums are added up
 * in the order of the blocks: the result is the same on any number of processors.
 */
final class FactoredUpdate {
    // R rows, C columns

    private static final int MOST_BLOCKS = 64;
    private static final int LEAST_ELEMENTS = 1 << 16;

    private final MemorySegment values;
    private final MemorySegment gradients;
    private final long first;
    private final int rows;
    private final int columns;
    private final int blockRows;
    private final int blocks;

    /**
     * An update of a matrix among the flat parameters.
     *
     * @param values F32, all parameters
     * @param gradients F32, laid out as the values
     * @param first element of the matrix
     */
    FactoredUpdate(MemorySegment values, MemorySegment gradients, long first, int rows, int columns) {
        this.values = values;
        this.gradients = gradients;
        this.first = first;
        this.rows = rows;
        this.columns = columns;
        this.blockRows = Math.max(Math.ceilDiv(rows, MOST_BLOCKS), Math.ceilDiv(LEAST_ELEMENTS, columns));
        this.blocks = Math.ceilDiv(rows, blockRows);
    }

    @FunctionalInterface
    private interface Block {
        void work(int block, FactoredMoments kernel, int row, int count);
    }

    private void inBlocks(Block task) {
        IntStream.range(0, blocks).parallel().forEach(block -> {
            int row = block * blockRows;
            task.work(block, new FactoredMoments(columns), row, Math.min(blockRows, rows - row));
        });
    }

    /**
     * One step.
     *
     * @param rowMean F32 [R], the running mean of squares; decayed and added to
     * @param columnMean F32 [C], the same
     * @param decay of the means, in [0, 1)
     * @param gradientScale factor of the gradients
     */
    void step(
            MemorySegment rowMean,
            MemorySegment columnMean,
            double decay,
            double learningRate,
            double gradientScale,
            Adafactor.Settings settings) {
        float[] rowSums = new float[rows];
        double[][] columnSums = new double[blocks][columns];
        inBlocks((block, kernel, row, count) ->
                kernel.squares(gradients, first, row, count, rowSums, columnSums[block]));
        double[] columnSum = columnSums[0];
        for (double[] sums : Arrays.asList(columnSums).subList(1, blocks)) {
            Arrays.setAll(columnSum, c -> columnSum[c] + sums[c]);
        }
        double squareScale = gradientScale * gradientScale;
        double meanOfRows = 0;
        for (int r = 0; r < rows; r++) {
            meanOfRows += decay(rowMean, r, decay, rowSums[r] * squareScale / columns + settings.eps()) / rows;
        }
        for (int c = 0; c < columns; c++) {
            decay(columnMean, c, decay, columnSum[c] * squareScale / rows + settings.eps());
        }
        float[] rowFactors = inverseRoots(rowMean, rows, meanOfRows);
        float[] columnFactors = inverseRoots(columnMean, columns, 1);
        double size = Math.abs(gradientScale) * Math.sqrt(squaresOfUpdate(rowFactors, columnFactors));
        double clip = 1 / Math.max(1, size / Math.sqrt((double) rows * columns) / settings.clipThreshold());
        float factor = (float) (-learningRate * clip * gradientScale);
        inBlocks((block, kernel, row, count) ->
                kernel.update(values, gradients, first, row, count, rowFactors, columnFactors, factor));
    }

    private double squaresOfUpdate(float[] rowFactors, float[] columnFactors) {
        double[] sums = new double[blocks];
        inBlocks((block, kernel, row, count) ->
                sums[block] = kernel.updateSquares(gradients, first, row, count, rowFactors, columnFactors));
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }

    /** Gives the new mean. */
    private static float decay(MemorySegment means, int index, double decay, double value) {
        double old = means.getAtIndex(ValueLayout.JAVA_FLOAT, index);
        float mean = (float) (decay * old + (1 - decay) * value);
        means.setAtIndex(ValueLayout.JAVA_FLOAT, index, mean);
        return mean;
    }

    /** 1 / sqrt(mean / unit) of each. */
    private static float[] inverseRoots(MemorySegment means, int count, double unit) {
        float[] roots = new float[count];
        for (int i = 0; i < count; i++) {
            roots[i] = (float) (1 / Math.sqrt(means.getAtIndex(ValueLayout.JAVA_FLOAT, i) / unit));
        }
        return roots;
    }
}
