package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.tensor.products.ProductPaths.Bf16;
import io.github.coda4j.tensor.products.ProductPaths.Int8;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LoadOptionsTest {
    @Test
    void what_a_processor_has_is_not_said_to_be_emulated() {
        for (WeightFormat precision : WeightFormat.ALL) {
            assertThat(emulated(EngineKind.FAST, precision, Bf16.NATIVE, Int8.PANELS))
                    .isEmpty();
        }
        assertThat(emulated(EngineKind.FAST, WeightFormat.FP32, Bf16.LIBTORCH, Int8.FLOATS))
                .isEmpty();
        assertThat(emulated(EngineKind.FAST, WeightFormat.INT8, Bf16.NATIVE, Int8.EXACT))
                .isEmpty();
        assertThat(emulated(EngineKind.PLAIN, WeightFormat.BF16, Bf16.NATIVE, Int8.PAIRED))
                .isEmpty();
    }

    @Test
    void what_it_lacks_is_said_with_what_is_done_instead() {
        assertThat(emulated(EngineKind.FAST, WeightFormat.BF16, Bf16.WIDENED, Int8.EXACT))
                .hasValueSatisfying(line -> assertThat(line).contains("bf16 is emulated", "widened to fp32"));
        assertThat(emulated(EngineKind.PLAIN, WeightFormat.BF16, Bf16.WIDENED, Int8.EXACT))
                .hasValueSatisfying(line -> assertThat(line).contains("bf16 is emulated", "--dtype fp32 is faster"));
        assertThat(emulated(EngineKind.FAST, WeightFormat.BF16, Bf16.LIBTORCH, Int8.EXACT))
                .hasValueSatisfying(line -> assertThat(line).contains("bf16 is emulated", "--dtype fp32 is faster"));
        assertThat(emulated(EngineKind.FAST, WeightFormat.INT8, Bf16.NATIVE, Int8.PAIRED))
                .hasValueSatisfying(line -> assertThat(line).contains("7 bits", "no VNNI"));
        assertThat(emulated(EngineKind.FAST, WeightFormat.INT8, Bf16.NATIVE, Int8.FLOATS))
                .hasValueSatisfying(line -> assertThat(line).contains("int8 is emulated", "converted to fp32"));
        assertThat(emulated(EngineKind.FAST, WeightFormat.INT4, Bf16.NATIVE, Int8.EXACT))
                .hasValueSatisfying(line -> assertThat(line).contains("memory and time of int8"));
        assertThat(emulated(EngineKind.FAST, WeightFormat.INT4, Bf16.NATIVE, Int8.PAIRED))
                .hasValueSatisfying(line -> assertThat(line).contains("memory and time of int8", "7 bits"));
    }

    @Tag("slow")
    @Test
    void the_faster_floats_are_those_that_nothing_emulates_slowly() {
        assertThat(WeightFormat.fastestFloat(EngineKind.PLAIN, Device.parse("cuda")))
                .isEqualTo(WeightFormat.BF16);
        boolean hasBf16 = ProductPaths.here().bf16() == Bf16.NATIVE;
        assertThat(WeightFormat.fastestFloat(EngineKind.PLAIN, Device.CPU))
                .isEqualTo(hasBf16 ? WeightFormat.BF16 : WeightFormat.FP32);
        boolean isSlow = ProductPaths.here().bf16() == Bf16.LIBTORCH;
        assertThat(WeightFormat.fastestFloat(EngineKind.FAST, Device.CPU))
                .isEqualTo(isSlow ? WeightFormat.FP32 : WeightFormat.BF16);
    }

    private static Optional<String> emulated(EngineKind engine, WeightFormat precision, Bf16 bf16, Int8 int8) {
        return new LoadOptions(engine, precision, Device.CPU, 1).emulated(new ProductPaths(bf16, int8));
    }
}
