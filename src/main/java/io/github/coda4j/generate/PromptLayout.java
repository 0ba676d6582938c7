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
 * @param edges what of the text beside each hole is left to it
 */
record PromptLayout(int[] ids, List<Block> holes, List<HoleEdges> edges) {

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
        List<HoleEdges> edges = new ArrayList<>();
        List<Document.Segment> segments = document.segments();
        int position = 0;
        for (int i = 0; i < segments.size(); i++) {
            Document.Segment segment = segments.get(i);
            int[] piece = switch (segment) {
                case Document.Text _ ->
                    tokenizer.encodeOrdinary(seen(segments, i).text());
                case Document.Hole(int tokens) -> masks(tokens, maskId);
            };
            if (segment instanceof Document.Hole) {
                holes.add(new Block(position, position + piece.length));
                edges.add(new HoleEdges(
                        seen(segments, i - 1).withoutSpace(),
                        seen(segments, i + 1).withoutLineEnds()));
            }
            Arrays.stream(piece).forEach(ids);
            position += piece.length;
        }
        return new PromptLayout(ids.build().toArray(), holes, edges);
    }

    /** What the model sees of the text at an index; nothing where there is no text. */
    private static SeenText seen(List<Document.Segment> segments, int index) {
        boolean isText = index >= 0 && index < segments.size() && segments.get(index) instanceof Document.Text;
        return isText
                ? SeenText.of(
                        ((Document.Text) segments.get(index)).text(),
                        index > 0 && segments.get(index - 1) instanceof Document.Hole,
                        index + 1 < segments.size() && segments.get(index + 1) instanceof Document.Hole)
                : SeenText.NOTHING;
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
        return new PromptLayout(ids, holes, Collections.nCopies(holes.size(), HoleEdges.NONE));
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
