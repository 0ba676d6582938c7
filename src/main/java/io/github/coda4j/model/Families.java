package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.NamedFiles;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.text.MaskToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The families whose checkpoints are read, a row each, and what their published files leave unsaid or say in words of
 * their own. What a row says is established in docs/families.md; nobody else knows a family.
 */
final class Families {
    /** In config.json: positions of a block of block-causal attention; coda4j's own key. */
    static final String BLOCK = "attention_block";

    /** In config.json: where these blocks begin; coda4j's own key. */
    static final String BORDER = "attention_border";

    static final String MASK = "mask_token_id";
    private static final String HEAD_DIM = "head_dim";
    private static final String ARCHITECTURES = "architectures";

    /**
     * A family.
     *
     * @param types what {@code model_type} of config.json may be; the kind's own is among them
     * @param onlyArchitecture whether its {@code model_type} is that of other models too, so that {@code architectures}
     *     must name this one
     * @param kind what its layers compute; block-causal attention only where all of its models have it, in blocks of
     *     the length that they were trained with unless a file says another
     * @param derivesHeadDim whether a missing head_dim is hidden / heads
     * @param border where its blocks begin, if any of its models has block-causal attention
     * @param unknownBlock whether its models have blocks of several lengths that no file tells
     * @param maskId of the mask where neither config.json nor the tokenizer's files name one
     * @param keys what else it calls things
     * @param decoding how its authors decode it, where coda4j's own defaults are others: parameters by name
     */
    record Family(
            List<String> types,
            boolean onlyArchitecture,
            ModelKind kind,
            boolean derivesHeadDim,
            Optional<Border> border,
            boolean unknownBlock,
            OptionalInt maskId,
            Optional<FamilyNames> keys,
            Map<String, Object> decoding) {}

    /** Full attention. */
    private static Family full(
            List<String> types,
            ModelKind kind,
            boolean derivesHeadDim,
            Optional<Border> border,
            Map<String, Object> decoding) {
        return new Family(
                types, false, kind, derivesHeadDim, border, false, OptionalInt.empty(), Optional.empty(), decoding);
    }

    private static ModelKind kind(String type, String architecture, boolean qkNorm, Bias bias, Alignment alignment) {
        return new ModelKind(type, architecture, qkNorm, bias, alignment, Optional.empty());
    }

    private static final Optional<Border> FROM_START = Optional.of(Border.START);

    /** A family is a row here. */
    static final List<Family> ALL = List.of(
            full(List.of("CoDA", "coda", "qwen3"), ModelKind.CODA, false, Optional.empty(), Map.of()),
            full(
                    List.of("a2d-qwen3"),
                    kind("a2d-qwen3", "A2DQwen3LMHeadModel", true, Bias.NONE, Alignment.IN_PLACE),
                    false,
                    Optional.of(Border.PROMPT_END),
                    Map.of("alg", "low_confidence_rounded", "block_length", 32, "thinking", false)),
            full(
                    List.of("a2d-qwen2"),
                    kind("a2d-qwen2", "A2DQwen2LMHeadModel", false, Bias.QKV, Alignment.IN_PLACE),
                    true,
                    Optional.of(Border.PROMPT_END),
                    Map.of("alg", "low_confidence_rounded", "block_length", 32)),
            full(
                    List.of("qwen2"),
                    kind("qwen2", "Qwen2ForCausalLM", false, Bias.QKV, Alignment.SHIFTED),
                    true,
                    Optional.empty(),
                    Map.of("alg", "p2")),
            full(
                    List.of("Dream"),
                    kind("Dream", "DreamModel", false, Bias.QKV, Alignment.SHIFTED),
                    true,
                    Optional.empty(),
                    Map.of("alg", "entropy")),
            new Family(
                    List.of("llada"),
                    false,
                    kind("llada", "LLaDAModelLM", false, Bias.NONE, Alignment.IN_PLACE),
                    true,
                    Optional.empty(),
                    false,
                    OptionalInt.empty(),
                    Optional.of(new LladaNames()),
                    Map.of("alg", "low_confidence", "block_length", 32)),
            new Family(
                    List.of("sdar"),
                    false,
                    kind("sdar", "SDARForCausalLM", true, Bias.NONE, Alignment.IN_PLACE),
                    false,
                    FROM_START,
                    true,
                    OptionalInt.empty(),
                    Optional.empty(),
                    Map.of("alg", "low_confidence_dynamic", "threshold", 0.9)),
            new Family(
                    List.of("Fast_dLLM_Qwen"),
                    false,
                    kind("Fast_dLLM_Qwen", "Fast_dLLM_QwenForCausalLM", false, Bias.QKV, Alignment.SHIFTED),
                    true,
                    FROM_START,
                    true,
                    OptionalInt.empty(),
                    Optional.of(new FastDllmNames()),
                    Map.of("alg", "sub_blocks", "threshold", 0.9)),
            new Family(
                    List.of("llama"),
                    true,
                    new ModelKind(
                            "llama",
                            "StableDiffcoderForCausalLM",
                            false,
                            Bias.NONE,
                            Alignment.IN_PLACE,
                            Optional.of(new BlockCausal(4, Border.START))),
                    true,
                    FROM_START,
                    false,
                    OptionalInt.of(5),
                    Optional.empty(),
                    Map.of("alg", "low_confidence")));

