package io.github.coda4j.tensor.products;

import io.github.coda4j.Closing;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.LargePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** A BF16 or int8 weight in the layout that oneDNN's products want. */
final class OneDnnLinear implements PackedLinear {
    /** The number of rows that the layout is chosen for; others run with the same layout. */
    private static final int TYPICAL_ROWS = 32;

    private final OneDnn oneDnn;
    private final Shape shape;
    private final MemorySegment layout;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment weight;
    private final MemorySegment scales;
    private final Closing closing = new Closing();

    /** What distinguishes the code of two products besides their rows. */
    private record Shape(DType inputType, DType weightType, DType outputType, int zeroPoint, int outputs, int inputs) {
        boolean quantized() {
            return zeroPoint != OneDnnProducts.NOT_QUANTIZED;
        }

        /**
         * Whether weights are widened on the way. oneDNN 3.11 does that right only where they lie as they are stored:
         * in the layouts that it would choose, products with more inputs than one of its blocks give wrong sums.
         */
        boolean widens() {
            return weightType == DType.BF16 && inputType == DType.F32;
        }
    }

    private record Key(Shape shape, int rows) {}

    /**
     * Packs a weight [outputs, inputs]; its memory may be freed afterwards.
     *
     * @param input F32 or BF16
     * @param output F32 or BF16
     * @param pages where the packed weight is put
     * @return nothing where oneDNN has only slow code for it
     */
    static Optional<OneDnnLinear> packBf16(
            OneDnn oneDnn, MemorySegment weight, int outputs, int inputs, DType input, DType output, LargePages pages) {
        Shape shape = new Shape(input, DType.BF16, output, OneDnnProducts.NOT_QUANTIZED, outputs, inputs);
        return pack(oneDnn, shape, weight, new float[0], pages);
    }

    /**
     * The same for an I8 weight and U8 inputs.
     *
     * @param scales one per output
     * @param zeroPoint what a zero among the inputs is stored as
     */
    static Optional<OneDnnLinear> packInt8(
            OneDnn oneDnn,
            MemorySegment weight,
            float[] scales,
            int outputs,
            int inputs,
            int zeroPoint,
            DType output,
            LargePages pages) {
        return pack(oneDnn, new Shape(DType.U8, DType.I8, output, zeroPoint, outputs, inputs), weight, scales, pages);
    }

    private static Optional<OneDnnLinear> pack(
            OneDnn oneDnn, Shape shape, MemorySegment weight, float[] scales, LargePages pages) {
        return layout(oneDnn, shape).map(layout -> new OneDnnLinear(oneDnn, shape, layout, weight, scales, pages));
    }

    /** Whether oneDNN has fast code for products of these types on this processor. */
    static boolean isFast(OneDnn oneDnn, DType input, DType weight, DType output) {
        int zeroPoint = weight == DType.I8 ? ProductPaths.Int8.EXACT.zeroPoint() : OneDnnProducts.NOT_QUANTIZED;
        Optional<MemorySegment> layout = layout(oneDnn, new Shape(input, weight, output, zeroPoint, 64, 64));
        layout.ifPresent(found -> oneDnn.destroy(OneDnn.Handle.DESCRIPTION, found));
        return layout.isPresent();
    }

    private static Optional<MemorySegment> layout(OneDnn oneDnn, Shape shape) {
        MemorySegment source = oneDnn.describe(shape.inputType(), TYPICAL_ROWS, shape.inputs());
        MemorySegment weight = shape.widens()
                ? plain(oneDnn, shape)
                : oneDnn.describeAny(shape.weightType(), shape.inputs(), shape.outputs());
        MemorySegment target = oneDnn.describe(shape.outputType(), TYPICAL_ROWS, shape.outputs());
        Optional<MemorySegment> plan = oneDnn.planProduct(source, weight, target, shape.quantized());
        for (MemorySegment description : new MemorySegment[] {source, weight, target}) {
            oneDnn.destroy(OneDnn.Handle.DESCRIPTION, description);
        }
        return plan.flatMap(found -> {
            Optional<MemorySegment> layout =
                    oneDnn.isSlow(found) ? Optional.empty() : Optional.of(oneDnn.weightsOf(found));
            oneDnn.destroy(OneDnn.Handle.PLAN, found);
            return layout;
        });
    }

    /** Row after row of outputs, as weights are stored. */
    private static MemorySegment plain(OneDnn oneDnn, Shape shape) {
        return oneDnn.describe(
                shape.weightType(), new long[] {shape.inputs(), shape.outputs()}, new long[] {1, shape.inputs()});
    }

    private OneDnnLinear(
            OneDnn oneDnn, Shape shape, MemorySegment layout, MemorySegment plain, float[] scales, LargePages pages) {
        this.oneDnn = oneDnn;
        this.shape = shape;
        this.layout = layout;
        this.weight = pages.allocate(oneDnn.bytes(layout));
        MemorySegment plainLayout = plain(oneDnn, shape);
        MemorySegment from = oneDnn.memory(plainLayout, plain);
        MemorySegment to = oneDnn.memory(layout, weight);
        OneDnnProducts.ofThread(oneDnn).reorder(plainLayout, from, layout, to);
        oneDnn.destroy(OneDnn.Handle.MEMORY, from);
        oneDnn.destroy(OneDnn.Handle.MEMORY, to);
        oneDnn.destroy(OneDnn.Handle.DESCRIPTION, plainLayout);
        this.scales = shape.quantized()
                ? oneDnn.vector(DType.F32, arena.allocateFrom(ValueLayout.JAVA_FLOAT, scales))
                : MemorySegment.NULL;
    }

    @Override
    public int outputs() {
        return shape.outputs();
    }

    @Override
    public int inputs() {
        return shape.inputs();
    }

    @Override
    public DType inputType() {
        return shape.inputType();
    }

    @Override
    public DType outputType() {
        return shape.outputType();
    }

    @Override
    public void forward(MemorySegment input, int rows, MemorySegment output) {
        closing.checkOpen("the packed weight");
        PackedLinear.checkSizes(this, input, rows, output);
        if (rows > 0) {
            OneDnnProducts.ofThread(oneDnn)
                    .of(new Key(shape, rows), () -> recipe(rows))
                    .run(input, weight, scales, output);
        }
    }

    @Override
    public void forwardInRoom(MemorySegment input, int rows, MemorySegment output) {
        int room = PackedLinear.room(rows);
        closing.checkOpen("the packed weight");
        PackedLinear.checkSizes(this, input, room, output);
        long vain = (long) (room - rows) * shape.inputs() * shape.outputs();
        boolean exact = vain == 0 || OneDnnProducts.ofThread(oneDnn).isWorthMaking(new Key(shape, rows), vain);
        forward(input, exact ? rows : room, output);
    }

    private OneDnnProducts.Recipe recipe(int rows) {
        return new OneDnnProducts.Recipe(
                oneDnn.describe(shape.inputType(), rows, shape.inputs()),
                oneDnn.copyOf(layout),
                oneDnn.describe(shape.outputType(), rows, shape.outputs()),
                shape.zeroPoint());
    }

    @Override
    public void close() {
        closing.once(() -> {
            if (shape.quantized()) {
                oneDnn.destroy(OneDnn.Handle.MEMORY, scales);
            }
            oneDnn.destroy(OneDnn.Handle.DESCRIPTION, layout);
            arena.close();
        });
    }
}
