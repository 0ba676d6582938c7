package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Products of batches of matrices in native memory, on the calling thread: attention's, which are too many and too
 * small to be worth tensors.
 *
 * @param type F32 or BF16, of all three; sums are kept in 32 bits
 * @param batch B, products of the same sizes
 * @param rows M
 * @param inner K
 * @param columns N
 * @param transposed whether the second factor lies as [B, N, K] and not as [B, K, N]
 */
public record BatchedProduct(DType type, int batch, int rows, int inner, int columns, boolean transposed) {
    public BatchedProduct {
        check(type == DType.F32 || type == DType.BF16, "batched products take F32 or BF16, got %s", type);
        check(
                batch > 0 && rows > 0 && inner > 0 && columns > 0,
                "a batched product of %d times [%d, %d] x [%d, %d] is empty",
                batch,
                rows,
                inner,
                inner,
                columns);
    }

    /**
     * out = a b.
     *
     * @param a [B, M, K]
     * @param b [B, K, N], or [B, N, K] if transposed
     * @param out [B, M, N], apart from the factors
     * @throws IllegalArgumentException when memory is not native or too small
     */
    public void run(MemorySegment a, MemorySegment b, MemorySegment out) {
        checkSize(a, rows, inner);
        checkSize(b, inner, columns);
        checkSize(out, rows, columns);
        Optional<OneDnn> oneDnn = type == DType.BF16
                ? OneDnn.find().filter(_ -> ProductPaths.here().bf16() == ProductPaths.Bf16.NATIVE)
                : Optional.empty();
        if (oneDnn.isPresent()) {
            OneDnnProducts.ofThread(oneDnn.get())
                    .of(this, () -> recipe(oneDnn.get()))
                    .run(a, b, MemorySegment.NULL, out);
            return;
        }
        try (Scope _ = Scope.open()) {
            Tensor second = transposed ? view(b, columns, inner).transpose(1, 2) : view(b, inner, columns);
            Tensor.batchedProductInto(view(out, rows, columns), view(a, rows, inner), second);
        }
    }

    private OneDnnProducts.Recipe recipe(OneDnn oneDnn) {
        long matrix = (long) inner * columns;
        long[] strides = transposed ? new long[] {matrix, 1, inner} : new long[] {matrix, columns, 1};
        return new OneDnnProducts.Recipe(
                oneDnn.describe(type, batch, rows, inner),
                oneDnn.describe(type, new long[] {batch, inner, columns}, strides),
                oneDnn.describe(type, batch, rows, columns),
                OneDnnProducts.NOT_QUANTIZED);
    }

    private Tensor view(MemorySegment memory, int m, int n) {
        return Tensor.view(memory.asSlice(0, bytes(m, n)), type, batch, m, n);
    }

    private void checkSize(MemorySegment memory, int m, int n) {
        check(
                memory.isNative() && memory.byteSize() >= bytes(m, n),
                "[%d, %d, %d] %s needs %d bytes of native memory, got %d",
                batch,
                m,
                n,
                type,
                bytes(m, n),
                memory.byteSize());
    }

    private long bytes(int m, int n) {
        return (long) batch * m * n * type.bytes();
    }
}
