package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.IValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * y = x W^T with a weight [outputs, inputs] laid out once for fast products on the CPU. Biases are left to the pass that follows.
 *
 * <p>Not tied to a scope: closed by its owner. May be used by several threads at once.
 */
public sealed interface PackedLinear extends AutoCloseable {
    /** Rows of the weight. */
    int outputs();

    /** What {@link #forward} takes: F32, BF16 or U8 (bytes around 128, one scale per row, see {@code kernel.Kind.U8}). */
    DType inputType();

    /** What {@link #forward} gives; for U8 inputs still to be multiplied by the scale of the input's row. */
    DType outputType();

    /** [M, inputs] to [M, outputs], inside a scope. */
    Tensor forward(Tensor input);

    @Override
    void close();

    /** Packs an F32 weight; the memory may be freed afterwards. */
    static PackedLinear f32(MemorySegment weight, int outputs, int inputs) {
        try (Scope scope = Scope.open()) {
            Tensor copy = Tensor.empty(DType.F32, Device.CPU, outputs, inputs);
            MemorySegment.copy(weight, 0, copy.memory(), 0, copy.memory().byteSize());
            return new F32(scope.detach(copy), outputs);
        }
    }

    /** Packs a BF16 weight; the memory may be freed afterwards. */
    static PackedLinear bf16(MemorySegment weight, int outputs, int inputs) {
        Optional<OneDnn> oneDnn = OneDnn.find();
        try (Scope scope = Scope.open()) {
            Tensor view = Tensor.view(weight, DType.BF16, outputs, inputs);
            if (oneDnn.isPresent()) {
                Tensor packed = oneDnn.get().reorderLinear.call(new IValue(view.raw()), new IValue());
                return new Bf16(scope.detach(packed), outputs, oneDnn.map(found -> found.bf16Arguments(packed)));
            }
            Tensor copy = Tensor.empty(DType.BF16, Device.CPU, outputs, inputs);
            MemorySegment.copy(weight, 0, copy.memory(), 0, copy.memory().byteSize());
            return new Bf16(scope.detach(copy), outputs, Optional.empty());
        }
    }

    /**
     * Packs an I8 weight with one scale per output; the memory may be freed afterwards.
     *
     * @param outputType F32 or BF16
     * @throws CodaException where the processor or libtorch has no fast and exact u8 x s8 product
     */
    static PackedLinear int8(MemorySegment weight, float[] scales, int outputs, int inputs, DType outputType) {
        check(
                outputType == DType.F32 || outputType == DType.BF16,
                "int8 products give F32 or BF16, asked for %s",
                outputType);
        OneDnn oneDnn = OneDnn.find()
                .filter(found -> hasExactInt8())
                .orElseThrow(() -> new CodaException(
                        "int8 needs an x86-64 processor with VNNI and a libtorch with oneDNN; use --dtype bf16 here"));
        try (Scope scope = Scope.open()) {
            Tensor view = Tensor.view(weight, DType.I8, outputs, inputs);
            Tensor packed = scope.detach(oneDnn.prepackInt8.call(new IValue(view.raw()), new IValue()));
            Tensor scale = scope.detach(Tensor.of(scales, outputs));
            Tensor zero = scope.detach(Tensor.zeros(DType.I64, Device.CPU, outputs));
            return new Int8(
                    packed, scale, zero, outputs, outputType, oneDnn.int8Arguments(packed, scale, zero, outputType));
        }
    }

    /** Whether int8 products run here: without VNNI the u8 x s8 instruction saturates its sums at 16 bits and would be wrong. */
    static boolean int8Supported() {
        return OneDnn.find().isPresent() && hasExactInt8();
    }

    private static boolean hasExactInt8() {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        try {
            return !Files.exists(cpuInfo)
                    || Files.readAllLines(cpuInfo).stream()
                            .filter(line -> line.startsWith("flags"))
                            .limit(1)
                            .anyMatch(line -> line.contains("avx512_vnni") || line.contains("avx_vnni"));
        } catch (java.io.IOException e) {
            throw new CodaException("cannot read " + cpuInfo + ": " + e.getMessage(), e);
        }
    }

