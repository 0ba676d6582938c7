package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A typed, shaped block of memory on a device. It belongs to the innermost {@link Scope} of the thread that makes it
 * and is freed with it, unless kept. Operations are libtorch's, with its broadcasting rules, and build the autograd
 * graph when an operand needs gradients.
 */
@SuppressWarnings("restricted") // reinterpret: gives the memory behind a native address its size
public final class Tensor implements AutoCloseable {
    /** In {@link #hasShape}: any size fits. */
    public static final long ANY = -1;

    private static final long REDUCTION_NONE = 0;

    private final org.bytedeco.pytorch.Tensor raw;
    private final long[] shape;
    private final DType dtype;
    private boolean kept;
    private volatile boolean freed;

    Tensor(org.bytedeco.pytorch.Tensor raw) {
        this(raw, Natives.dtype(raw.scalar_type()), raw.sizes().vec().get());
    }

    /** For hot paths that know what they made: asking libtorch for shape and dtype costs microseconds. */
    Tensor(org.bytedeco.pytorch.Tensor raw, DType dtype, long... shape) {
        this.raw = raw;
        this.shape = shape;
        this.dtype = dtype;
        Scope.adopt(this);
    }

    /** A tensor of the given shape whose content is not set. */
    public static Tensor empty(DType dtype, Device device, long... shape) {
        return new Tensor(torch.empty(shape, Natives.options(dtype, device), Natives.noMemoryFormat()));
    }

    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return new Tensor(torch.zeros(shape, Natives.options(dtype, device)));
    }

    /** Zeros that share one element: a shape that takes no memory, and that nothing may be written to. */
    public static Tensor shapeOnly(DType dtype, long... shape) {
        return new Tensor(zeros(dtype, Device.CPU, 1).raw().expand(shape));
    }

    /** A copy of the values as F32 on the CPU. */
    public static Tensor of(float[] values, long... shape) {
        Tensor tensor = empty(DType.F32, Device.CPU, shape);
        checkCount(values.length, tensor);
        MemorySegment.copy(values, 0, tensor.memory(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return tensor;
    }

    /** A copy of the values as F64 on the CPU. */
    public static Tensor of(double[] values, long... shape) {
        Tensor tensor = empty(DType.F64, Device.CPU, shape);
        checkCount(values.length, tensor);
        MemorySegment.copy(values, 0, tensor.memory(), ValueLayout.JAVA_DOUBLE, 0, values.length);
        return tensor;
    }

    /** A copy of the values as I64 on the CPU. */
    public static Tensor of(int[] values, long... shape) {
        Tensor tensor = empty(DType.I64, Device.CPU, shape);
        checkCount(values.length, tensor);
        MemorySegment memory = tensor.memory();
        for (int i = 0; i < values.length; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
        }
        return tensor;
    }

    /**
     * A view of foreign CPU memory, which must outlive the tensor.
     *
     * @param memory native memory of exactly the shape's size
     */
    public static Tensor view(MemorySegment memory, DType dtype, long... shape) {
        check(memory.isNative(), "a tensor can only view native memory");
        long bytes = Arrays.stream(shape).reduce(dtype.bytes(), Math::multiplyExact);
        check(
                memory.byteSize() == bytes,
                "%s%s needs %d bytes, the memory has %d",
                dtype,
                Arrays.toString(shape),
                bytes,
                memory.byteSize());
        try (Address address = new Address(memory.address())) {
            return new Tensor(torch.from_blob(address, shape, Natives.cpuOptions(dtype)), dtype, shape.clone());
        }
    }

    /** Joins tensors along a dimension; the other sizes must agree. */
    public static Tensor concat(List<Tensor> parts, int dimension) {
        TensorVector vector =
                new TensorVector(parts.stream().map(Tensor::raw).toArray(org.bytedeco.pytorch.Tensor[]::new));
        return new Tensor(torch.cat(vector, dimension));
    }

    public long[] shape() {
        return shape.clone();
    }

    public long size(int dimension) {
        return shape[dimension < 0 ? shape.length + dimension : dimension];
    }

    public int rank() {
        return shape.length;
    }

    public long numElements() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    public DType dtype() {
        return dtype;
    }

    public Device device() {
        return raw().is_cuda() ? new Device(Device.Type.CUDA, raw.device().index()) : Device.CPU;
    }

    /** Whether the shape is the given one, where {@link #ANY} fits every size. */
    public boolean hasShape(long... expected) {
        if (expected.length != shape.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != ANY && expected[i] != shape[i]) {
                return false;
            }
        }
        return true;
    }

    /** The memory of a contiguous CPU tensor; valid as long as the tensor. */
    public MemorySegment memory() {
        if (raw().is_cuda() || !raw.is_contiguous()) {
            throw new IllegalStateException("only a contiguous CPU tensor has readable memory, this is " + this);
        }
        try (Pointer data = raw.data_ptr()) {
            return MemorySegment.ofAddress(data.address()).reinterpret(numElements() * dtype.bytes());
        }
    }

    /** The values as floats, row by row, from any device and floating dtype. */
    public float[] toFloats() {
        try (Scope _ = Scope.open()) {
            return to(Device.CPU).to(DType.F32).contiguous().memory().toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    /** The values as doubles, row by row, from any device and floating dtype. */
    public double[] toDoubles() {
        try (Scope _ = Scope.open()) {
            return to(Device.CPU).to(DType.F64).contiguous().memory().toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    public Tensor to(DType target) {
        return target == dtype ? this : new Tensor(raw().to(Natives.scalarType(target)));
    }

    public Tensor to(Device target) {
        if (target.equals(device())) {
            return this;
        }
        return new Tensor(raw.to(Natives.device(target), Natives.scalarType(dtype)));
    }

    public Tensor contiguous() {
        return raw().is_contiguous() ? this : new Tensor(raw.contiguous());
    }

    public Tensor view(long... newShape) {
        return new Tensor(raw().view(newShape));
    }

    public Tensor reshape(long... newShape) {
        return new Tensor(raw().reshape(newShape));
    }

    public Tensor transpose(int a, int b) {
        return new Tensor(raw().transpose(a, b));
    }

    /** The part [start, start + length) of a dimension; shares memory. */
    public Tensor narrow(int dimension, long start, long length) {
        return new Tensor(raw().narrow(dimension, start, length));
    }

    /** The entries of a dimension that the I64 indices name; a copy. */
    public Tensor indexSelect(int dimension, Tensor indices) {
        return new Tensor(raw().index_select(dimension, indices.raw()));
    }

    public Tensor add(Tensor other) {
        return new Tensor(raw().add(other.raw()));
    }

    public Tensor mul(Tensor other) {
        return new Tensor(raw().mul(other.raw()));
    }

    public Tensor mul(double factor) {
        return new Tensor(raw().mul(new Scalar(factor)));
    }

    public Tensor matmul(Tensor other) {
        return new Tensor(raw().matmul(other.raw()));
    }

    /** x W^T with W [out, in]. */
    public Tensor linear(Tensor weight) {
        return new Tensor(torch.linear(raw(), weight.raw(), new TensorOptional()));
    }

    /** x W^T + b with W [out, in] and b [out]. */
    public Tensor linear(Tensor weight, Tensor bias) {
        return new Tensor(torch.linear(raw(), weight.raw(), new TensorOptional(bias.raw())));
    }

    /** The rows of this table [V, D] that the I64 ids name: [..., D]. */
    public Tensor embed(Tensor ids) {
        return new Tensor(torch.embedding(raw(), ids.raw()));
    }

    /**
     * x / sqrt(mean(x^2) + eps) over the last dimension, computed in F32 and cast back before the weight is applied.
     */
    public Tensor rmsNorm(Tensor weight, double eps) {
        Tensor wide = to(DType.F32);
        org.bytedeco.pytorch.Tensor square = wide.raw().mul(wide.raw());
        org.bytedeco.pytorch.Tensor mean = square.mean(new long[] {-1}, true, new ScalarTypeOptional());
        org.bytedeco.pytorch.Tensor scale = mean.add(new Scalar(eps)).rsqrt();
        return new Tensor(wide.raw().mul(scale)).to(dtype).mul(weight);
    }

    public Tensor silu() {
        return new Tensor(torch.silu(raw()));
    }

    /** Softmax over the last dimension, computed in F32 and given in this tensor's dtype. */
    public Tensor softmax() {
        return new Tensor(torch.softmax(raw(), -1, new ScalarTypeOptional(torch.ScalarType.Float))).to(dtype);
    }

    /**
     * x * cos + rotateHalf(x) * sin, where rotateHalf swaps the halves of the last dimension and negates the new first
     * one.
     */
    public Tensor rotate(Tensor cos, Tensor sin) {
        long half = size(-1) / 2;
        Tensor first = narrow(shape.length - 1, 0, half);
        Tensor second = narrow(shape.length - 1, half, half);
        Tensor turned = concat(List.of(second.mul(-1), first), shape.length - 1);
        return mul(cos).add(turned.mul(sin));
    }

    /**
     * softmax(Q K^T / sqrt(H)) V without a mask by libtorch's fused kernel; shapes [B, N, T, H], the same N for all
     * three.
     */
    public static Tensor fusedAttention(Tensor query, Tensor key, Tensor value) {
        return new Tensor(torch.scaled_dot_product_attention(query.raw(), key.raw(), value.raw()));
    }

    /** Each entry of a dimension repeated in place: a, a, b, b, ... */
    public Tensor repeatInterleave(int dimension, long times) {
        if (times == 1) {
            return this;
        }
        long[] expanded = new long[shape.length + 1];
        long[] merged = shape.clone();
        merged[dimension] *= times;
        for (int i = 0, j = 0; i < shape.length; i++) {
            expanded[j++] = shape[i];
            if (i == dimension) {
                expanded[j++] = times;
            }
        }
        return new Tensor(raw().unsqueeze(dimension + 1).expand(expanded).reshape(merged));
    }

    /** out = a b: [M, K] and [K, N] into [M, N]. */
    public static void productInto(Tensor out, Tensor a, Tensor b) {
        torch.mm_out(out.raw(), a.raw(), b.raw());
    }

    /** out = a b for batches of matrices: [B, M, K] and [B, K, N] into [B, M, N]. */
    public static void batchedProductInto(Tensor out, Tensor a, Tensor b) {
        torch.bmm_out(out.raw(), a.raw(), b.raw());
    }

    /** Overwrites this tensor with the values of another of the same shape; not for tensors that need gradients. */
    public void assign(Tensor values) {
        raw().copy_(values.raw());
    }

    /** Adds a tensor of the same shape to this one, in place; not for tensors that need gradients. */
    public void accumulate(Tensor other) {
        raw().add_(other.raw());
    }

    /**
     * Adds row i of {@code rows} [R, D] to the row of this tensor [V, D] that index i names, in place; an index may
     * come often.
     */
    public void accumulateRows(Tensor indices, Tensor rows) {
        raw().index_add_(0, indices.raw(), rows.raw());
    }

    /** Adds {@code factor} times a tensor of the same shape to this one, in place. */
    public void accumulate(Tensor other, double factor) {
        raw().add_(other.raw(), new Scalar(factor));
    }

    /** Multiplies this tensor by a factor, in place. */
    public void scale(double factor) {
        raw().mul_(new Scalar(factor));
    }

    /** x + summand of each element. */
    public Tensor add(double summand) {
        return new Tensor(raw().add(new Scalar(summand)));
    }

    /** 1 / sqrt(x) of each element. */
    public Tensor inverseSqrt() {
        return new Tensor(raw().rsqrt());
    }

    /** The sums over a dimension, which goes away. */
    public Tensor sum(int dimension) {
        return new Tensor(raw().sum(dimension));
    }

    /** The sum of all elements, in double precision on the host; the same however often it is asked for. */
    public double sum() {
        return raw().sum(new ScalarTypeOptional(torch.ScalarType.Double)).item_double();
    }

    /** The sum of the squares of all elements, in the tensor's own precision and then as a double. */
    public double sumOfSquares() {
        double norm = raw().norm(new Scalar(2)).item_double();
        return norm * norm;
    }

    /** Overwrites every element with 0. */
    public void zero() {
        raw().zero_();
    }

    /** For logits [R, V] and target ids [R]: the cross entropy of each row in nats, [R]. */
    public Tensor crossEntropies(Tensor targets) {
        try (TensorOptional noWeights = new TensorOptional()) {
            return new Tensor(torch.nll_loss(raw().log_softmax(-1), targets.raw(), noWeights, REDUCTION_NONE, -100));
        }
    }

    /** Whether every element is a finite number. */
    public boolean isFinite() {
        return torch.isfinite(raw()).all().item_bool();
    }

    public org.bytedeco.pytorch.Tensor raw() {
        if (freed) {
            throw new IllegalStateException("the tensor " + Arrays.toString(shape) + " has been freed");
        }
        return raw;
    }

    void retain() {
        if (!kept) {
            kept = true;
            raw.retainReference();
        }
    }

    synchronized void free() {
        if (!freed) {
            freed = true;
            Scope.freed();
            if (kept) {
                raw.releaseReference();
            }
        }
    }

    /**
     * Frees a tensor now; only needed for those that were kept beyond every scope. Closing twice is harmless, from any
     * thread.
     */
    @Override
    public void close() {
        if (!freed) {
            Scope.forget(this);
            free();
        }
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape) + (freed ? " (freed)" : " on " + device());
    }

    private static void checkCount(long given, Tensor tensor) {
        check(
                given == tensor.numElements(),
                "shape %s has %d elements, got %d values",
                Arrays.toString(tensor.shape),
                tensor.numElements(),
                given);
    }

    /** A bare address for libtorch to look at. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
