package io.github.coda4j.generate;

/**
 * What a program needs to know of a model.
 *
 * @param maxPositions the longest sequence in tokens, prompt and answer together, that it takes
 * @param vocabSize number of token ids that it knows, padding rows included
 * @param maskId id of the mask token
 * @param parameters numbers in its weights; a tied head counts once
 */
public record ModelInfo(int maxPositions, int vocabSize, int maskId, long parameters) {}
