package io.github.coda4j.tensor.products;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import java.util.Optional;

/**
 * How products of reduced precision run on a processor.
 *
 * @param bf16 those of BF16 weights
 * @param int8 those of I8 weights
 */
public record ProductPaths(Bf16 bf16, Int8 int8) {
    /** Ways to multiply with BF16 weights. */
    public enum Bf16 {
        /** BF16 inputs and results; the processor has instructions for them. */
        NATIVE,
        /** oneDNN widens the weights on their way into products of 32-bit floats; inputs and results are F32. */
        WIDENED,
        /** libtorch multiplies BF16, with or without the processor's help. */
        LIBTORCH
    }

    /** Ways to multiply with I8 weights. All are exact sums of whole numbers but for the rounding of a sum to F32. */
    public enum Int8 {
        /**
         * Sums in 32 bits by code that is written here for AVX-512 with VNNI (docs/adr/0031), by oneDNN where a
         * weight's inputs do not come in fours; inputs of 8 bits around 128.
         */
        PANELS(128),
        /** Sums in 32 bits (VNNI); inputs of 8 bits around 128. */
        EXACT(128),
        /**
         * Sums of pairs in 16 bits, which saturate at 8 bits; inputs of 7 bits, 1 to 127 around 64, never get there.
         */
        PAIRED(64),
        /** Converted to 32-bit floats and multiplied by libtorch, slower than these; inputs of 8 bits around 128. */
        FLOATS(128);

        private final int zeroPoint;

        Int8(int zeroPoint) {
            this.zeroPoint = zeroPoint;
        }

        /** What a zero among the inputs is stored as. */
        public int zeroPoint() {
            return zeroPoint;
        }
    }

    /** Bits of oneDNN's instruction sets for x86-64. */
    private static final int AVX2_VNNI = 0x8;

    private static final int AVX2_VNNI_2 = 0x10;
    private static final int AVX512_VNNI = 0x40;
    private static final int AVX512_BF16 = 0x80;

    /**
     * Those of this process: of the processor, its caps by ONEDNN_MAX_CPU_ISA, and oneDNN's library. Loads libtorch.
     */
    public static ProductPaths here() {
        Libtorch.load(); // so that it fails with its own message
        return Holder.HERE;
    }

    /**
     * Whether {@link Bf16#LIBTORCH} is not the way here. Told without loading anything where it can be: every x86-64
     * processor that has AVX2 takes another way if the library is there, and none does without it.
     */
    public static boolean bf16IsPacked() {
        return OneDnn.isBundled() && (OneDnn.isX86() || here().bf16() != Bf16.LIBTORCH);
    }

    private static ProductPaths look() {
        Optional<OneDnn> found = OneDnn.find();
        if (found.isEmpty()) {
            return new ProductPaths(Bf16.LIBTORCH, Int8.FLOATS);
        }
        OneDnn oneDnn = found.get();
        boolean isX86 = OneDnn.isX86();
        int isa = oneDnn.effectiveIsa();
        boolean fastBf16 = OneDnnLinear.isFast(oneDnn, DType.BF16, DType.BF16, DType.BF16);
        boolean hasBf16 = fastBf16 && (!isX86 || has(isa, AVX512_BF16) || has(isa, AVX2_VNNI_2));
        boolean widens = OneDnnLinear.isFast(oneDnn, DType.F32, DType.BF16, DType.F32);
        boolean fastInt8 = isX86 && OneDnnLinear.isFast(oneDnn, DType.U8, DType.I8, DType.F32);
        boolean hasVnni = has(isa, AVX512_VNNI) || has(isa, AVX2_VNNI);
        boolean writes = isX86 && has(isa, AVX512_VNNI) && PanelLinear.isPossible();
        return new ProductPaths(
                hasBf16 ? Bf16.NATIVE : widens ? Bf16.WIDENED : Bf16.LIBTORCH,
                writes ? Int8.PANELS : !fastInt8 ? Int8.FLOATS : hasVnni ? Int8.EXACT : Int8.PAIRED);
    }

    private static boolean has(int isa, int bit) {
        return (isa & bit) != 0;
    }

    private static final class Holder {
        static final ProductPaths HERE = look();
    }
}
