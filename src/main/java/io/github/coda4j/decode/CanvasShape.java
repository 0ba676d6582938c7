package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.Canvas;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The lengths of a canvas. They are known before the canvas is made, so what cannot be decoded is refused before
 * anything of the asked size exists: counts are added up in 64 bits.
 *
 * @param given tokens that are given, 0 or more; 0 where the prompt is not known yet
 * @param holes masks of each hole, from left to right, each at least 1
 * @param completion whether the last hole ends the canvas
 */
public record CanvasShape(long given, List<Integer> holes, boolean completion) {
    /** The parameter of {@link WrongValueException}s about the number of new tokens. */
    public static final String NEW_TOKENS = "max_new_tokens";
    /** The parameter of those about the number of steps. */
    public static final String STEPS = "steps";
    /** The parameter of those about the length of blocks. */
    public static final String BLOCK_LENGTH = "block_length";
    /** The parameter of those about how a canvas grows. */
    public static final String GROW = "grow";
    /** The parameter of those about the window that slides over masks. */
    public static final String WINDOW = "window";
    /** The parameter of those about what forwards reuse. */
    public static final String CACHE = "cache";
    /** The parameter of those about where holes are. */
    public static final String HOLES = "holes";
    /** The parameter of those about a prompt that leaves no room. */
    public static final String PROMPT = "prompt";

    public CanvasShape {
        check(given >= 0, "the number of given tokens must be 0 or positive, got %d", given);
        holes = List.copyOf(holes);
        for (int length : holes) {
            check(length >= 1, "a hole needs at least 1 token, got %d", length);
        }
        check(!completion || !holes.isEmpty(), "a completion has a hole at its end");
    }

    /** A prompt and masks behind it. */
    public static CanvasShape ofCompletion(long given, int newTokens) {
        return new CanvasShape(given, List.of(newTokens), true);
    }

    /** The shape of a canvas that exists. */
    public static CanvasShape of(Canvas canvas) {
        List<Block> runs = canvas.maskedRuns();
        boolean endsMasked = !runs.isEmpty() && runs.getLast().end() == canvas.length();
        return new CanvasShape(
                canvas.length() - canvas.maskedCount(),
                runs.stream().map(Block::length).toList(),
                endsMasked);
    }

    /** Masks of all holes. */
    public long newTokens() {
        return holes.stream().mapToLong(length -> length).sum();
    }

    /** Tokens of the whole canvas. */
    public long length() {
        return given + newTokens();
    }

    /**
     * Refuses what is longer than the model takes.
     *
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException about {@link #NEW_TOKENS} or {@link #PROMPT}
     */
    public void checkLength(int maxPositions) {
        require(
                newTokens() <= maxPositions,
                NEW_TOKENS,
                "%d tokens are to be generated: the model takes at most %d, the prompt included; ask for fewer",
                newTokens(),
                maxPositions);
        require(
                length() <= maxPositions,
                PROMPT,
                "the prompt has %d tokens and %d are to be generated, together %d: the model takes at most %d;"
                        + " shorten one of them",
                given,
                newTokens(),
                length(),
                maxPositions);
    }

    /**
     * Refuses what cannot be decoded so: too long a canvas, a completion that is no multiple of the block length or
     * steps that the blocks cannot share (neither of them where the policy rounds steps up), steps that the chunks
     * cannot share or that outnumber the model's positions, growth without a completion. The only such check; a session
     * makes it too.
     *
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException about {@link #NEW_TOKENS}, {@link #PROMPT}, {@link #BLOCK_LENGTH}, {@link #STEPS},
     *     {@link #GROW} or {@link #WINDOW}
     */
    public void checkDecodable(DecodeOptions options, int maxPositions) {
        checkLength(maxPositions);
        boolean counted = stepsCount(options);
        require(
                !counted || options.steps() <= maxPositions,
                STEPS,
                "%d steps are more than the %d tokens that the model takes: one for each new token is the most of use",
                options.steps(),
                maxPositions);
        if (options.blockLength().isPresent() && !holes.isEmpty()) {
            checkBlocks(options, options.blockLength().getAsInt(), maxPositions);
        }
        require(
                completion || options.growth() instanceof Growth.None,
                options.growth() instanceof Growth.Window ? WINDOW : GROW,
                "%s has no effect: no hole is at the end of the text; leave it out",
                options.growth().setting());
        if (!options.inBlocks() && options.growth() instanceof Growth.Chunks chunks) {
            int numChunks = numChunks(chunks);
            require(
                    !counted || options.steps() >= numChunks,
                    STEPS,
                    "%d steps do not divide over %d chunks of %d tokens: use %d steps or more, or larger chunks",
                    options.steps(),
                    numChunks,
                    chunks.tokens(),
                    numChunks);
        }
    }

