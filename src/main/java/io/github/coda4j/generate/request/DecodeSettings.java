package io.github.coda4j.generate.request;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Need;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to answer a request: decode options for any canvas, the longest answer, what ends it. Made by
 * {@link DecodeDefaults#resolve}. Immutable.
 */
public final class DecodeSettings {
    /** A length that blocks of most lengths divide, for answers whose ceiling is the server's choice. */
    private static final int AUTO_MULTIPLE = 32;

    private static final Logger LOG = LoggerFactory.getLogger(DecodeSettings.class);

    private final Values values;
    private final CommitPolicy commit;
    private final Optional<Setting<BlockLength>> blockLength;
    private final CachePolicy cache;
    private final BlockStart blockStart;
    private final MaskCandidates maskCandidates;
    private final Optional<Setting<Integer>> steps;
    private final double eps;
    private final double temperature;
    private final double topP;
    private final int topK;
    private final long seed;
    private final List<String> stopStrings;
    private final boolean closesHoles;
    private final GrowthChoice growth;
    private final Until until;

    DecodeSettings(Values values) {
        this.values = values;
        PolicyChoice choice = PolicyChoice.of(values);
        this.commit = choice.policy();
        Optional<Setting<BlockLength>> blocks = values.find(Parameter.BLOCK_LENGTH);
        this.cache = CacheChoice.of(values, blocks);
        this.blockLength = blocks.filter(found -> CacheChoice.takes(values, cache, found));
        this.blockStart = blockStart(choice);
        checkBlocks(choice);
        this.maskCandidates = maskCandidates(choice);
        this.steps = values.find(Parameter.STEPS).map(found -> found.require(n -> n >= 1, "at least 1"));
        this.eps = eps(choice);
        this.temperature = plain(
                choice,
                values.findOr(Parameter.TEMPERATURE, 0.0).require(x -> x >= 0 && Double.isFinite(x), "0 or positive"),
                0.0);
        this.topP = plain(choice, values.findOr(Parameter.TOP_P, 1.0).require(p -> p > 0 && p <= 1, "in (0, 1]"), 1.0);
        this.topK = plain(choice, values.findOr(Parameter.TOP_K, 0).require(k -> k >= 0, "0 (off) or positive"), 0);
        this.seed = values.findOr(Parameter.SEED, 0L).value();
        this.stopStrings = values.findOr(Parameter.STOP, List.of())
                .require(stops -> !stops.contains(""), "texts that are not empty")
                .value();
        this.growth = new GrowthChoice(values, cache, blockStart, maskCandidates);
        this.until = values.choice(Parameter.UNTIL, Until.LENGTH, Until.values());
        this.closesHoles = values.choice(Parameter.HOLE_PADS, HolePads.CLOSE, HolePads.values()) == HolePads.CLOSE;
    }

    /**
     * The longest answer in tokens, at least 1.
     *
     * @throws WrongValueException naming what gives another value
     * @throws CodaException when a file does
     */
    public int maxNewTokens() {
        return newTokens().value();
    }

    /**
     * The most tokens of a document that are seen at a time; empty: as many as the model takes.
     *
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException naming what gives a value that the model does not take
     * @throws CodaException when a file does
     */
    public OptionalInt context(int maxPositions) {
        return values.find(Parameter.CONTEXT)
                .map(found -> found.require(
                                n -> 2 <= n && n <= maxPositions,
                                "2 to " + maxPositions + ", which is what the model takes")
                        .value())
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    /** What ends an answer before its last token, possibly nothing. */
    public List<String> stopStrings() {
        return stopStrings;
    }

    /** Where an answer ends that could be longer. */
    public Until until() {
        return until;
    }

    /** What a pad in a hole does. */
    private enum HolePads {
        CLOSE,
        KEEP
    }

    /**
     * The token that closes a hole, for {@link DecodeOptions#withHolePad}.
     *
     * @param ofModel what the model's tokenizer has for it
     * @return the same; nothing if pads are to be tokens like others
     */
    public OptionalInt holePad(OptionalInt ofModel) {
        return closesHoles ? ofModel : OptionalInt.empty();
    }

    /** Whether a chat's answer may begin with a thought; empty leaves the choice to the model. */
    public Optional<Boolean> thinking() {
        return values.find(Parameter.THINKING).map(Setting::value);
    }

    /**
     * The options for a prompt that is continued by at most {@link #maxNewTokens}, on a canvas that grows if that is
     * said.
     *
     * @param given tokens of the prompt, 0 where they are not known yet
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException when steps, blocks, length and model do not go together
     * @throws CodaException when it is the file's length that does not
     */
    public DecodeOptions completion(long given, int maxPositions, Set<Integer> endTokens) {
        Setting<Integer> length = newTokens();
        return options(CanvasShape.ofCompletion(given, length.value()), Optional.of(length), maxPositions, endTokens);
    }

    /**
     * The longest canvas of whole blocks that the answer may have, where the length is a ceiling and not asked for.
     *
     * @param wanted tokens that are likely enough, at least 1
     * @param most tokens that there may be, at least {@code wanted}
     * @return a multiple of the block length if there is one in [1, most], otherwise {@code wanted}
     */
    public int wholeBlocks(int wanted, int most) {
        int length = tokens(blockLength.map(Setting::value), AUTO_MULTIPLE).orElse(1);
        if (length > most) {
            return wanted;
        }
        long up = Math.ceilDiv((long) wanted, length) * length;
        return Math.toIntExact(up <= most ? up : up - length);
    }

    /**
     * Whether a canvas of that shape grows in {@link #fitting}.
     *
     * @throws WrongValueException when the request says how, and it does not go together
     */
    public boolean grows(CanvasShape shape, Growth standard) {
        return !(growth.of(shape, tokens(fitting(shape), 1), standard, Long.MAX_VALUE) instanceof Growth.None);
    }

    /** What a checkpoint says of blocks is about completions: holes are decoded together. */
    private Optional<Setting<BlockLength>> block(CanvasShape shape) {
        boolean completes = shape.completion() && shape.holes().size() == 1;
        return blockLength.filter(found -> completes || !found.isOfFile() || cache != CachePolicy.NONE);
    }

    /** The block length for a canvas of that shape. */
    private Optional<BlockLength> fitting(CanvasShape shape) {
        return block(shape)
                .map(found -> !found.isOfRequest() && found.value() instanceof BlockLength.Tokens(int tokens)
                        ? BlockLength.of(Math.min(tokens, shape.holes().getLast()))
                        : found.value());
    }

    /**
     * Where the length is still to be chosen, {@code auto} for lengths that any length can be cut into, or for what is
     * one block at worst.
     */
    private static Optional<Integer> tokens(Optional<BlockLength> block, int auto) {
        return block.map(length -> length instanceof BlockLength.Tokens(int tokens) ? tokens : auto);
    }

    /**
     * The options for a canvas whose length is the server's choice. Steps are rounded up to a number that the blocks
     * and chunks can share; a block length that stands behind the request and is longer than the canvas becomes that of
     * the canvas. Steps that stand behind the request are those of {@link #maxNewTokens} tokens: a completion that may
     * become longer has more of them.
     *
     * @param shape with holes of {@link #wholeBlocks} tokens
     * @param standard how a completion grows where nothing says it; chunks become whole blocks
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException when steps, blocks, lengths and model do not go together
     */
    public DecodeOptions fitting(CanvasShape shape, Growth standard, int maxPositions, Set<Integer> endTokens) {
        Optional<BlockLength> block = fitting(shape);
        Growth grows = growth.of(shape, tokens(block, 1), standard, Long.MAX_VALUE);
        boolean chunks = block.isEmpty() && grows instanceof Growth.Chunks;
        long parts = chunks ? shape.numChunks((Growth.Chunks) grows) : 1;
        long blocks = tokens(block, Integer.MAX_VALUE).map(shape::numBlocks).orElse(1L);
        long everyToken = Math.ceilDiv(Math.max(1, shape.newTokens()), blocks) * blocks;
        long numSteps = steps.map(found -> Math.ceilDiv(Math.max(parts, wanted(found, shape, grows)), blocks) * blocks)
                .orElse(everyToken);
        try {
            shape.checkLength(maxPositions);
            return checked(
                    Math.toIntExact(Math.min(numSteps, Integer.MAX_VALUE)),
                    block,
                    grows,
                    shape,
                    maxPositions,
                    endTokens);
        } catch (WrongValueException e) {
            throw traced(e, Optional.empty());
        }
    }

    private long wanted(Setting<Integer> found, CanvasShape shape, Growth grows) {
        boolean perToken = !found.isOfRequest() && !(grows instanceof Growth.None);
        long usual = Math.max(1, maxNewTokens());
        return perToken && shape.newTokens() > usual
                ? Math.ceilDiv(found.value() * shape.newTokens(), usual)
                : found.value();
    }

    /**
     * The options for a canvas of that shape. It grows as the request says; what stands behind the request says it for
     * plain completions.
     *
     * @param maxPositions the longest sequence of the model
     * @throws WrongValueException when steps, blocks, lengths and model do not go together
     */
    public DecodeOptions options(CanvasShape shape, int maxPositions, Set<Integer> endTokens) {
        return options(shape, Optional.empty(), maxPositions, endTokens);
    }

    private DecodeOptions options(
            CanvasShape shape, Optional<Setting<Integer>> length, int maxPositions, Set<Integer> endTokens) {
        try {
            shape.checkLength(maxPositions);
            int everyToken = Math.max(1, Math.toIntExact(shape.newTokens()));
            if (steps.isPresent() && steps.get().isOfFile()) {
                try {
                    return checked(steps.get().value(), shape, maxPositions, endTokens);
                } catch (WrongValueException e) {
                    LOG.info("{} is left out: {}", steps.get(), e.getMessage());
                    return checked(everyToken, shape, maxPositions, endTokens);
                }
            }
            return checked(steps.map(Setting::value).orElse(everyToken), shape, maxPositions, endTokens);
        } catch (WrongValueException e) {
            throw traced(e, length);
        }
    }

    private DecodeOptions checked(int numSteps, CanvasShape shape, int maxPositions, Set<Integer> endTokens) {
        Optional<BlockLength> block = block(shape).map(Setting::value);
        Growth grows = growth.of(shape, tokens(block, 1), Growth.NONE, numSteps);
        return checked(numSteps, block, grows, shape, maxPositions, endTokens);
    }

    private DecodeOptions checked(
            int numSteps,
            Optional<BlockLength> block,
            Growth grows,
            CanvasShape shape,
            int maxPositions,
            Set<Integer> endTokens) {
        DecodeOptions options = new DecodeOptions(
                numSteps,
                block.stream()
                        .filter(BlockLength.Tokens.class::isInstance)
                        .mapToInt(length -> ((BlockLength.Tokens) length).tokens())
                        .findFirst(),
                block.filter(BlockLength.Auto.class::isInstance).isPresent(),
                commit,
                cache,
                blockStart,
                maskCandidates,
                eps,
                temperature,
                topP,
                topK,
                seed,
                endTokens,
                OptionalInt.empty(),
                OptionalInt.empty(),
                grows);
        shape.checkDecodable(options, maxPositions);
        return options;
    }

    /** The problem with the values that it is about and that the request does not name. */
    private RuntimeException traced(WrongValueException problem, Optional<Setting<Integer>> length) {
        Parameter<?> about = switch (problem.parameter()) {
            case CanvasShape.STEPS -> Parameter.STEPS;
            case CanvasShape.BLOCK_LENGTH -> Parameter.BLOCK_LENGTH;
            case CanvasShape.NEW_TOKENS -> Parameter.MAX_NEW_TOKENS;
            case CanvasShape.GROW -> Parameter.GROW;
            case CanvasShape.WINDOW -> Parameter.WINDOW;
            default -> throw problem;
        };
        Stream<Optional<? extends Setting<?>>> involved = switch (problem.parameter()) {
            case CanvasShape.STEPS -> Stream.of(steps, blockLength);
            case CanvasShape.BLOCK_LENGTH -> Stream.of(length, blockLength);
            case CanvasShape.NEW_TOKENS -> Stream.of(length);
            default -> Stream.empty();
        };
        String elsewhere = involved.flatMap(Optional::stream)
                .filter(setting -> !setting.isOfRequest())
                .map(Setting::toString)
                .collect(Collectors.joining(", "));
        String message = problem.getMessage() + (elsewhere.isEmpty() ? "" : " (" + elsewhere + ")");
        if (about == Parameter.MAX_NEW_TOKENS
                && length.filter(Setting::isOfFile).isPresent()) {
            return new CodaException(message, problem);
        }
        String name = values.find(about).map(Setting::name).orElse(values.name(about));
        return new WrongValueException(name, message, problem);
    }

    private Setting<Integer> newTokens() {
        return values.findOr(Parameter.MAX_NEW_TOKENS, DecodeDefaults.NEW_TOKENS)
                .require(n -> n >= 1, "at least 1");
    }

    private double eps(PolicyChoice choice) {
        Setting<Double> found =
                values.findOr(Parameter.EPS, DecodeOptions.DEFAULT_EPS).require(x -> x >= 0 && x < 1, "in [0, 1)");
        if (found.value() != DecodeOptions.DEFAULT_EPS && !commit.followsSchedule()) {
            choice.withoutEffect(found, "");
            return DecodeOptions.DEFAULT_EPS;
        }
        return found.value();
    }

    /** The value; {@code neutral} where the policy reads the model's probabilities as they are. */
    private <T> T plain(PolicyChoice choice, Setting<T> found, T neutral) {
        if (!found.value().equals(neutral) && commit.needs().contains(Need.PLAIN_PROBABILITIES)) {
            choice.against(found, "which reads the model's probabilities as they are");
            return neutral;
        }
        return found.value();
    }

    private void checkBlocks(PolicyChoice choice) {
        if (commit.needs().contains(Need.BLOCKS) && blockLength.isEmpty()) {
            String block = values.name(Parameter.BLOCK_LENGTH);
            throw new WrongValueException(
                    choice.alg().name(),
                    String.format(
                            Locale.ROOT, "%s needs blocks: add %s N, for example %s 32", choice.alg(), block, block));
        }
    }

    private MaskCandidates maskCandidates(PolicyChoice policy) {
        MaskCandidates chosen =
                values.choice(Parameter.MASK_CANDIDATES, MaskCandidates.EXCLUDE, MaskCandidates.values());
        if (chosen == MaskCandidates.ALLOW && commit.needs().contains(Need.NO_MASK_PROPOSALS)) {
            policy.against(values.find(Parameter.MASK_CANDIDATES).orElseThrow(), "which counts on tokens");
            return MaskCandidates.EXCLUDE;
        }
        return chosen;
    }

    private BlockStart blockStart(PolicyChoice policy) {
        Optional<Setting<String>> found = values.find(Parameter.BLOCK_START);
        BlockStart chosen = values.choice(Parameter.BLOCK_START, BlockStart.PROPOSE, BlockStart.values());
        if (chosen != BlockStart.PROPOSE && commit.needsProposedStarts()) {
            policy.against(found.orElseThrow(), "which takes no token whatever its probability");
            return BlockStart.PROPOSE;
        }
        if (chosen != BlockStart.PROPOSE && (cache instanceof CachePolicy.None || cache instanceof CachePolicy.Exact)) {
            String name = values.name(Parameter.CACHE);
            throw new WrongValueException(
                    found.orElseThrow().name(),
                    String.format(
                            Locale.ROOT,
                            "%s has no effect without a cache: add %s prefix or dual, or leave it out",
                            found.orElseThrow(),
                            name));
        }
        return chosen;
    }
}
