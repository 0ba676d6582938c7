package io.github.coda4j.weights;

import java.util.Set;
import java.util.regex.Pattern;

/** The file names of a model folder, by their role. */
public final class ModelFiles {
    /** Files that a model written from another one takes over unchanged, where they exist. */
    private static final Set<String> COMPANIONS = Set.of(
            CheckpointFolder.GENERATION_CONFIG,
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "chat_template.json",
            "README.md");

    /** What was measured of these weights alone; no other model takes it over. */
    private static final String CALIBRATION = "length.json";

    private static final Pattern LICENSE =
            Pattern.compile("(LICEN[CS]E|NOTICE)([._-][\\w.-]*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern WEIGHTS = Pattern.compile("[\\w.-]+\\.safetensors(\\.index\\.json)?");

    private ModelFiles() {}

    /** Tokenizer, generation config, model card, licence. */
    public static boolean isCompanion(String name) {
        return COMPANIONS.contains(name) || LICENSE.matcher(name).matches();
    }

    /** Safetensors files and their index. */
    static boolean isWeights(String name) {
        return WEIGHTS.matcher(name).matches();
    }

    public static boolean belongsToModel(String name) {
        return name.equals(CheckpointFolder.CONFIG) || name.equals(CALIBRATION) || isCompanion(name) || isWeights(name);
    }
}
