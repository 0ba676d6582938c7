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
 * @param blockNoise whether each block of a model with block-causal attention has a noise level; otherwise each row
 */
public record ProgressiveMasking(
        MaskingRules rules, Curriculum curriculum, Optional<HolePadding> holes, int strata, boolean blockNoise)
        implements MaskingPlan {
    public ProgressiveMasking {
        check(
                !blockNoise
                        || holes.isEmpty()
                                && curriculum.blockProbability().stream().noneMatch(p -> p > 0),
                "noise_per block masks token by token: leave out block_probability and hole_probability, or take"
                        + " noise_per row");
        check(
                holes.isEmpty() || rules == MaskingRules.REPORT,
                "hole_probability needs rules report: the original has no padded holes");
        holes.ifPresent(padding -> padding.checkEpochs(curriculum.epochs()));
    }

    /** Rows have one noise level each. */
    public ProgressiveMasking(MaskingRules rules, Curriculum curriculum, Optional<HolePadding> holes, int strata) {
        this(rules, curriculum, holes, strata, false);
    }

    /** Without holes. */
    public ProgressiveMasking(MaskingRules rules, Curriculum curriculum, int strata) {
        this(rules, curriculum, Optional.empty(), strata);
    }

    /** What a config calls it; it need not, for this is the rule when none is named. */
    public static final String NAME = "progressive";

    /** The same with the ids of a tokenizer and the alignment of a model; rows have one noise level each. */
    public MaskingOptions options(MaskingVocabulary vocabulary, long seed) {
        return new MaskingOptions(vocabulary.maskId(), vocabulary.padId(), seed, rules, vocabulary.alignment(), strata);
    }

    @Override
    public MaskingRule open(MaskingVocabulary vocabulary, long seed) {
        MaskingOptions options = trainingOptions(vocabulary, seed);
        Optional<HoleMasks> masks =
                holes.map(padding -> new HoleMasks(padding, vocabulary.require(padding.padToken()), options));
        return new Noising(options, curriculum, masks)::apply;
    }

    private MaskingOptions trainingOptions(MaskingVocabulary vocabulary, long seed) {
        MaskingOptions options = options(vocabulary, seed);
        if (vocabulary.block().isPresent()) {
            check(
                    rules == MaskingRules.REPORT,
                    "a model with block-causal attention needs masking.rules report: the original, which has none,"
                            + " masks tokens that nothing predicts");
        }
        if (!blockNoise) {
            return options;
        }
        check(
                vocabulary.block().isPresent(),
                "masking.noise_per block needs a model with block-causal attention, and this one sees the whole"
                        + " sequence: take noise_per row");
        return options.withNoisyBlock(vocabulary.block().getAsInt());
    }

    /** Under the same rules and strata as the training rows, with one noise level for each. */
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
                "noise_per",
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
            boolean perBlock =
                    in.choiceOr("noise_per", "row", List.of("row", "block")).equals("block");
            return new ProgressiveMasking(
                    rules, curriculum, HolePadding.read(in), stratified ? run.rows() : 1, perBlock);
        }

        private static List<String> names() {
            return Arrays.stream(MaskingRules.values())
                    .map(value -> value.name().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }
}
