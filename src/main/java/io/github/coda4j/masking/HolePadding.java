package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.files.ConfigValues;
import java.util.List;
import java.util.Optional;

/**
 * S4, hole padding: teaches a model that the length of a hole is a ceiling. Spans of a row become holes of n + k
 * positions: the first n have the span's tokens as targets, the other k a pad token. What follows moves to the right,
 * and what no longer fits in the row is dropped; everything outside the holes stays visible. When a hole is filled, the
 * first pad closes it ({code decode}).
 *
 * <p>With {@code ceilings} above 0 a model can be told which holes these are. That share of the holes are n + k masks,
 * k drawn evenly from 0 on, and a pad behind them that is never masked: it says that the answer may be shorter. All
 * others have exactly the masks of their span. So a hole of known length is filled as before, and one that a pad stands
 * behind has a length to be found. Their pads weigh as much as their tokens: with weights that differ by what is true,
 * how probable a pad is would no longer say how probable the length is.
 *
 * <p>In one half of these rows the holes are masked whole, as at the first step of infilling; in the other each of
 * their positions is masked with the row's noise level. Lists have one value for each epoch of the curriculum and begin
 * again after the last one.
 *
 * <p>With noise level sigma, H positions of holes among the T of a row, the cross entropy of a token weighs w = min(4,
 * T / H) / sigma and that of a pad in a hole of n tokens and k pads w min(1, n / k): the pads of a hole weigh together
 * at most as much as its tokens, and a row that is mostly visible as much as another, up to a limit that keeps its few
 * targets from being most of the gradient's noise.
 *
 * @param padToken the pad's text in the tokenizer
 * @param probability share of rows with holes by epoch, each in [0, 1]
 * @param longestSpan most tokens of a span by epoch, each at least 1; lengths are drawn evenly on a log scale
 * @param mostPads most pads of a hole by epoch, each 0 or positive; one hole in six has none, the others draw evenly on
 *     a log scale from 1 on; with {@code ceilings} the most masked pads of a ceiling
 * @param ceilings share of holes that are ceilings with a pad to say so, in [0, 1]; 0 for pads that nothing announces
 * @param mostHoles most holes of a row, at least 1; their number is drawn evenly
 */
public record HolePadding(
        String padToken,
        List<Double> probability,
        List<Integer> longestSpan,
        List<Integer> mostPads,
        double ceilings,
        int mostHoles) {
    /** The pad token of infilling, which the tokenizers of CoDA and coda-mini have. */
    public static final String DEFAULT_PAD = "<|fim_pad|>";

    static final List<String> KEYS =
            List.of("hole_probability", "hole_pad_token", "hole_spans", "hole_pads", "hole_ceilings", "holes_per_row");

    public HolePadding {
        requireNonNull(padToken, "padToken is null");
        check(!probability.isEmpty() && !longestSpan.isEmpty() && !mostPads.isEmpty(), "a list of values is empty");
        check(mostHoles >= 1, "holes_per_row must be at least 1, got %d", mostHoles);
        probability = List.copyOf(probability);
        longestSpan = List.copyOf(longestSpan);
        mostPads = List.copyOf(mostPads);
        probability.forEach(value -> Curriculum.checkShare("hole_probability", value));
        longestSpan.forEach(value -> check(value >= 1, "hole_spans must be at least 1, got %d", value));
        Curriculum.checkShare("hole_ceilings", ceilings);
        mostPads.forEach(value -> check(value >= 0, "hole_pads must be 0 or positive, got %d", value));
    }

    /** Reads it from a config; empty when there are no holes in it, in which case nothing of it may be given. */
    static Optional<HolePadding> read(ConfigValues in) {
        if (in.has(KEYS.getFirst())) {
            List<Double> probability = in.numbersOr("hole_probability", 0);
            if (probability.stream().anyMatch(p -> p != 0)) {
                return Optional.of(new HolePadding(
                        in.textOr("hole_pad_token", DEFAULT_PAD),
                        probability,
                        in.countsOr("hole_spans", 64),
                        in.countsOr("hole_pads", 32),
                        in.numberOr("hole_ceilings", 0),
                        in.countOr("holes_per_row", 4)));
            }
        }
        for (String key : KEYS.subList(1, KEYS.size())) {
            check(!in.has(key), "%s has no effect without hole_probability: leave it out or set that", key);
        }
        return Optional.empty();
    }

    /** @throws IllegalArgumentException when a list has values for more epochs than there are */
    void checkEpochs(int epochs) {
        Curriculum.checkByEpoch("hole_probability", probability, epochs);
        Curriculum.checkByEpoch("hole_spans", longestSpan, epochs);
        Curriculum.checkByEpoch("hole_pads", mostPads, epochs);
    }

    /** What holds in an epoch. */
    record Levels(double probability, int longestSpan, int mostPads, double ceilings) {}

    Levels at(int epoch) {
        return new Levels(
                Curriculum.of(probability, epoch),
                Curriculum.of(longestSpan, epoch),
                Curriculum.of(mostPads, epoch),
                ceilings);
    }
}
