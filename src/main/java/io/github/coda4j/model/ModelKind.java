package io.github.coda4j.model;

import static java.util.Objects.requireNonNull;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.ConfigFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a model computes besides its sizes, as data: transformers and training passes ask here and know no family. The
 * {@code model_type} of config.json names a kind; keys of config.json may differ from it ({@code attention_bias} as
 * everywhere, {@code attention_output_bias}, {@code qk_norm} and {@code logits_alignment}, which are coda4j's own).
 *
 * @param modelType what config.json calls it
 * @param architecture the class that {@code architectures} of config.json names
 * @param qkNorm whether queries and keys are RMS-normed head by head before they are turned
 * @param bias which projections of attention have one
 * @param alignment which output row proposes which position
 */
public record ModelKind(String modelType, String architecture, boolean qkNorm, Bias bias, Alignment alignment) {
    /** Which projections of attention have a bias. */
    public enum Bias {
        NONE,
        /** Queries, keys and values. */
        QKV,
        /** Queries, keys, values and the output. */
        QKVO
    }

    /** CoDA, a Qwen3 with full attention. */
    public static final ModelKind CODA = new ModelKind("CoDA", "CoDALanguageModel", true, Bias.NONE, Alignment.SHIFTED);

    static final String TYPE = "model_type";
    static final String ATTENTION_BIAS = "attention_bias";
    static final String OUTPUT_BIAS = "attention_output_bias";
    static final String QK_NORM = "qk_norm";
    static final String ALIGNMENT = "logits_alignment";

    /** The kinds by {@code model_type}. A family is a row here. */
    private static final SequencedMap<String, ModelKind> BY_TYPE = new LinkedHashMap<>();

    static {
        BY_TYPE.put(CODA.modelType, CODA);
        BY_TYPE.put("coda", CODA);
        BY_TYPE.put("qwen3", CODA);
    }

    public ModelKind {
        requireNonNull(modelType, "model type is null");
        requireNonNull(architecture, "architecture is null");
        requireNonNull(bias, "bias is null");
        requireNonNull(alignment, "alignment is null");
    }

    /**
     * Reads the kind out of config.json.
     *
     * @throws CodaException when the model_type is missing or unknown, with the list of those that are known, or when a
     *     key contradicts another
     */
    static ModelKind read(ConfigFile file) {
        ModelKind named = BY_TYPE.get(file.requireString(TYPE));
        if (named == null) {
            throw file.invalid(TYPE, "one of " + String.join(", ", BY_TYPE.keySet()));
        }
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
                        .map(text -> alignment(file, text))
                        .orElse(named.alignment));
    }

    private static Alignment alignment(ConfigFile file, String text) {
        try {
            return Alignment.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CodaException(file.source() + ": " + ALIGNMENT + ": " + e.getMessage(), e);
        }
    }

    /** Adds the keys that {@link #read} needs beside model_type; coda4j's own only where they say something new. */
    void write(Map<String, Object> values) {
        ModelKind named = BY_TYPE.get(modelType);
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
