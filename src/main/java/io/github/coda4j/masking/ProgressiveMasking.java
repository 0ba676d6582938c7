package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.files.ConfigValues;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The built-in plan: noise with S1, S2 and S3 by a curriculum, and rows with padded holes (S4).
 *
 * @param holes S4, empty for none; not among the original's rules
 * @param strata rows whose noise levels are spread evenly, 1 when each row draws for itself
 */
public record ProgressiveMasking(MaskingRules rules, Curriculum curriculum, Optional<HolePadding> holes, int strata)
        implements MaskingPlan {
    public ProgressiveMasking {
        check(
                holes.isEmpty() || rules == MaskingRules.REPORT,
                "hole_probability needs rules report: the original has no padded holes");
        holes.ifPresent(padding -> padding.checkEpochs(curriculum.epochs()));
    }

    /** Without holes. */
    public ProgressiveMasking(MaskingRules rules, Curriculum curriculum, int strata) {
        this(rules, curriculum, Optional.empty(), strata);
    }

    /** What a config calls it; it need not, for this is the rule when none is named. */
    public static final String NAME = "progressive";

    /** The same with the ids of a tokenizer and the alignment of a model. */
    public MaskingOptions options(MaskingVocabulary vocabulary, long seed) {
        return new MaskingOptions(vocabulary.maskId(), vocabulary.padId(), seed, rules, vocabulary.alignment(), strata);
    }

    @Override
    public MaskingRule open(MaskingVocabulary vocabulary, long seed) {
        MaskingOptions options = options(vocabulary, seed);
        Optional<HoleMasks> masks =
                holes.map(padding -> new HoleMasks(padding, vocabulary.require(padding.padToken()), options));
        return new Noising(options, curriculum, masks)::apply;
    }

    /** Under the same rules and strata as the training rows. */
    @Override
    public MaskingRule heldOut(MaskingVocabulary vocabulary) {
        return HeldOutNoise.ofRun(options(vocabulary, HeldOutNoise.SEED));
    }

    /** Reads it from a config. */
    static final class Factory implements MaskingRuleFactory {
        private static final List<String> LEVELS = List.of("independent", "stratified");
        private static final List<String> OPTIONS = List.of(
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

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<String> options() {
            return Stream.concat(OPTIONS.stream(), HolePadding.KEYS.stream()).toList();
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
            return new ProgressiveMasking(rules, curriculum, HolePadding.read(in), stratified ? run.rows() : 1);
        }

        private static List<String> names() {
            return Arrays.stream(MaskingRules.values())
                    .map(value -> value.name().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }
}
