package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor of a program that is being written: a type and how it is computed. Every method makes a new value; what no
 * result needs never becomes a line of the program. Types that do not fit are refused at once, with an
 * {@link IllegalArgumentException} that names both.
 */
public final class Value {
    private final Node node;
    private final int index;
    private final TensorType type;

    Value(Node node, int index, TensorType type) {
        this.node = node;
        this.index = index;
        this.type = type;
    }

    /** The same number everywhere, rounded to the element type; for {@link ElementType#PRED} 0 is false. */
    public static Value constant(TensorType type, double value) {
        return new Leaf.Constant(type, value).on();
    }

    /** The index along a dimension. */
    public static Value iota(TensorType type, int dim) {
        return new Leaf.Iota(type, dim).on();
    }

    /** One behind the other along a dimension. */
    public static Value concatenate(int dim, List<Value> parts) {
        check(!parts.isEmpty(), "nothing to put one behind the other");
        return parts.size() == 1 ? parts.getFirst() : new Shaping.Concatenate(dim).on(parts.toArray(Value[]::new));
    }

    Node node() {
        return node;
    }

    /** Which of its node's results it is. */
    int index() {
        return index;
    }

    public TensorType type() {
        return type;
    }

    /** A number of this value's shape and element type. */
    public Value filled(double value) {
        return constant(type, value);
    }

    Value zeros() {
        return filled(0);
    }

    /** The scalar 0 of this value's element type. */
    Value zero() {
        return constant(TensorType.of(type.element()), 0);
    }

