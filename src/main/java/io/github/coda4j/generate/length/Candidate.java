package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

/**
 * What is known about one length of a hole after it was decoded.
 *
 * @param masks that it was decoded with, at least 1
 * @param length of the answer in tokens, what closed the hole and what follows left out: 0 to {@code masks}
 * @param decoded sum of the logarithms of the probabilities with which its tokens were committed, each given both sides
 *     and the tokens committed before it; at most 0
 * @param readBack sum of those of its tokens, and of the ones beside it, each given about half of the others; at most
 *     0, and 0 where it was not read back
 */
public record Candidate(int masks, int length, double decoded, double readBack) {
    public Candidate {
        check(masks >= 1, "a hole is decoded with at least 1 mask, got %d", masks);
        check(length >= 0 && length <= masks, "an answer to %d masks has 0 to %d tokens, got %d", masks, masks, length);
        check(
                decoded <= 0 && readBack <= 0,
                "log-probabilities are at most 0, got %s decoded and %s read back",
                decoded,
                readBack);
    }
}
