package io.github.coda4j.tensor.products;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * y = x W^T with a weight [outputs, inputs] laid out once for fast products on the CPU. Biases are left to the pass
 * that follows.
 *
 * <p>Not tied to a scope: closed by its owner. May be used by several threads at once.
 */
public sealed interface PackedLinear extends AutoCloseable
        permits OneDnnLinear, PanelLinear, PlainInt8Linear, PackedLinear.Plain {
    /** Rows of the weight. */
    int outputs();

    /** Columns of the weight. */
    int inputs();

    /**
     * What {@link #forward} takes: F32, BF16 or U8 (bytes around a zero point, one scale per row, see
     * {@code kernel.Kind}).
     */
    DType inputType();

    /** What {@link #forward} gives; for U8 inputs still to be multiplied by the scale of the input's row. */
    DType outputType();

    /**
     * Multiplies.
     *
     * @param input native memory with [rows, inputs] in {@link #inputType}
     * @param rows at least 0
     * @param output native memory for [rows, outputs] in {@link #outputType}, apart from the input
     * @throws IllegalArgumentException when the memory is too small
     */
    void forward(MemorySegment input, int rows, MemorySegment output);

    /**
     * The same in memory for {@link #room} rows, of which those behind the last may be read and are written over.
     * Products of many different numbers of rows are then of few sizes. The results are equal up to rounding: on some
     * processors products of other sizes add in another order.
     *
     * @param input native memory for [room(rows), inputs]
     * @param output native memory for [room(rows), outputs]
     */
    default void forwardInRoom(MemorySegment input, int rows, MemorySegment output) {
        forward(input, rows, output);
    }

    /** How many rows {@link #forwardInRoom} may run for so many: at most an eighth or three more. */
    static int room(int rows) {
        int step = Math.max(4, Integer.highestOneBit(rows) / 8);
        return Math.ceilDiv(rows, step) * step;
    }

    /** [M, inputs] to [M, outputs], inside a scope. */
    default Tensor forward(Tensor input) {
        int rows = Math.toIntExact(input.size(0));
        Tensor output = Tensor.empty(outputType(), Device.CPU, rows, outputs());
        forward(input.memory(), rows, output.memory());
        return output;
    }

    @Override
    void close();

    /** Packs an F32 weight; the memory may be freed afterwards. */
    static PackedLinear f32(MemorySegment weight, int outputs, int inputs) {
        return Plain.of(weight, DType.F32, DType.F32, outputs, inputs);
    }

    /**
     * Packs a BF16 weight; its memory may be freed afterwards. Inputs and results are F32 where {@code path} is
     * {@code WIDENED} and BF16 otherwise. Where oneDNN has no fast code for it, libtorch multiplies.
     *
     * @param path how products run, {@link ProductPaths#here}
     * @param pages where the packed weight is put; freed after this is closed
     */
    static PackedLinear bf16(ProductPaths.Bf16 path, MemorySegment weight, int outputs, int inputs, LargePages pages) {
        DType type = path == ProductPaths.Bf16.WIDENED ? DType.F32 : DType.BF16;
        Optional<OneDnnLinear> packed = path == ProductPaths.Bf16.LIBTORCH
                ? Optional.empty()
                : OneDnn.find()
                        .flatMap(oneDnn -> OneDnnLinear.packBf16(oneDnn, weight, outputs, inputs, type, type, pages));
        return packed.isPresent() ? packed.get() : Plain.of(weight, DType.BF16, type, outputs, inputs);
    }

    /**
     * Packs an I8 weight with one scale per output; the memory may be freed afterwards. Inputs are U8 around the path's
     * zero point.
     *
     * @param path how products run, {@link ProductPaths#here}; where oneDNN has no fast code for it, libtorch
     *     multiplies
     * @param outputType F32, or BF16, in place of which F32 comes where that is faster
     * @param pages where the packed weight is put; freed after this is closed
     */
    static PackedLinear int8(
            ProductPaths.Int8 path,
            MemorySegment weight,
            float[] scales,
            int outputs,
            int inputs,
            DType outputType,
            LargePages pages) {
        return panels(path, WeightRows.of(weight, inputs), scales, outputs, inputs, outputType, pages)
                .orElseGet(() -> whole(path, weight, scales, outputs, inputs, outputType, pages));
    }

    /** The same of rows that are read piece by piece, where the path can take them so. */
    static PackedLinear int8(
            ProductPaths.Int8 path,
            WeightRows rows,
            float[] scales,
            int outputs,
            int inputs,
            DType outputType,
            LargePages pages) {
        return panels(path, rows, scales, outputs, inputs, outputType, pages).orElseGet(() -> {
            try (LargePages temporary = new LargePages(1)) {
                MemorySegment weight = temporary.allocate((long) outputs * inputs);
                rows.read(0, outputs, weight);
                return whole(path, weight, scales, outputs, inputs, outputType, pages);
            }
        });
    }

    private static Optional<PackedLinear> panels(
            ProductPaths.Int8 path,
            WeightRows rows,
            float[] scales,
            int outputs,
            int inputs,
            DType outputType,
            LargePages pages) {
        check(
                outputType == DType.F32 || outputType == DType.BF16,
                "int8 products give F32 or BF16, asked for %s",
                outputType);
        Int4Weight.checkScales(scales, outputs);
        return path == ProductPaths.Int8.PANELS
                ? PanelLinear.int8(rows, scales, outputs, inputs, path.zeroPoint(), outputType, pages)
                        .map(PackedLinear.class::cast)
                : Optional.empty();
    }

    private static PackedLinear whole(
            ProductPaths.Int8 path,
            MemorySegment weight,
            float[] scales,
            int outputs,
            int inputs,
            DType outputType,
            LargePages pages) {
        if (path != ProductPaths.Int8.FLOATS && OneDnn.find().isPresent()) {
            OneDnn oneDnn = OneDnn.find().get();
            for (DType type : new DType[] {outputType, DType.F32}) {
                Optional<OneDnnLinear> packed =
                        OneDnnLinear.packInt8(oneDnn, weight, scales, outputs, inputs, path.zeroPoint(), type, pages);
                if (packed.isPresent()) {
                    return packed.get();
                }
            }
        }
        return PlainInt8Linear.of(weight, scales, outputs, inputs, path.zeroPoint());
    }

    /**
     * Packs a weight of 4 bits; the memory may be freed afterwards. Products are those of the int8 weight that it
     * stands for, to the bit.
     *
     * @param path how products run, {@link ProductPaths#here}
     * @param outputType as {@link #int8} takes it
     * @param pages where the packed weight is put; freed after this is closed
     */
    static PackedLinear int4(ProductPaths.Int8 path, Int4Weight weight, DType outputType, LargePages pages) {
        if (path == ProductPaths.Int8.PANELS) {
            Optional<PanelLinear> packed = PanelLinear.int4(weight, path.zeroPoint(), outputType, pages);
            if (packed.isPresent()) {
                return packed.get();
            }
        }
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment bytes = temporary.allocate((long) weight.outputs() * weight.inputs(), 64);
            weight.unpack(bytes);
            return int8(path, bytes, weight.scales(), weight.outputs(), weight.inputs(), outputType, pages);
        }
    }

    /** Throws unless the memory is native and holds the rows. */
    static void checkSizes(PackedLinear linear, MemorySegment input, int rows, MemorySegment output) {
        checkSize("input", input, rows, linear.inputs(), linear.inputType());
        checkSize("output", output, rows, linear.outputs(), linear.outputType());
    }

    private static void checkSize(String what, MemorySegment memory, int rows, int columns, DType type) {
        long needed = (long) rows * columns * type.bytes();
        check(
                rows >= 0 && memory.isNative() && memory.byteSize() >= needed,
                "%s of [%d, %d] %s needs %d bytes of native memory, got %d",
                what,
                rows,
                columns,
                type,
                needed,
                memory.byteSize());
    }

    /** A weight row by row, multiplied by libtorch: F32, and BF16 where oneDNN has no fast code for it. */
    record Plain(Tensor weight) implements PackedLinear {
        /**
         * Copies a weight.
         *
         * @param stored what the memory holds
         * @param type what is multiplied
         */
        static Plain of(MemorySegment memory, DType stored, DType type, int outputs, int inputs) {
            try (Scope scope = Scope.open()) {
                Tensor copy = Tensor.empty(stored, Device.CPU, outputs, inputs);
                MemorySegment.copy(memory, 0, copy.memory(), 0, copy.memory().byteSize());
                return new Plain(scope.detach(copy.to(type)));
            }
        }

        @Override
        public int outputs() {
            return Math.toIntExact(weight.size(0));
        }

        @Override
        public int inputs() {
            return Math.toIntExact(weight.size(1));
        }

        @Override
        public DType inputType() {
            return weight.dtype();
        }

        @Override
        public DType outputType() {
            return weight.dtype();
        }

        @Override
        public void forward(MemorySegment input, int rows, MemorySegment output) {
            checkSizes(this, input, rows, output);
            try (Scope _ = Scope.open()) {
                Tensor.productInto(view(output, rows, outputs()), view(input, rows, inputs()), weight.transpose(0, 1));
            }
        }

        private Tensor view(MemorySegment memory, int rows, int columns) {
            return Tensor.view(
                    memory.asSlice(0, (long) rows * columns * weight.dtype().bytes()), weight.dtype(), rows, columns);
        }

        @Override
        public void close() {
            weight.close();
        }
    }
}
