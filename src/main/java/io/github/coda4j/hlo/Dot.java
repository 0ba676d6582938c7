package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The product of two tensors, summed over contracted dimensions, for each index of the batch dimensions. The result's
 * dimensions: batch, what is left of the left one, what is left of the right one. Products of BF16 numbers are summed
 * and given in F32; those of F32 are asked for in full precision, which a TPU would not give otherwise.
 */
record Dot(List<Integer> leftBatch, List<Integer> rightBatch, List<Integer> leftContract, List<Integer> rightContract)
        implements SimpleOp {
    @Override
    public TensorType type(List<TensorType> operands) {
        TensorType left = operands.get(0);
        TensorType right = operands.get(1);
        check(
                left.element() == right.element()
                        && left.element().isFloat()
                        && Axes.within(joined(leftBatch, leftContract), left.rank())
                        && Axes.within(joined(rightBatch, rightContract), right.rank())
                        && Axes.extents(left, leftBatch).equals(Axes.extents(right, rightBatch))
                        && Axes.extents(left, leftContract).equals(Axes.extents(right, rightContract)),
                "no product of %s and %s over batch %s x %s, contracted %s x %s",
                left,
                right,
                leftBatch,
                rightBatch,
                leftContract,
                rightContract);
        List<Integer> shape = new ArrayList<>(Axes.extents(left, leftBatch));
        shape.addAll(Axes.extents(left, leftFree(left)));
        shape.addAll(Axes.extents(right, rightFree(right)));
        return new TensorType(left.element().ofGradients(), shape);
    }

    /** Whether the compiler must not round operands. */
    static boolean isExact(TensorType operand) {
        return operand.element() != ElementType.BF16;
    }

    private List<Integer> leftFree(TensorType left) {
        return Axes.others(left.rank(), joined(leftBatch, leftContract));
    }

    private List<Integer> rightFree(TensorType right) {
        return Axes.others(right.rank(), joined(rightBatch, rightContract));
    }

    @Override
    public Optional<Value> derivative(Node node, int operand, Value gradient) {
        TensorType left = node.operand(0).type();
        TensorType right = node.operand(1).type();
        int batch = leftBatch.size();
        int leftFree = leftFree(left).size();
        List<Integer> batchDims = range(0, batch);
        List<Integer> leftDims = range(batch, batch + leftFree);
        List<Integer> rightDims = range(batch + leftFree, gradient.type().rank());
        Value rounded = gradient.convert(left.element());
        if (operand == 0) {
            // [batch, left free, contracted in the order of the right one]
            Value product = new Dot(batchDims, rightBatch, rightDims, rightFree(right)).on(rounded, node.operand(1));
            return Optional.of(
                    ordered(product, joined(leftBatch, leftFree(left)), leftContract, rightContract, left.rank()));
        }
        Value product = new Dot(batchDims, leftBatch, leftDims, leftFree(left)).on(rounded, node.operand(0));
        return Optional.of(
                ordered(product, joined(rightBatch, rightFree(right)), rightContract, leftContract, right.rank()));
    }

    /**
     * A product whose first dimensions are known and whose others are those that the operand contracts, in the order in
     * which they stand in the other operand, becomes one in the operand's own order.
     */
    private static Value ordered(
            Value product, List<Integer> first, List<Integer> contracted, List<Integer> others, int rank) {
        List<Integer> ascending = others.stream().sorted().toList();
        List<Integer> where = new ArrayList<>(first);
        ascending.forEach(dim -> where.add(contracted.get(others.indexOf(dim))));
        int[] order = IntStream.range(0, rank).map(where::indexOf).toArray();
        return product.transpose(order);
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static List<Integer> joined(List<Integer> first, List<Integer> second) {
        List<Integer> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
