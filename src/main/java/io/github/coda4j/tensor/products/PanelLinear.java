package io.github.coda4j.tensor.products;

import io.github.coda4j.Closing;
import io.github.coda4j.jit.PanelKernel;
import io.github.coda4j.jit.PanelWeight;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.ThreadBound;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;
import java.util.function.BiFunction;

/** A weight of int8 or 4 bits for code that is written here ({@link PanelKernel}, docs/adr/0031). */
final class PanelLinear implements PackedLinear {
    /** The system property that switches such code off, so that oneDNN multiplies: {@code off}. */
    private static final String SWITCH = "coda.jit";

    private final PanelKernel kernel;
    private final PanelWeight weight;
    private final int outputs;
    private final int inputs;
    private final DType outputType;
    private final Arena arena;
    private final Closing closing = new Closing();

    private PanelLinear(
            PanelKernel kernel, PanelWeight weight, int outputs, int inputs, DType outputType, Arena arena) {
        this.kernel = kernel;
        this.weight = weight;
        this.outputs = outputs;
        this.inputs = inputs;
        this.outputType = outputType;
        this.arena = arena;
    }

    /** Whether this system runs code that is written here, and nobody switched it off. */
    static boolean isPossible() {
        return Holder.KERNEL.isPresent();
    }

    /**
     * Packs an I8 weight, see {@link PackedLinear#int8}, whose rows are read piece by piece.
     *
     * @return nothing where its inputs do not come in whole steps
     */
    static Optional<PanelLinear> int8(
            WeightRows rows,
            float[] scales,
            int outputs,
            int inputs,
            int zeroPoint,
            DType outputType,
            LargePages pages) {
        return pack(
                outputs,
                inputs,
                0,
                outputType,
                pages,
                (large, small) -> PanelWeight.int8(rows::read, scales, inputs, zeroPoint, large, small));
    }

    /** The same for a weight of 4 bits. */
    static Optional<PanelLinear> int4(Int4Weight weight, int zeroPoint, DType outputType, LargePages pages) {
        return pack(
                weight.outputs(),
                weight.inputs(),
                weight.group(),
                outputType,
                pages,
                (large, small) -> PanelWeight.int4(
                        weight.values()::read,
                        weight.groups()::read,
                        weight.scales(),
                        weight.inputs(),
                        weight.group(),
                        zeroPoint,
                        large,
                        small));
    }

    private static Optional<PanelLinear> pack(
            int outputs,
            int inputs,
            int group,
            DType outputType,
            LargePages pages,
            BiFunction<SegmentAllocator, SegmentAllocator, PanelWeight> layOut) {
        if (Holder.KERNEL.isEmpty() || outputs == 0 || !PanelWeight.fits(inputs, group)) {
            return Optional.empty();
        }
        boolean givesBf16 = outputType == DType.BF16 && ProductPaths.here().bf16() == ProductPaths.Bf16.NATIVE;
        Arena arena = Arena.ofShared();
        PanelWeight weight = layOut.apply((bytes, _) -> pages.allocate(bytes), arena);
        return Optional.of(new PanelLinear(
                Holder.KERNEL.get(), weight, outputs, inputs, givesBf16 ? DType.BF16 : DType.F32, arena));
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public DType inputType() {
        return DType.U8;
    }

    @Override
    public DType outputType() {
        return outputType;
    }

    @Override
    public void forward(MemorySegment input, int rows, MemorySegment output) {
        closing.checkOpen("the packed weight");
        PackedLinear.checkSizes(this, input, rows, output);
        kernel.multiply(weight, Scratch.ofThread(), input, rows, output, outputType == DType.BF16);
    }

    @Override
    public void close() {
        closing.once(arena::close);
    }

    /** What the products of one thread share. */
    private static final class Scratch implements ThreadBound {
        private static final ThreadLocal<Scratch> OF_THREAD = new ThreadLocal<>();

        private final Arena arena = Arena.ofConfined();
        private final PanelKernel.Scratch memory = new PanelKernel.Scratch(arena);

        static PanelKernel.Scratch ofThread() {
            Scratch scratch = OF_THREAD.get();
            if (scratch == null) {
                scratch = new Scratch();
                OF_THREAD.set(scratch);
                ThreadBound.keep(scratch);
            }
            return scratch.memory;
        }

        @Override
        public void threadsChanged(int threads) {
            // A product runs on the thread that asks for it.
        }

        @Override
        public void threadEnds() {
            OF_THREAD.remove();
            arena.close();
        }
    }

    private static final class Holder {
        // As long as the process, like the code of a library.
        static final Optional<PanelKernel> KERNEL =
                "off".equals(System.getProperty(SWITCH)) ? Optional.empty() : PanelKernel.write(Arena.global());
    }
}
