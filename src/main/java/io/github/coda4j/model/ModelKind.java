package io.github.coda4j.model;

import static java.util.Objects.requireNonNull;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.files.ConfigFile;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a model computes besides its sizes, as data: transformers and training passes ask here and know no family. The
 * {@code model_type} of config.json names a kind; keys of config.json may differ from it ({@code attention_bias} as
 * everywhere, {@code attention_output_bias}, {@code qk_norm}, {@code logits_alignment}, {@code attention_block} and
 * {@code attention_border}, which are coda4j's own).
 *
 * @param modelType what config.json calls it
 * @param architecture the class that {@code architectures} of config.json names
 * @param qkNorm whether queries and keys are RMS-normed head by head before they are turned
 * @param bias which projections of attention have one
 * @param alignment which output row proposes which position
 * @param blocks the blocks of block-causal attention; empty: every position sees the whole sequence. Shifted rows then
 *     propose inside their block, and the first position of a block is proposed by the last row of the one before it,
 *     when that is full
 */
public record ModelKind(
        String modelType,
        String architecture,
        boolean qkNorm,
        Bias bias,
        Alignment alignment,
        Optional<BlockCausal> blocks) {
    /** Which projections of attention have a bias. */
    public enum Bias {
        NONE,
        /** Queries, keys and values. */
        QKV,
        /** Queries, keys, values and the output. */
        QKVO
    }

    /** CoDA, a Qwen3 with full attention. */
    public static final ModelKind CODA =
            new ModelKind("CoDA", "CoDALanguageModel", true, Bias.NONE, Alignment.SHIFTED, Optional.empty());

    static final String TYPE = "model_type";
    static final String ATTENTION_BIAS = "attention_bias";
    static final String OUTPUT_BIAS = "attention_output_bias";
    static final String QK_NORM = "qk_norm";
    static final String ALIGNMENT = "logits_alignment";
    private static final String BLOCK_LENGTH = "block_length";

    public ModelKind {
        requireNonNull(modelType, "model type is null");
        requireNonNull(architecture, "architecture is null");
        requireNonNull(bias, "bias is null");
        requireNonNull(alignment, "alignment is null");
        requireNonNull(blocks, "blocks are null");
    }

    /**
     * Reads the kind out of config.json.
     *
     * @throws CodaException when the model_type is missing or unknown, with the list of those that are known, or when a
     *     key contradicts another
     */
    static ModelKind read(ConfigFile file) {
        Families.Family family = Families.of(file);
        ModelKind named = family.kind();
        boolean qkv = file.optionalBoolean(ATTENTION_BIAS).orElse(named.bias != Bias.NONE);
        boolean output = file.optionalBoolean(OUTPUT_BIAS).orElse(qkv && named.bias != Bias.QKV);
        if (output && !qkv) {
            throw file.invalid(OUTPUT_BIAS, "false where " + ATTENTION_BIAS + " is false");
        }
        return new ModelKind(
                named.modelType,
                named.architecture,
                file.optionalBoolean(QK_NORM).orElse(named.qkNorm),
                output ? Bias.QKVO : qkv ? Bias.QKV : Bias.NONE,
                file.optionalString(ALIGNMENT)
                        .map(text -> parsed(file, ALIGNMENT, () -> Alignment.parse(text)))
                        .orElse(named.alignment),
                blocks(file, family));
    }

    private static Optional<BlockCausal> blocks(ConfigFile file, Families.Family family) {
        OptionalInt length = file.optionalInt(Families.BLOCK);
        if (length.isEmpty()) {
            if (family.unknownBlock()) {
                throw file.invalid(
                        Families.BLOCK,
                        "the length of the blocks that the model was trained with, which no file of its family"
                                + " says: add the key, or --attention-block N");
            }
            return family.kind().blocks;
        }
        if (family.border().isEmpty()) {
            throw file.invalid(
                    Families.BLOCK,
                    "left out: a model of model_type \"" + family.kind().modelType + "\" sees the whole sequence");
        }
        if (length.getAsInt() < 1) {
            throw file.invalid(Families.BLOCK, "at least 1");
        }
        Border border = file.optionalString(Families.BORDER)
                .map(text -> parsed(file, Families.BORDER, () -> Border.parse(text)))
                .orElse(family.border().get());
        return Optional.of(new BlockCausal(length.getAsInt(), border));
    }

    private static <T> T parsed(ConfigFile file, String key, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new CodaException(file.source() + ": " + key + ": " + e.getMessage(), e);
        }
    }

    /**
     * How the authors of a family decode it: parameters of a request by name, possibly none. docs/families.md says
     * where they are from.
     *
     * @param config config.json; nothing is said of one whose model_type is not known
     * @param told numbers that are told beside it, by key
     */
    public static Map<String, Object> decoding(ConfigFile config, Map<String, Integer> told) {
        Map<String, Object> values = new TreeMap<>(
                Families.find(config).map(Families.Family::decoding).orElse(Map.of()));
        if (config.has(Families.BLOCK) || told.containsKey(Families.BLOCK)) {
            values.remove(BLOCK_LENGTH); // The model's own blocks count.
        }
        return values;
    }

    /** Adds the keys that {@link #read} needs beside model_type; coda4j's own only where they say something new. */
    void write(Map<String, Object> values) {
        Families.Family family = Families.of(this);
        ModelKind named = family.kind();
        values.put(ATTENTION_BIAS, bias != Bias.NONE);
        if (bias == Bias.QKV && named.bias != Bias.QKV || bias == Bias.QKVO && named.bias == Bias.QKV) {
            values.put(OUTPUT_BIAS, bias == Bias.QKVO);
        }
        if (qkNorm != named.qkNorm) {
            values.put(QK_NORM, qkNorm);
        }
        if (alignment != named.alignment) {
            values.put(ALIGNMENT, alignment.toString());
        }
        if (!blocks.equals(named.blocks)) {
            blocks.ifPresent(own -> {
                values.put(Families.BLOCK, own.length());
                if (family.border().filter(own.border()::equals).isEmpty()) {
                    values.put(Families.BORDER, own.border().toString());
                }
            });
        }
    }

    /**
     * The kind of that {@code model_type}, for a model whose layers are known.
     *
     * @throws IllegalArgumentException when there is none, with the list of those that there are, or when its layers
     *     are others
     */
    public static ModelKind of(String modelType, ModelKind layers) {
        ModelKind kind = Families.ALL.stream()
                .filter(row -> row.types().contains(modelType))
                .map(Families.Family::kind)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown kind \"" + modelType + "\"; known: "
                        + Families.ALL.stream().map(row -> row.kind().modelType).collect(Collectors.joining(", "))));
        if (kind.qkNorm != layers.qkNorm || kind.bias != layers.bias) {
            throw new IllegalArgumentException("the layers of " + modelType + " are others than those of "
                    + layers.modelType + ": norms of heads " + kind.qkNorm + " and " + layers.qkNorm + ", biases "
                    + kind.bias + " and " + layers.bias);
        }
        return kind;
    }

    /**
     * The same with block-causal attention in blocks of that length.
     *
     * @throws IllegalArgumentException when the family has none
     */
    public ModelKind withBlocks(int length) {
        Border border = Families.of(this)
                .border()
                .orElseThrow(() -> new IllegalArgumentException("a model of model_type \"" + modelType
                        + "\" sees the whole sequence: it has no blocks of attention"));
        return new ModelKind(
                modelType, architecture, qkNorm, bias, alignment, Optional.of(new BlockCausal(length, border)));
    }

    /** How many tokens training runs of each position: with block-causal attention a clean one beside the noised. */
    public int trainedCopies() {
        return blocks.isPresent() ? 2 : 1;
    }

    /** Whether its models all have block-causal attention, of a length that nothing says. */
    public boolean lacksBlocks() {
        return blocks.isEmpty() && Families.of(this).unknownBlock();
    }

    /** The same with rows that propose otherwise. */
    public ModelKind withAlignment(Alignment other) {
        return new ModelKind(modelType, architecture, qkNorm, bias, other, blocks);
    }

    /** Whether the projections of queries, keys and values have biases. */
    public boolean hasQkvBias() {
        return bias != Bias.NONE;
    }

    /** Whether the output projection of attention has a bias. */
    public boolean hasOutputBias() {
        return bias == Bias.QKVO;
    }
}
