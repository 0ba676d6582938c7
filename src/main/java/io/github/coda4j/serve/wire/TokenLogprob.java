package io.github.coda4j.serve.wire;

import java.util.List;

/**
 * How probable a token of an answer was when it was committed.
 *
 * @param id of the token
 * @param token its text; U+FFFD stands for parts of a character
 * @param bytes its bytes
 * @param logprob natural logarithm of its probability
 * @param top the best tokens of its position, the best first, none of them with entries of their own
 */
public record TokenLogprob(int id, String token, byte[] bytes, double logprob, List<TokenLogprob> top) {
    public TokenLogprob {
        top = List.copyOf(top);
    }
}
