package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigValues;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The built-in plan: noise with S1, S2 and S3 by a curriculum.
 *
 * @param strata rows whose noise levels are spread evenly, 1 when each row draws for itself
 */
public record ProgressiveMasking(MaskingRules rules, Curriculum curriculum, int strata) implements MaskingPlan {
    /** What a config calls it; it need not, for this is the rule when none is named. */
    public static final String NAME = "progressive";

    /** The same with the ids of a tokenizer and the alignment of a model. */
    public MaskingOptions options(MaskingVocabulary vocabulary, long seed) {
        return new MaskingOptions(vocabulary.maskId(), vocabulary.padId(), seed, rules, vocabulary.alignment(), strata);
    }

    @Override
    public MaskingRule open(MaskingVocabulary vocabulary, long seed) {
        return new Noising(options(vocabulary, seed), curriculum)::apply;
    }

    /** Under the same rules and strata as the training rows. */
    @Override
    public MaskingRule heldOut(MaskingVocabulary vocabulary) {
        return HeldOutNoise.ofRun(options(vocabulary, HeldOutNoise.SEED));
    }

    /** Reads it from a config. */
    static final class Factory implements MaskingRuleFactory {
        private static final List<String> LEVELS = List.of("independent", "stratified");

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<String> options() {
            return List.of(
                    "rules",
                    "noise_levels",
                    "schedule",
                    "ramp_steps",
                    "prefix_probability",
                    "truncate_probability",
                    "block_probability",
                    "block_sizes",
                    "eps",
                    "prompt_ramp",
                    "epochs");
        }

        @Override
        public MaskingPlan read(ConfigValues in, Run run) {
            MaskingRules rules =
                    MaskingRules.valueOf(in.choiceOr("rules", "report", names()).toUpperCase(Locale.ROOT));
            String growth = in.choiceOr("schedule", "constant", List.of("constant", "linear"));
            OptionalLong ramp =
                    in.has("ramp_steps") ? OptionalLong.of(in.integer("ramp_steps", "steps")) : OptionalLong.empty();
            Curriculum curriculum = new Curriculum(
                    Growth.named(growth, ramp),
                    in.numbersOr("prefix_probability", 0),
                    in.numbersOr("truncate_probability", 0),
                    in.numbersOr("block_probability", 0),
                    in.integerStages("block_sizes"),
                    in.numbersOr("eps", 0.001),
                    in.numberOr("prompt_ramp", 0),
                    in.countOr("epochs", 1),
                    run.steps());
            boolean blocks = curriculum.blockProbability().stream().anyMatch(p -> p > 0);
            check(
                    !blocks || curriculum.blockSizes().stream().noneMatch(List::isEmpty),
                    "block_sizes is missing: with block_probability above 0 it says which sizes are drawn, "
                            + "such as [2, 4, 8]");
            boolean stratified =
                    in.choiceOr("noise_levels", "independent", LEVELS).equals("stratified");
            return new ProgressiveMasking(rules, curriculum, stratified ? run.rows() : 1);
        }

        private static List<String> names() {
            return Arrays.stream(MaskingRules.values())
                    .map(value -> value.name().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }
}