    /**
     * The options as a model runs them: one with block-causal attention in its own blocks with its own cache, and with
     * a canvas at its ceiling, since what lies behind a block costs nothing before it is reached.
     *
     * @param model the blocks of such a model
     * @throws WrongValueException about {@link #BLOCK_LENGTH}, {@link #CACHE} or {@link #HOLES}: what such a model
     *     cannot do, and the exact cache with another model
     */
    public DecodeOptions fitted(DecodeOptions options, Optional<BlockCausal> model) {
        CachePolicy cache = options.cache();
        if (model.isEmpty()) {
            require(
                    !(cache instanceof CachePolicy.Exact),
                    CACHE,
                    "cache exact needs a model with block-causal attention, and this one sees the whole sequence: use"
                            + " none, prefix or dual");
            return options;
        }
        int length = model.get().length();
        require(
                !options.autoBlocks(),
                BLOCK_LENGTH,
                "block length auto has nothing to choose: the model was trained with blocks of %d tokens and runs no"
                        + " others; leave it out",
                length);
        require(
                cache instanceof CachePolicy.None || cache instanceof CachePolicy.Exact,
                CACHE,
                "cache %s is for models that see the whole sequence; this one sees no block behind its own, and its"
                        + " cache is exact: leave it out",
                cache.id());
        require(
                options.blockLength().orElse(length) == length,
                BLOCK_LENGTH,
                "the model was trained with blocks of %d tokens, got a block length of %d: leave it out, or load the"
                        + " model with --attention-block",
                length,
                options.blockLength().orElse(length));
        require(
                holes.isEmpty() || (completion && holes.size() == 1),
                HOLES,
                "the model sees nothing behind the block of a hole, so it cannot fill holes in a text: ask for what"
                        + " follows a text");
        return options.withGrowth(Growth.NONE).withBlocks(length, CachePolicy.EXACT);
    }

    /** How many chunks a completion at its ceiling has. */
    public int numChunks(Growth.Chunks growth) {
        return completion ? Math.ceilDiv(holes.getLast(), growth.tokens()) : 1;
    }

    /** How many blocks of at most that length the holes are cut into. */
    public long numBlocks(int blockLength) {
        return holes.stream()
                .mapToLong(length -> Math.ceilDiv(length, blockLength))
                .sum();
    }

    private void checkBlocks(DecodeOptions options, int blockLength, int maxPositions) {
        if (options.cache() instanceof CachePolicy.Exact) {
            return; // Blocks are the model's: the first and the last may be short, and each has as many steps.
        }
        int tail = completion ? holes.getLast() : 0;
        require(
                tail % blockLength == 0 || options.commit().roundsStepsUp(),
                BLOCK_LENGTH,
                "%d new tokens do not divide into blocks of %d: use %sa block length that divides %d",
                tail,
                blockLength,
                blockLength > maxPositions ? "" : nearestMultiples(tail, blockLength) + " new tokens or ",
                tail);
        long numBlocks = numBlocks(blockLength);
        boolean completionOnly = completion && holes.size() == 1;
        int steps = options.steps();
        require(
                !stepsCount(options)
                        || options.commit().roundsStepsUp()
                        || (steps >= numBlocks && (!completionOnly || steps % numBlocks == 0)),
                STEPS,
                "%d steps do not divide over %d blocks: use %s steps",
                steps,
                numBlocks,
                nearestMultiples(steps, numBlocks));
    }

    /** Where a policy does not count them, as with a threshold in blocks, the number of steps is not looked at. */
    private static boolean stepsCount(DecodeOptions options) {
        return options.commit().countsSteps(options.inBlocks());
    }

    private static String nearestMultiples(long value, long divisor) {
        long below = value / divisor * divisor;
        return below == 0 ? Long.toString(divisor) : below + " or " + (below + divisor);
    }

    private static void require(boolean holds, String parameter, String format, Object... arguments) {
        if (!holds) {
            throw new WrongValueException(parameter, String.format(Locale.ROOT, format, arguments));
        }
    }
}
