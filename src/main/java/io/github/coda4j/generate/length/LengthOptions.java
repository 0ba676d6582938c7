package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * How the length of a hole is found.
 *
 * @param candidates how many lengths are decoded and compared, at least 1
 * @param bias of the checkpoint
 * @param readsBack whether the answers of several candidates are read back, which takes two forwards of each: how
 *     likely is every second token given all the others
 * @param parses whether answers with which the document parses, and in Java a compiler finds the fewest mistakes in it,
 *     are preferred to ones that are about as good, and names of the document are looked at as answers; without effect
 *     where there is no grammar, and nothing is preferred where the document does not parse around its holes
 * @param ceiling up to how many masks the checkpoint's pads say how long a hole is, at least 2, of one that was trained
 *     with ceilings ({@code hole_ceilings} in a config); empty for other checkpoints
 * @param pads whether they are asked, where they say it
 */
public record LengthOptions(
        int candidates, LengthBias bias, boolean readsBack, boolean parses, OptionalInt ceiling, Pads pads) {
    /** Whether pads are asked how long a hole is. */
    public enum Pads {
        /** They are not: on coda-mini they cost forwards and fill no more holes right (docs/adr/0048). */
        UNASKED,
        /** What they say is decoded in turn with what the search finds. */
        BESIDE,
        /** There is no search. */
        ALONE
    }

    /** How many candidates there are where nobody says it. */
    public static final int DEFAULT_CANDIDATES = 5;

    /** The most candidates that are allowed. */
    public static final int MOST_CANDIDATES = 64;

    /**
     * {@value #DEFAULT_CANDIDATES} candidates, the published bias, answers read back, and those that parse preferred.
     */
    public static final LengthOptions DEFAULT =
            new LengthOptions(DEFAULT_CANDIDATES, LengthBias.PUBLISHED, true, true, OptionalInt.empty(), Pads.UNASKED);

    public LengthOptions {
        check(
                candidates >= 1 && candidates <= MOST_CANDIDATES,
                "the candidates of a hole must be in [1, %d], got %d",
                MOST_CANDIDATES,
                candidates);
        requireNonNull(bias, "bias is null");
        requireNonNull(pads, "pads are null");
        check(ceiling.orElse(2) >= 2, "a ceiling that says a length has at least 2 masks, got %d", ceiling.orElse(2));
    }

    /** The same with another number of candidates. */
    public LengthOptions withCandidates(int count) {
        return new LengthOptions(count, bias, readsBack, parses, ceiling, pads);
    }

    /** The same with another bias. */
    public LengthOptions withBias(LengthBias curve) {
        return new LengthOptions(candidates, curve, readsBack, parses, ceiling, pads);
    }

    /** The same with or without reading answers back. */
    public LengthOptions withReadsBack(boolean read) {
        return new LengthOptions(candidates, bias, read, parses, ceiling, pads);
    }

    /** The same with or without the preference for answers that parse. */
    public LengthOptions withParses(boolean preferred) {
        return new LengthOptions(candidates, bias, readsBack, preferred, ceiling, pads);
    }

    /** The same with another ceiling, or none. */
    public LengthOptions withCeiling(OptionalInt masks) {
        return new LengthOptions(candidates, bias, readsBack, parses, masks, pads);
    }

    /** The same with pads asked or not. */
    public LengthOptions withPads(Pads asked) {
        return new LengthOptions(candidates, bias, readsBack, parses, ceiling, asked);
    }
}
