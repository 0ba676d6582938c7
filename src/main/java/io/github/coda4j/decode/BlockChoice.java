package io.github.coda4j.decode;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The block length that makes an answer cheapest on a machine (docs/adr/0042). Short blocks have cheap steps and more
 * runs of the whole sequence; how much each is worth says {@link StepCosts}. Every length that the answer can be cut
 * into is rehearsed with the request's own cache and refreshes; of those that take at most {@value #SLACK} of the
 * cheapest's time more than it, the longest counts: a longer block sees more of what it decides. The same costs and
 * request give the same choice.
 *
 * @param length of a block, in tokens
 * @param options the request's, with blocks of that length
 * @param seconds what is expected of an answer, by the lengths that were looked at
 * @param tokens of that answer: the request's, or the first {@value #MOST_TOKENS} of it
 * @param commits for each forward: what a schedule of steps says, or {@value #ASSUMED} where the model decides
 */
public record BlockChoice(
        int length, DecodeOptions options, SortedMap<Integer, Double> seconds, int tokens, double commits) {
    private static final double SLACK = 0.03;
    private static final double ASSUMED = 2;
    private static final int MOST_TOKENS = 256;
    private static final int SHORTEST = 4;
    private static final int LONGEST = 128;
    private static final List<Integer> USUAL = List.of(4, 8, 16, 24, 32, 48, 64, 96, 128);

    public BlockChoice {
        seconds = new TreeMap<>(seconds);
    }

    /**
     * The lengths that the holes can be cut into, ascending: the usual ones, those that divide a completion, and that
     * of the longest hole, which is one that always goes.
     *
     * @param options with {@link DecodeOptions#autoBlocks}
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException when nothing can be decoded so in blocks of any length, as
     *     {@link CanvasShape#checkDecodable} says it
     */
    public static List<Integer> lengths(CanvasShape shape, DecodeOptions options, int maxPositions) {
        int longest = shape.holes().stream().mapToInt(tokens -> tokens).max().orElse(1);
        int tail = shape.completion() ? shape.holes().getLast() : 0;
        TreeSet<Integer> lengths = new TreeSet<>(USUAL);
        IntStream.rangeClosed(SHORTEST, Math.min(LONGEST, tail))
                .filter(length -> tail % length == 0)
                .forEach(lengths::add);
        DecodeOptions plain = plain(shape, options);
        lengths.removeIf(length ->
                length >= longest || refused(shape, plain, length, maxPositions).isPresent());
        Optional<IllegalArgumentException> whole = refused(shape, plain, longest, maxPositions);
        if (whole.isEmpty() && (longest <= LONGEST || lengths.isEmpty())) {
            lengths.add(longest);
        }
        if (lengths.isEmpty()) {
            IntStream.range(1, SHORTEST)
                    .filter(length ->
                            refused(shape, plain, length, maxPositions).isEmpty())
                    .forEach(lengths::add);
        }
        if (lengths.isEmpty()) {
            throw whole.orElseThrow();
        }
        return List.copyOf(lengths);
    }

    /** A canvas that begins with all its masks does not grow. */
    private static DecodeOptions plain(CanvasShape shape, DecodeOptions options) {
        boolean begins = options.growth() instanceof Growth.Chunks(int tokens)
                && shape.completion()
                && shape.holes().getLast() <= tokens;
        return begins ? options.withGrowth(Growth.NONE) : options;
    }

    private static Optional<IllegalArgumentException> refused(
            CanvasShape shape, DecodeOptions options, int length, int maxPositions) {
        try {
            shape.checkDecodable(options.withBlocks(length, options.cache()), maxPositions);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e);
        }
    }

    /**
     * The choice for an answer.
     *
     * @param shape of the canvas at its ceiling
     * @param options with {@link DecodeOptions#autoBlocks}
     * @param like has the model's vocabulary and alignment; it runs nothing
     * @throws WrongValueException as {@link #lengths} throws it
     */
    public static BlockChoice of(CanvasShape shape, DecodeOptions options, Denoiser like, StepCosts costs) {
        DecodeOptions plain = plain(shape, options);
        List<Integer> lengths = lengths(shape, plain, like.maxPositions());
        int tokens = (int) Math.min(MOST_TOKENS, Math.max(1, shape.newTokens()));
        double commits = commits(shape, plain);
        TreeMap<Integer, Double> seconds = new TreeMap<>();
        for (int length : lengths) {
            List<Rehearsal.Forward> forwards = rehearsed(shape, plain, length, tokens, commits, like);
            seconds.put(length, costs.of(forwards));
        }
        double most = (1 + SLACK)
                * seconds.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .min()
                        .orElseThrow();
        int chosen = seconds.keySet().stream()
                .filter(length -> seconds.get(length) <= most)
                .reduce((_, longer) -> longer)
                .orElseThrow();
        return new BlockChoice(chosen, plain.withBlocks(chosen, plain.cache()), seconds, tokens, commits);
    }

    private static double commits(CanvasShape shape, DecodeOptions options) {
        return options.commit().countsSteps(true) ? Math.max(1, (double) shape.newTokens() / options.steps()) : ASSUMED;
    }

    /** The forwards of an answer of so many tokens; the last block is rehearsed whole. */
    private static List<Rehearsal.Forward> rehearsed(
            CanvasShape shape, DecodeOptions options, int length, int tokens, double commits, Denoiser like) {
        Canvas canvas = canvas(shape, length, tokens, like);
        DecodeOptions rehearsed = options.withEps(DecodeOptions.DEFAULT_EPS)
                .withCommit(new AssumedCommits(commits))
                .withGrowth(CanvasShape.of(canvas).completion() ? options.growth() : Growth.NONE)
                .withEndTokens(Set.of())
                .withHolePad(OptionalInt.empty())
                .withLogprobs(OptionalInt.empty())
                .withBlocks(length, options.cache());
        return Rehearsal.of(canvas, rehearsed, like);
    }

    /** Holes of the shape's, as many as make up the tokens, evenly between what is given. */
    private static Canvas canvas(CanvasShape shape, int length, int tokens, Denoiser like) {
        List<Integer> holes = new ArrayList<>();
        int left = tokens;
        for (int hole : shape.holes()) {
            if (left > 0) {
                holes.add(Math.min(hole, left));
                left -= hole;
            }
        }
        boolean completion = shape.completion() && holes.size() == shape.holes().size();
        if (completion) {
            holes.set(holes.size() - 1, Math.ceilDiv(holes.getLast(), length) * length);
        }
        long room = like.maxPositions() - holes.stream().mapToLong(hole -> hole).sum();
        int parts = holes.size() + (completion ? 0 : 1);
        int given = (int) Math.max(parts, Math.min(shape.given(), room));
        int[] ids = new int[given + holes.stream().mapToInt(hole -> hole).sum()];
        Arrays.fill(ids, like.maskId() == 0 ? 1 : 0);
        int position = 0;
        for (int i = 0; i < holes.size(); i++) {
            position += given / parts + (i < given % parts ? 1 : 0);
            Arrays.fill(ids, position, position + holes.get(i), like.maskId());
            position += holes.get(i);
        }
        return new Canvas(ids, like.maskId());
    }

    /** For example {@code block length 16 by measured steps: 0.19 s for 128 tokens (8: 0.24, 32: 0.21)}. */
    @Override
    public String toString() {
        String others = seconds.keySet().stream()
                .filter(other -> other != length)
                .map(other -> String.format(Locale.ROOT, "%d: %.3g", other, seconds.get(other)))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "block length %d by measured steps: about %.3g s for %d tokens at %.3g a forward%s",
                length,
                seconds.get(length),
                tokens,
                commits,
                others.isEmpty() ? "" : " (" + others + ")");
    }
}
