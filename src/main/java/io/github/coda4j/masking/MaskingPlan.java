package io.github.coda4j.masking;

/**
 * How a run masks, as its config says it, before the tokenizer is known. Plans of equal options are equal: take a
 * record.
 */
public interface MaskingPlan {
    /**
     * The rule that masks the run's rows.
     *
     * @param seed of the run
     * @throws IllegalArgumentException when the tokenizer lacks something
     */
    MaskingRule open(MaskingVocabulary vocabulary, long seed);

    /**
     * What masks the held-out rows: always noise alone, so that runs compare whatever rule they train with. A plan that
     * answers otherwise cannot be compared with others.
     */
    default MaskingRule heldOut(MaskingVocabulary vocabulary) {
        return HeldOutNoise.ofRun(new MaskingOptions(
                vocabulary.maskId(),
                vocabulary.padId(),
                HeldOutNoise.SEED,
                MaskingRules.REPORT,
                vocabulary.alignment()));
    }
}