    public Value plus(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.ADD).on(this, other);
    }

    public Value plus(double other) {
        return plus(filled(other));
    }

    public Value minus(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.SUBTRACT).on(this, other);
    }

    public Value times(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.MULTIPLY).on(this, other);
    }

    public Value times(double other) {
        return times(filled(other));
    }

    public Value dividedBy(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.DIVIDE).on(this, other);
    }

    /** The larger of each pair. */
    public Value max(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.MAXIMUM).on(this, other);
    }

    /** The smaller of each pair. */
    public Value min(Value other) {
        return new Elementwise.Binary(Elementwise.Binary.Kind.MINIMUM).on(this, other);
    }

    /** Of truths: whether both are true. */
    public Value and(Value other) {
        check(type.element() == ElementType.PRED, "%s is no truth", type);
        return new Elementwise.Binary(Elementwise.Binary.Kind.AND).on(this, other);
    }

    public Value negated() {
        return unary(Elementwise.Unary.Kind.NEGATE);
    }

    public Value exp() {
        return unary(Elementwise.Unary.Kind.EXPONENTIAL);
    }

    /** The natural logarithm. */
    public Value log() {
        return unary(Elementwise.Unary.Kind.LOG);
    }

    public Value sqrt() {
        return unary(Elementwise.Unary.Kind.SQRT);
    }

    /** 1 / sqrt(x). */
    public Value inverseSqrt() {
        return unary(Elementwise.Unary.Kind.RSQRT);
    }

    /** 1 / (1 + exp(-x)). */
    public Value logistic() {
        return unary(Elementwise.Unary.Kind.LOGISTIC);
    }

    /** x / (1 + exp(-x)). */
    public Value silu() {
        return times(logistic());
    }

    private Value unary(Elementwise.Unary.Kind kind) {
        return new Elementwise.Unary(kind).on(this);
    }

    /** Truths: where both are the same number. */
    public Value equalTo(Value other) {
        return new Elementwise.Compare(Elementwise.Compare.Direction.EQ).on(this, other);
    }

    /** Truths: where this is less. */
    public Value below(Value other) {
        return new Elementwise.Compare(Elementwise.Compare.Direction.LT).on(this, other);
    }

    /** Truths: where this is not less. */
    public Value atLeast(Value other) {
        return new Elementwise.Compare(Elementwise.Compare.Direction.GE).on(this, other);
    }

    /** Truths: where this is more. */
    public Value above(Value other) {
        return new Elementwise.Compare(Elementwise.Compare.Direction.GT).on(this, other);
    }

    /** Truths: where this is neither infinite nor NaN. */
    public Value isFinite() {
        return new Elementwise.IsFinite().on(this);
    }

    /** Where this is true, elements of one value, elsewhere those of another. */
    public Value choose(Value then, Value otherwise) {
        return new Elementwise.Select().on(this, then, otherwise);
    }

    /** The nearest numbers of another type; from whole numbers and truths too. */
    public Value convert(ElementType to) {
        return to == type.element() ? this : new Elementwise.Convert(to).on(this);
    }

    public Value reshape(int... shape) {
        return reshape(Axes.list(shape));
    }

    public Value reshape(List<Integer> shape) {
        return shape.equals(type.shape()) ? this : new Shaping.Reshape(shape).on(this);
    }

    /**
     * Repeated along new dimensions.
     *
     * @param dims where each dimension of this value goes, ascending
     */
    public Value broadcast(List<Integer> shape, int... dims) {
        return shape.equals(type.shape()) && Axes.list(dims).equals(Axes.others(shape.size(), List.of()))
                ? this
                : new Shaping.Broadcast(shape, Axes.list(dims)).on(this);
    }

    /** Dimensions in another order: which of them becomes the first, the second and so on. */
    public Value transpose(int... dims) {
        boolean same = Axes.list(dims).equals(Axes.others(type.rank(), List.of()));
        return same ? this : new Shaping.Transpose(Axes.list(dims)).on(this);
    }

    /** The indices [from, to) of one dimension. */
    public Value slice(int dim, int from, int to) {
        return dim < type.rank() && from == 0 && to == type.extent(dim)
                ? this
                : new Shaping.Slice(dim, from, to).on(this);
    }

    /** The sum of all elements. */
    public Value sum() {
        return sum(IntStream.range(0, type.rank()).toArray());
    }

    /** Sums along some dimensions, which go away. */
    public Value sum(int... dims) {
        return dims.length == 0 ? this : reduce(Reduce.Kind.ADD, dims);
    }

    /** Largest elements along some dimensions; has no derivative. */
    public Value maximum(int... dims) {
        return reduce(Reduce.Kind.MAXIMUM, dims);
    }

    /** Smallest elements along some dimensions; has no derivative. */
    public Value minimum(int... dims) {
        return reduce(Reduce.Kind.MINIMUM, dims);
    }

    private Value reduce(Reduce.Kind kind, int... dims) {
        return new Reduce(kind, Axes.list(dims)).on(this);
    }

    /**
     * The product with another tensor, [batch, what is left of this, what is left of the other]: BF16 by BF16 gives
     * F32, others their own type.
     *
     * @param batch dimensions of this that both have
     * @param contract dimensions of this that are summed over
     * @param otherBatch the other's, in the same order
     * @param otherContract the other's, in the same order
     */
    public Value dot(
            Value other,
            List<Integer> batch,
            List<Integer> contract,
            List<Integer> otherBatch,
            List<Integer> otherContract) {
        return new Dot(batch, otherBatch, contract, otherContract).on(this, other);
    }

    /** Of a table [V, D]: the rows that I32 [N] names, [N, D]. */
    public Value rows(Value ids) {
        return new TableRows.Take().on(this, ids);
    }

    /** The same value, which derivatives take for constant. */
    public Value held() {
        return new Marker.Held().on(this);
    }

    /** The parts that all replicas have, one behind the other along a dimension; of one replica the part itself. */
    public Value gathered(int dim, int replicas) {
        return replicas == 1 ? this : new Collective.AllGather(dim, replicas).on(this);
    }

    /** The sum over all replicas; of one replica the value itself. */
    public Value summedOverReplicas(int replicas) {
        return replicas == 1 ? this : new Collective.AllReduce(replicas).on(this);
    }

    /** The same value, which all replicas have alike: its gradient is the sum of what each of them says. */
    public Value shared(int replicas) {
        return replicas == 1 ? this : new Marker.Shared(replicas).on(this);
    }

    /** The same value with a word to the partitioner about how it lies. */
    public Value placed(Layout layout) {
        return layout.parts() == 1 ? this : new Marker.Placed(layout).on(this);
    }

    /**
     * The gradients of a scalar.
     *
     * @param of each is taken to vary by itself, also where one is computed of another
     * @return one of each one's shape; F32 where it is BF16
     */
    public List<Value> gradients(List<Value> of) {
        check(type.rank() == 0, "only a scalar has gradients, this is %s", type);
        check(type.element().isFloat(), "%s has no gradients", type);
        Value seed = constant(TensorType.of(type.element().ofGradients()), 1);
        List<Value> gradients = new ArrayList<>();
        var found = Gradients.of(List.of(this), List.of(seed), of);
        of.forEach(value -> gradients.add(Gradients.orZeros(found, value)));
        return gradients;
    }

    @Override
    public String toString() {
        return node.op() + " of " + type;
    }
}
