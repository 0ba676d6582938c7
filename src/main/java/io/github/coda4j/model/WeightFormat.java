package io.github.coda4j.model;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * In which numbers the matrix products of a model run. A format is a file of its own that says everything about it: its
 * name, how its weights are packed and how many bytes they take, what its products take and give on a processor, how a
 * checkpoint holds it. Nobody else tells formats apart.
 */
public abstract sealed class WeightFormat permits Fp32Format, Bf16Format, Int8Format, Int4Format {
    // The cases have no other instances and no statics that others read: a class that is first touched by way of a
    // subclass while another thread begins here would wait for it, and it for this one.

    /** 32-bit floats: the reference. */
    public static final WeightFormat FP32 = new Fp32Format();
    /**
     * bfloat16 weights and product inputs; norms, softmax and the residual stream stay in 32 bits in the fast engine.
     */
    public static final WeightFormat BF16 = new Bf16Format();
    /** int8 weights with one scale per output, int8 inputs with one scale per token; attention in bfloat16. */
    public static final WeightFormat INT8 = new Int8Format();
    /**
     * Weights of 4 bits, which are int8 to the products: a scale per output, a whole step and zero per group of inputs;
     * an int8 embedding; the output layer and the rest as in {@link #INT8}.
     */
    public static final WeightFormat INT4 = new Int4Format();

    /** Every format, the widest first. */
    public static final List<WeightFormat> ALL = List.of(FP32, BF16, INT8, INT4);

    private final String name;

    /** @param name as flags and reports say it, in lower case */
    WeightFormat(String name) {
        this.name = name;
    }

    /**
     * Reads a format's name, for example {@code bf16}.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static WeightFormat parse(String text) {
        for (WeightFormat format : ALL) {
            if (format.name.equals(text.toLowerCase(Locale.ROOT))) {
                return format;
            }
        }
        check(
                false,
                "unknown dtype \"%s\"; known: %s",
                text,
                ALL.stream().map(WeightFormat::toString).collect(Collectors.joining(", ")));
        throw new AssertionError();
    }

    /**
     * The faster of FP32 and BF16. BF16 where the processor has products of it, and in the fast engine also where
     * oneDNN widens its weights on the way (docs/LOG.md, "Processors without bf16 or VNNI"); FP32 where libtorch would
     * emulate it.
     *
     * @param device where it runs
     */
    public static WeightFormat fastestFloat(EngineKind engine, Device device) {
        boolean isBf16 = device.isCuda()
                || (engine == EngineKind.FAST
                        ? ProductPaths.bf16IsPacked()
                        : ProductPaths.here().bf16() == ProductPaths.Bf16.NATIVE);
        return isBf16 ? BF16 : FP32;
    }

    /**
     * Whether the weights are plain floating numbers, which the plain engine and training take too. Others are packed
     * for the fast engine alone, and a checkpoint can hold them.
     */
    public boolean isFloating() {
        return tensorType().isPresent();
    }

    /** The name, for example {@code bf16}. */
    @Override
    public String toString() {
        return name;
    }

    /** What libtorch's tensors of such weights hold; empty where no tensor can. */
    abstract Optional<DType> tensorType();

    /**
     * Reads the embedding for the fast engine, which keeps it so: BF16 where a format says no other. Norms are always
     * F32.
     *
     * @param pages where it is put
     * @param mappings where it stays in its file instead, which a format may prefer
     */
    Embedding embedding(WeightSource source, ModelConfig config, LargePages pages, Arena mappings) {
        return Embedding.floats(source, DType.BF16, config.vocabSize(), config.hidden(), pages);
    }

    /** Bytes of an embedding [vocab, width], with all that belongs to it. */
    long embeddingBytes(long vocab, long width) {
        return vocab * width * DType.BF16.bytes();
    }

    /** Bytes of a product's packed weight [outputs, inputs], with all that belongs to it. */
    abstract long productBytes(long outputs, long inputs);

    /** The same of the output layer. */
    long headBytes(long outputs, long inputs) {
        return productBytes(outputs, inputs);
    }

    /**
     * Packs a worker's share of a product's weight.
     *
     * @param rows where the weight's rows come from
     * @param result what the product should give; formats whose products give what they take pass over it
     * @param paths how products run
     * @param pages where the packed weight may be put; freed after the product is closed
     */
    abstract PackedLinear pack(ShardRows rows, DType result, ProductPaths paths, LargePages pages);

    /** Packs a worker's share of the output layer, which gives {@link #headResult}. */
    PackedLinear packHead(ShardRows rows, ProductPaths paths, LargePages pages) {
        return pack(rows, headResult(paths), paths, pages);
    }

    /** What kind of product it is, for comparisons with the machine's best: F32, BF16 or U8 inputs. */
    abstract DType productType();

    /** What its products take on a processor. */
    abstract NumberKind input(ProductPaths paths);

    /**
     * Whether attention and products' results are BF16 on a processor, as where that multiplies them, F32 otherwise.
     */
    boolean keepsBf16(ProductPaths paths) {
        return paths.bf16() == ProductPaths.Bf16.NATIVE;
    }

    /** What the output layer's product gives: F32 or BF16. */
    abstract DType headResult(ProductPaths paths);

    /** What a processor lacks of these numbers and what is done instead, in one line; empty where it has all. */
    abstract Optional<String> emulated(EngineKind engine, ProductPaths paths);

    /** How a checkpoint holds such weights; empty where they are stored as floating numbers. */
    abstract Optional<Quantization> quantization();
}
