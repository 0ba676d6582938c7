package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

    /**
     * Lays a prompt out. What is longer than the model takes is refused before anything of its size is made.
     *
     * @param maxPositions the longest sequence of the model
     * @throws io.github.coda4j.WrongValueException if prompt and holes are longer
     */
    static PromptLayout of(Prompt prompt, int maskId, int maxPositions, Optional<Tokenizer> tokenizer) {
        return switch (prompt) {
            case Prompt.Text(Document document, WindowOptions _) ->
                of(EncodedDocument.of(document, need(tokenizer)), maskId, maxPositions);
            case Prompt.Marked(var text, int newTokens) ->
                ofIds(need(tokenizer).encode(text), newTokens, maskId, maxPositions);
            case Prompt.Ids(int[] ids, int newTokens) -> ofIds(ids, newTokens, maskId, maxPositions);
        };
    }

    /** Its lengths. */
    CanvasShape shape() {
        return new CanvasShape(
                promptTokens(),
                holes.stream().map(Block::length).toList(),
                holes.getLast().end() == ids.length);
    }

    /**
     * The same with holes of other lengths.
     *
     * @param lengths one for each hole, each at least 1
     */
    PromptLayout resized(List<Integer> lengths, int maskId) {
        check(lengths.size() == holes.size(), "%d holes need as many lengths, got %d", holes.size(), lengths.size());
        int[] resized =
                new int[promptTokens() + lengths.stream().mapToInt(n -> n).sum()];
        List<Block> moved = new ArrayList<>();
        int from = 0;
        int to = 0;
        for (int i = 0; i < lengths.size(); i++) {
            Block hole = holes.get(i);
            System.arraycopy(ids, from, resized, to, hole.start() - from);
            to += hole.start() - from;
            from = hole.end();
            moved.add(new Block(to, to + lengths.get(i)));
            Arrays.fill(resized, to, to + lengths.get(i), maskId);
            to += lengths.get(i);
        }
        System.arraycopy(ids, from, resized, to, ids.length - from);
        return new PromptLayout(resized, moved, hidden);
    }

    /** The same with a token at the last place of a hole. */
    PromptLayout ending(int hole, int token) {
        int[] changed = ids.clone();
        changed[holes.get(hole).end() - 1] = token;
        return new PromptLayout(changed, holes, hidden);
    }

    /** The same without what stands before position {@code start} or from {@code end} on, where no hole is. */
    PromptLayout cropped(int start, int end) {
        check(
                start >= 0
                        && start <= holes.getFirst().start()
                        && end >= holes.getLast().end()
                        && end <= ids.length,
                "positions %d to %d do not hold all holes",
                start,
                end);
        List<Block> moved = holes.stream()
                .map(hole -> new Block(hole.start() - start, hole.end() - start))
                .toList();
        return new PromptLayout(Arrays.copyOfRange(ids, start, end), moved, hidden);
    }

    /**
     * The same in which some holes are text; others have masks.
     *
     * @param answers by hole, not one for each
     */
    PromptLayout with(Map<Integer, int[]> answers) {
        check(answers.size() < holes.size(), "a layout has at least one hole");
        int[] filled = new int
                [Math.toIntExact(ids.length
                        + answers.entrySet().stream()
                                .mapToLong(one -> (long) one.getValue().length
                                        - holes.get(one.getKey()).length())
                                .sum())];
        List<Block> moved = new ArrayList<>();
        List<HiddenText> left = new ArrayList<>();
        int from = 0;
        int to = 0;
        for (int i = 0; i < holes.size(); i++) {
            Block hole = holes.get(i);
            System.arraycopy(ids, from, filled, to, hole.start() - from);
            to += hole.start() - from;
            from = hole.end();
            int[] own = answers.getOrDefault(i, Arrays.copyOfRange(ids, hole.start(), hole.end()));
            System.arraycopy(own, 0, filled, to, own.length);
            if (!answers.containsKey(i)) {
                moved.add(new Block(to, to + own.length));
                left.add(hidden.get(i));
            }
            to += own.length;
        }
        System.arraycopy(ids, from, filled, to, ids.length - from);
        return new PromptLayout(filled, moved, left);
    }

    /**
     * The part that is seen from the holes: so many tokens on each side of them, or all where that is not less than
     * half of it.
     */
    PromptLayout near(int sight) {
        int start = Math.max(0, holes.getFirst().start() - sight);
        int end = Math.min(ids.length, holes.getLast().end() + sight);
        return promptTokens() >= 2 * (end - start - newTokens()) ? cropped(start, end) : this;
    }

    /** The text before, between and after the holes. */
    List<String> pieces(Tokenizer tokenizer) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (Block hole : holes) {
            pieces.add(tokenizer.decode(Arrays.copyOfRange(ids, from, hole.start())));
            from = hole.end();
        }
        pieces.add(tokenizer.decode(Arrays.copyOfRange(ids, from, ids.length)));
        return pieces;
    }

    /** Number of tokens to be generated. */
    int newTokens() {
        return holes.stream().mapToInt(Block::length).sum();
    }

    /** Number of tokens that are given. */
    int promptTokens() {
        return ids.length - newTokens();
    }

    /** @throws io.github.coda4j.WrongValueException if the document and its holes are longer than the model takes */
    static PromptLayout of(EncodedDocument encoded, int maskId, int maxPositions) {
        Document document = encoded.document();
        List<Document.Segment> segments = document.segments();
        List<int[]> texts = encoded.pieces();
        CanvasShape shape = document.shape(encoded.given());
        shape.checkLength(maxPositions);
        int[] ids = new int[Math.toIntExact(shape.length())];
        List<Block> holes = new ArrayList<>();
        int position = 0;
        for (int i = 0; i < texts.size(); i++) {
            int start = position;
            if (segments.get(i) instanceof Document.Hole hole) {
                position += hole.tokens();
                Arrays.fill(ids, start, position, maskId);
                holes.add(new Block(start, position));
            } else {
                position += texts.get(i).length;
                System.arraycopy(texts.get(i), 0, ids, start, position - start);
            }
        }
        return new PromptLayout(ids, holes, document.hidden());
    }

    private static PromptLayout ofIds(int[] given, int newTokens, int maskId, int maxPositions) {
        int masked = (int) Arrays.stream(given).filter(id -> id == maskId).count();
        check(
                masked > 0 || newTokens > 0,
                "the prompt has no mask and no new tokens are asked for: nothing to generate");
        List<Integer> holes =
                IntStream.of(masked, newTokens).filter(n -> n > 0).boxed().toList();
        new CanvasShape(given.length - masked, holes, false).checkLength(maxPositions);
        Canvas canvas = Canvas.forCompletion(given, newTokens, maskId);
        List<Block> runs = canvas.maskedRuns();
        return new PromptLayout(canvas.ids(), runs, Collections.nCopies(runs.size(), HiddenText.NOTHING));
    }

    static Tokenizer need(Optional<Tokenizer> tokenizer) {
        return tokenizer.orElseThrow(() -> new IllegalArgumentException(
                "a text prompt needs a tokenizer and this engine has none: give the prompt as ids"));
    }
}
