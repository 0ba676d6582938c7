package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The sequence of a request before its first step.
 *
 * @param ids the tokens that are given, masks in the holes
 * @param holes where the holes are, from left to right, at least one
 * @param hidden what of the text beside each hole is not among the ids
 */
record PromptLayout(int[] ids, List<Block> holes, List<HiddenText> hidden) {

    static PromptLayout of(Prompt prompt, int maskId, Optional<Tokenizer> tokenizer) {
        return switch (prompt) {
            case Prompt.Text(Document document) -> ofDocument(document, maskId, need(tokenizer));
            case Prompt.Marked(var text, int newTokens) -> ofIds(need(tokenizer).encode(text), newTokens, maskId);
            case Prompt.Ids(int[] ids, int newTokens) -> ofIds(ids, newTokens, maskId);
        };
    }

    /** Number of tokens to be generated. */
    int newTokens() {
        return holes.stream().mapToInt(Block::length).sum();
    }

    /** Number of tokens that are given. */
    int promptTokens() {
        return ids.length - newTokens();
    }

    private static PromptLayout ofDocument(Document document, int maskId, Tokenizer tokenizer) {
        IntStream.Builder ids = IntStream.builder();
        List<Block> holes = new ArrayList<>();
        List<Document.Segment> segments = document.segments();
        int position = 0;
        for (int i = 0; i < segments.size(); i++) {
            Document.Segment segment = segments.get(i);
            int[] piece = switch (segment) {
                case Document.Text _ ->
                    tokenizer.encodeOrdinary(document.seen(i).text());
                case Document.Hole(int tokens) -> masks(tokens, maskId);
            };
            if (segment instanceof Document.Hole) {
                holes.add(new Block(position, position + piece.length));
            }
            Arrays.stream(piece).forEach(ids);
            position += piece.length;
        }
        return new PromptLayout(ids.build().toArray(), holes, document.hidden());
    }

    private static PromptLayout ofIds(int[] given, int newTokens, int maskId) {
        int[] ids = Arrays.copyOf(given, given.length + newTokens);
        Arrays.fill(ids, given.length, ids.length, maskId);
        List<Block> holes = new ArrayList<>();
        int start = 0;
        for (int position = 0; position <= ids.length; position++) {
            if (position == ids.length || ids[position] != maskId) {
                if (position > start) {
                    holes.add(new Block(start, position));
                }
                start = position + 1;
            }
        }
        check(!holes.isEmpty(), "the prompt has no mask and no new tokens are asked for: nothing to generate");
        return new PromptLayout(ids, holes, Collections.nCopies(holes.size(), HiddenText.NOTHING));
    }

    private static int[] masks(int count, int maskId) {
        int[] masks = new int[count];
        Arrays.fill(masks, maskId);
        return masks;
    }

    private static Tokenizer need(Optional<Tokenizer> tokenizer) {
        return tokenizer.orElseThrow(() -> new IllegalArgumentException(
                "a text prompt needs a tokenizer and this engine has none: give the prompt as ids"));
    }
}
