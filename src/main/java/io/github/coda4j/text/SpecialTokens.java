package io.github.coda4j.text;

import io.github.coda4j.CodaException;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ids of the tokens that a tokenizer's files name for a role; empty where they name none.
 *
 * @param mask the token that masked diffusion replaces
 * @param pad fills the end of shorter rows
 * @param eos ends an answer ({@code <|im_end|>} in CoDA)
 * @param bos starts a text; CoDA names one but never inserts it
 */
public record SpecialTokens(OptionalInt mask, OptionalInt pad, OptionalInt eos, OptionalInt bos) {

    /** The mask's id; without one nothing can be generated, so its absence is an error. */
    public int requireMask() {
        return require(mask, "mask");
    }

    /** The padding token's id; its absence is an error. */
    public int requirePad() {
        return require(pad, "pad");
    }

    /** The id of the token that ends an answer; its absence is an error. */
    public int requireEos() {
        return require(eos, "eos");
    }

    /**
     * The ids that end an answer: the end and padding tokens that config.json and the tokenizer name.
     *
     * @param ends those of config.json
     * @param padding that of config.json
     */
    public Set<Integer> endTokens(Collection<Integer> ends, OptionalInt padding) {
        Stream<Integer> named =
                Stream.of(padding, eos, pad).flatMapToInt(OptionalInt::stream).boxed();
        return Stream.concat(ends.stream(), named).collect(Collectors.toUnmodifiableSet());
    }

    private static int require(OptionalInt id, String role) {
        return id.orElseThrow(() -> CodaException.of(
                "the tokenizer has no %1$s token: name it as \"%1$s_token\" in the checkpoint's "
                        + "tokenizer_config.json, and add it to the"
                        + " added tokens of tokenizer.json if it is not there%2$s",
                role, role.equals("mask") ? " (coda init --from-ar does both for an autoregressive model)" : ""));
    }
}