    private Families() {}

    /**
     * The family that config.json is of.
     *
     * @throws CodaException when the model_type is missing or unknown, with the list of those that are known, or that
     *     of other models
     */
    static Family of(ConfigFile file) {
        String type = file.requireString(ModelKind.TYPE);
        Family family = ALL.stream()
                .filter(row -> row.types().contains(type))
                .findFirst()
                .orElseThrow(() -> file.invalid(
                        ModelKind.TYPE,
                        "one of "
                                + ALL.stream()
                                        .flatMap(row -> row.types().stream())
                                        .collect(Collectors.joining(", "))));
        if (family.onlyArchitecture() && !names(file, family)) {
            throw file.invalid(
                    ARCHITECTURES,
                    "[\"" + family.kind().architecture() + "\"] for model_type \"" + type
                            + "\": other models of that type are not masked-diffusion models");
        }
        return family;
    }

    /** The same; empty where it is of none. */
    static Optional<Family> find(ConfigFile file) {
        if (!file.isString(ModelKind.TYPE)) {
            return Optional.empty();
        }
        return ALL.stream()
                .filter(row -> row.types().contains(file.requireString(ModelKind.TYPE)))
                .filter(row -> !row.onlyArchitecture() || names(file, row))
                .findFirst();
    }

    private static boolean names(ConfigFile file, Family family) {
        List<String> named = file.optionalStrings(ARCHITECTURES).orElse(List.of());
        return named.contains(family.kind().architecture());
    }

    /** The row of a kind. */
    static Family of(ModelKind kind) {
        return ALL.stream()
                .filter(row -> row.kind().modelType().equals(kind.modelType()))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("no family has the model_type \"" + kind.modelType() + "\""));
    }

    /**
     * A config.json in the keys that are read here, with what its family leaves to be known or to other files; without
     * a mask token where none names one. One of a family that is not known stays as it is.
     *
     * @param files the small files of the checkpoint
     * @param told keys that somebody who knows the model says, which count more than the file's
     * @throws CodaException naming a key or token that is not known or contradicts another
     */
    static ConfigFile canonical(ConfigFile stored, NamedFiles files, Map<String, Integer> told) {
        ConfigFile file = inOurKeys(stored, told);
        return find(stored)
                .filter(_ -> !file.has(MASK))
                .map(family -> withMask(family, file, files))
                .orElse(file);
    }

    /** The same with nothing that other files say. */
    static ConfigFile inOurKeys(ConfigFile stored, Map<String, Integer> told) {
        if (find(stored).isEmpty()) {
            return stored;
        }
        Family family = of(stored);
        ConfigFile file = family.keys().isPresent() ? family.keys().get().config(stored) : stored;
        for (Map.Entry<String, Integer> key : told.entrySet()) {
            file = file.with(key.getKey(), key.getValue());
        }
        if (family.derivesHeadDim() && !file.has(HEAD_DIM)) {
            file = file.with(HEAD_DIM, derivedHeadDim(file));
        }
        return file;
    }

    private static int derivedHeadDim(ConfigFile file) {
        int hidden = file.requireInt("hidden_size");
        int heads = file.requireInt("num_attention_heads");
        if (heads <= 0 || hidden % heads != 0) {
            throw file.invalid(
                    "num_attention_heads", "a divisor of hidden_size " + hidden + " where head_dim is not said");
        }
        return hidden / heads;
    }

    private static ConfigFile withMask(Family family, ConfigFile file, NamedFiles files) {
        OptionalInt found = MaskToken.find(files);
        OptionalInt mask = found.isPresent() ? found : family.maskId();
        return mask.isPresent() ? file.with(MASK, mask.getAsInt()) : file;
    }
}
