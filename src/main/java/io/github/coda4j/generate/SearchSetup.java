package io.github.coda4j.generate;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.plan.Denoiser;
import java.util.List;
import java.util.Optional;

/**
 * What all parts of a search work with.
 *
 * @param decode options of the request
 * @param names of the document that may be answers, if any may
 * @param reader reads the answers of a layout's holes
 */
record SearchSetup(
        DecodeOptions decode,
        LengthOptions how,
        AnswerChoice choice,
        Optional<DocumentNames> names,
        AnswerReader reader,
        Denoiser denoiser) {
    /**
     * Tokens on each side of the holes that a search sees of a sequence that is at least twice as long. Which length is
     * right is decided near the hole; the answer is decoded with everything in sight as well.
     */
    static final int SIGHT = 80;

    /** A trial that sees all of a layout. */
    Trial open(PromptLayout layout, List<Integer> lengths) {
        return Trial.open(layout, lengths, decode, reader::read, denoiser);
    }
}
