package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import org.junit.jupiter.api.Test;

/** What a machine without a GPU says, and one with a GPU does. */
class CudaTest {
    @Test
    void a_cuda_device_works_or_is_refused_in_one_line() {
        Device device = Device.parse("cuda");
        try (Scope _ = Scope.open()) {
            if (Libtorch.cudaAvailable()) {
                assertThat(Tensor.of(new float[] {1, 2}, 2).to(device).mul(2).toFloats())
                        .containsExactly(2, 4);
            } else {
                assertThatThrownBy(() -> Tensor.zeros(DType.F32, device, 2))
                        .isInstanceOf(CodaException.class)
                        .hasMessageContaining("cuda")
                        .hasMessageContaining("--device cpu")
                        .hasMessageNotContaining("\n");
                assertThatThrownBy(() -> Tensor.of(new float[] {1}, 1).to(device))
                        .isInstanceOf(CodaException.class);
            }
        }
    }
}
