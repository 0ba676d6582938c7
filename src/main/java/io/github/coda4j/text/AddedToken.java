package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

/**
 * A token that stands for a piece of text as a whole, outside the merges, such as {@code <|im_end|>} or
 * {@code <think>}.
 *
 * @param id its id, 0 or more
 * @param content the text it stands for, not empty
 * @param special true for control tokens, which decoding may skip; false for tokens such as {@code <think>} that stay
 *     in the text
 */
public record AddedToken(int id, String content, boolean special) {
    public AddedToken {
        check(id >= 0, "the id of added token '%s' must be 0 or more, got %d", content, id);
        check(!content.isEmpty(), "added token %d is the empty string", id);
    }
}
