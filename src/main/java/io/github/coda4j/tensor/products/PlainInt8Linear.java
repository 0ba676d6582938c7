package io.github.coda4j.tensor.products;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * An I8 weight as it is stored, for processors that oneDNN has no int8 products for: some outputs at a time are
 * converted to 32-bit floats and multiplied by libtorch. As fast as these and a conversion, in a quarter of their
 * memory.
 *
 * @param weight I8 [outputs, inputs]
 * @param scales F32 [outputs]
 * @param zeroPoint what a zero among the inputs is stored as
 */
record PlainInt8Linear(Tensor weight, Tensor scales, int zeroPoint) implements PackedLinear {
    /** Numbers of the weight that are converted at a time: as floats they fill about half of a second-level cache. */
    private static final int CONVERTED = 1 << 17;

    static PlainInt8Linear of(MemorySegment memory, float[] scales, int outputs, int inputs, int zeroPoint) {
        try (Scope scope = Scope.open()) {
            Tensor copy = Tensor.empty(DType.I8, Device.CPU, outputs, inputs);
            MemorySegment.copy(memory, 0, copy.memory(), 0, copy.memory().byteSize());
            return new PlainInt8Linear(scope.detach(copy), scope.detach(Tensor.of(scales, outputs)), zeroPoint);
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
        return DType.U8;
    }

    @Override
    public DType outputType() {
        return DType.F32;
    }

    @Override
    public void forward(MemorySegment input, int rows, MemorySegment output) {
        PackedLinear.checkSizes(this, input, rows, output);
        if (rows == 0) {
            return;
        }
        try (Scope _ = Scope.open()) {
            Tensor bytes = Tensor.view(input.asSlice(0, (long) rows * inputs()), DType.U8, rows, inputs());
            Tensor numbers = bytes.to(DType.F32).add(-zeroPoint); // [rows, inputs], whole numbers
            Tensor out =
                    Tensor.view(output.asSlice(0, (long) rows * outputs() * Float.BYTES), DType.F32, rows, outputs());
            int step = Math.max(1, CONVERTED / inputs());
            for (int from = 0; from < outputs(); from += step) {
                int count = Math.min(step, outputs() - from);
                try (Scope _ = Scope.open()) {
                    Tensor floats = weight.narrow(0, from, count).to(DType.F32); // [count, inputs]
                    Tensor sums = numbers.linear(floats); // [rows, count]
                    out.narrow(1, from, count).assign(sums.mul(scales.narrow(0, from, count)));
                }
            }
        }
    }

    @Override
    public void close() {
        weight.close();
        scales.close();
    }
}