    /** See {@link #f32}. */
    record F32(Tensor weight, int outputs) implements PackedLinear {
        @Override
        public DType inputType() {
            return DType.F32;
        }

        @Override
        public DType outputType() {
            return DType.F32;
        }

        @Override
        public Tensor forward(Tensor input) {
            return input.linear(weight);
        }

        @Override
        public void close() {
            weight.close();
        }
    }

    /** See {@link #bf16}. */
    record Bf16(Tensor weight, int outputs, Optional<BoxedOperator.Prepared> arguments) implements PackedLinear {
        @Override
        public DType inputType() {
            return DType.BF16;
        }

        @Override
        public DType outputType() {
            return DType.BF16;
        }

        @Override
        public Tensor forward(Tensor input) {
            if (arguments.isEmpty()) {
                return input.linear(weight);
            }
            return OneDnn.require()
                    .linear
                    .call(arguments.get().with(new IValue(input.raw())), DType.BF16, input.size(0), outputs);
        }

        @Override
        public void close() {
            arguments.ifPresent(BoxedOperator.Prepared::close);
            weight.close();
        }
    }

    /** See {@link #int8}. */
    record Int8(
            Tensor weight,
            Tensor scales,
            Tensor zeroPoints,
            int outputs,
            DType outputType,
            BoxedOperator.Prepared arguments)
            implements PackedLinear {
        @Override
        public DType inputType() {
            return DType.U8;
        }

        @Override
        public Tensor forward(Tensor input) {
            return OneDnn.require()
                    .linearInt8
                    .call(arguments.with(new IValue(input.raw())), outputType, input.size(0), outputs);
        }

        @Override
        public void close() {
            arguments.close();
            List.of(weight, scales, zeroPoints).forEach(Tensor::close);
        }
    }

    /** oneDNN's packed products, where this libtorch has them. */
    record OneDnn(
            BoxedOperator reorderLinear, BoxedOperator linear, BoxedOperator prepackInt8, BoxedOperator linearInt8) {
        private static final Logger LOG = LoggerFactory.getLogger(PackedLinear.class);

        static Optional<OneDnn> find() {
            return Holder.FOUND;
        }

        static OneDnn require() {
            return Holder.FOUND.orElseThrow();
        }

        /** Of mkldnn::_linear_pointwise: weight, bias, attribute, its scalars, its algorithm. */
        BoxedOperator.Prepared bf16Arguments(Tensor weight) {
            return new BoxedOperator.Prepared(
                    new IValue(weight.raw()), new IValue(), new IValue("none"), linear.emptyList(4), new IValue(""));
        }

        /**
         * Of onednn::qlinear_pointwise: input scale and zero point, weight, its scales and zero points, bias, output scale, zero point
         * and dtype, post-operation, its scalars, its algorithm.
         */
        BoxedOperator.Prepared int8Arguments(Tensor weight, Tensor scales, Tensor zeroPoints, DType outputType) {
            return new BoxedOperator.Prepared(
                    new IValue(1.0),
                    new IValue(128L),
                    new IValue(weight.raw()),
                    new IValue(scales.raw()),
                    new IValue(zeroPoints.raw()),
                    new IValue(),
                    new IValue(1.0),
                    new IValue(0L),
                    new IValue((long) Natives.scalarType(outputType).value),
                    new IValue("none"),
                    linearInt8.emptyList(11),
                    new IValue(""));
        }

        private static final class Holder {
            static final Optional<OneDnn> FOUND = look();

            private static Optional<OneDnn> look() {
                Libtorch.load();
                try {
                    return Optional.of(new OneDnn(
                            BoxedOperator.find("mkldnn::_reorder_linear_weight"),
                            BoxedOperator.find("mkldnn::_linear_pointwise"),
                            BoxedOperator.find("onednn::qlinear_prepack"),
                            BoxedOperator.find("onednn::qlinear_pointwise")));
                } catch (RuntimeException e) {
                    LOG.info(
                            "this libtorch has no oneDNN products; bf16 runs on its plain ones and int8 is not available");
                    return Optional.empty();
                }
            }
        }
    }
}
