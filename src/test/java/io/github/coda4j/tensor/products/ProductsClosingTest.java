package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.testkit.ClosingContract;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProductsClosingTest extends ClosingContract {
    private static final int SIZE = 64;

    private final LargePages pages = new LargePages(1);

    @AfterEach
    void free() {
        pages.close();
    }

    @Override
    public List<Case> cases() {
        ProductPaths.Int8 here = ProductPaths.here().int8();
        ProductPaths.Int8 oneDnn = here == ProductPaths.Int8.PANELS ? ProductPaths.Int8.EXACT : here;
        return List.of(
                new Case("PackedLinear$Plain", _ -> packed(Float.BYTES, (w, _) -> PackedLinear.f32(w, SIZE, SIZE))),
                new Case("PlainInt8Linear", _ -> int8(ProductPaths.Int8.FLOATS)),
                new Case("PanelLinear", _ -> int8(here), here == ProductPaths.Int8.PANELS),
                new Case("OneDnnLinear", _ -> int8(oneDnn), oneDnn != ProductPaths.Int8.FLOATS));
    }

    private PackedLinear int8(ProductPaths.Int8 path) {
        return packed(1, (w, p) -> PackedLinear.int8(path, w, new float[SIZE], SIZE, SIZE, DType.F32, p));
    }

    private PackedLinear packed(int bytes, BiFunction<MemorySegment, LargePages, PackedLinear> packing) {
        try (Arena arena = Arena.ofConfined()) {
            return packing.apply(arena.allocate((long) SIZE * SIZE * bytes, 64), pages);
        }
    }

    @Test
    void a_closed_weight_refuses_to_multiply() {
        PackedLinear closed = int8(ProductPaths.here().int8());
        closed.close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(1 << 16, 64);
            assertThatThrownBy(() -> closed.forward(rows, 7, rows)).isInstanceOf(IllegalStateException.class);
        }
    }
}
