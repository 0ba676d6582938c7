package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batched products against sums in double. */
class BatchedProductTest {
    @ParameterizedTest
    @CsvSource({"1,1,16,1", "2,64,128,544", "3,7,5,33", "8,32,8,9", "1,200,13,20"})
    void every_type_and_order_multiplies(int batch, int rows, int inner, int columns) {
        for (DType type : new DType[] {DType.F32, DType.BF16}) {
            for (boolean transposed : new boolean[] {false, true}) {
                checkAgainstSums(new BatchedProduct(type, batch, rows, inner, columns, transposed));
            }
        }
    }

    @Tag("slow")
    @Test
    void more_shapes_than_are_remembered_stay_right() {
        for (int round = 0; round < 2; round++) {
            for (int columns = 1; columns <= 300; columns++) {
                checkAgainstSums(new BatchedProduct(DType.BF16, 1, 2, 4, columns, true));
            }
        }
    }

    @Test
    void memory_that_is_too_small_is_refused() {
        try (Scope _ = Scope.open()) {
            Tensor a = Tensor.zeros(DType.BF16, Device.CPU, 2, 3);
            Tensor b = Tensor.zeros(DType.BF16, Device.CPU, 3, 4);
            Tensor out = Tensor.zeros(DType.BF16, Device.CPU, 2, 3);
            BatchedProduct product = new BatchedProduct(DType.BF16, 1, 2, 3, 4, false);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> product.run(a.memory(), b.memory(), out.memory()))
                    .withMessage("[1, 2, 4] BF16 needs 16 bytes of native memory, got 12");
        }
    }

    @Test
    void other_types_and_empty_sizes_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchedProduct(DType.I8, 1, 1, 1, 1, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchedProduct(DType.BF16, 1, 0, 1, 1, false));
    }

    private static void checkAgainstSums(BatchedProduct product) {
        SplittableRandom random = new SplittableRandom(product.hashCode());
        int batch = product.batch();
        int m = product.rows();
        int k = product.inner();
        int n = product.columns();
        // Whole numbers this small have exact sums; BF16 results are rounded to 8 bits.
        float[] a = wholes(random, batch * m * k);
        float[] b = wholes(random, batch * k * n);
        try (Scope _ = Scope.open()) {
            Tensor out = Tensor.zeros(product.type(), Device.CPU, batch, m, n);
            product.run(
                    Tensor.of(a, a.length).to(product.type()).memory(),
                    Tensor.of(b, b.length).to(product.type()).memory(),
                    out.memory());
            float[] actual = out.toFloats();
            for (int i = 0; i < actual.length; i++) {
                int matrix = i / (m * n);
                int row = i / n % m;
                int column = i % n;
                double sum = 0;
                for (int j = 0; j < k; j++) {
                    int second = product.transposed() ? column * k + j : j * n + column;
                    sum += a[(matrix * m + row) * k + j] * b[matrix * k * n + second];
                }
                double rounding = product.type() == DType.BF16 ? Math.abs(sum) / 256 : 0;
                assertThat((double) actual[i]).as("%s, element %d", product, i).isCloseTo(sum, Offset.offset(rounding));
            }
        }
    }

    private static float[] wholes(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-7, 8);
        }
        return values;
    }
}
