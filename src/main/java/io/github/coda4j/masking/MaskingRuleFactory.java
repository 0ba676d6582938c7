package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Extension;
import io.github.coda4j.Extensions;
import io.github.coda4j.files.ConfigValues;
import java.util.List;

/**
 * A masking rule that a config names as {@code masking.rule}, with options of its own beside it. The built-in one is
 * {@link ProgressiveMasking}; others are found on the class path.
 */
public interface MaskingRuleFactory extends Extension {
    /** The keys that the rule may have in the section {@code masking}. */
    List<String> options();

    /**
     * Reads the rule's options.
     *
     * @throws IllegalArgumentException when one is out of its range, with the range
     */
    MaskingPlan read(ConfigValues options, Run run);

    /**
     * What of a run a rule may depend on.
     *
     * @param steps of the whole schedule, at least 1
     * @param rows of the global batch, at least 1
     */
    record Run(long steps, int rows) {
        public Run {
            check(steps >= 1, "a run has at least 1 step, got %d", steps);
            check(rows >= 1, "a batch has at least 1 row, got %d", rows);
        }
    }

    /** The built-in rule and those on the class path. */
    static List<MaskingRuleFactory> known() {
        return Extensions.known(MaskingRuleFactory.class, List.of(new ProgressiveMasking.Factory()));
    }
}
