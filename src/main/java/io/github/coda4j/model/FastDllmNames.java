package io.github.coda4j.model;

import io.github.coda4j.files.ConfigFile;

/** Fast-dLLM v2 calls its block's length {@code bd_size}, and has a key of its training. */
final class FastDllmNames implements FamilyNames {
    private static final String BLOCK = "bd_size";
    private static final String OF_TRAINING = "conplemenrary_mask";

    @Override
    public ConfigFile config(ConfigFile stored) {
        ConfigFile file = stored.without(OF_TRAINING);
        if (!file.has(BLOCK)) {
            return file;
        }
        int length = file.requireInt(BLOCK);
        if (file.has(Families.BLOCK) && file.requireInt(Families.BLOCK) != length) {
            throw file.invalid(Families.BLOCK, BLOCK + ", which is " + length);
        }
        return file.without(BLOCK).with(Families.BLOCK, length);
    }
}
