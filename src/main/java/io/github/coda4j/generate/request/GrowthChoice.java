package io.github.coda4j.generate.request;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.MaskCandidates;
import java.util.Locale;
import java.util.Optional;

/**
 * How canvases grow. What the request says has an effect or is refused; what stands behind it counts for plain
 * completions, in so far as the other options go with it.
 */
final class GrowthChoice {
    private final Values values;
    private final Optional<Setting<Growth>> setting;
    private final CachePolicy cache;
    private final BlockStart blockStart;
    private final MaskCandidates maskCandidates;

    GrowthChoice(Values values, CachePolicy cache, BlockStart blockStart, MaskCandidates maskCandidates) {
        this.values = values;
        this.setting = chosen(values);
        this.cache = cache;
        this.blockStart = blockStart;
        this.maskCandidates = maskCandidates;
    }

    /** A window counts where nothing says how the canvas grows; of two, the one that the request says. */
    private static Optional<Setting<Growth>> chosen(Values values) {
        Optional<Setting<Growth>> grow = values.find(Parameter.GROW);
        Optional<Setting<Growth>> window = values.find(Parameter.WINDOW)
                .map(found -> found.require(n -> n >= 1, "at least 1"))
                .map(found -> new Setting<>(new Growth.Window(found.value()), found.origin(), found.name()));
        boolean grows =
                grow.filter(found -> !(found.value() instanceof Growth.None)).isPresent();
        if (window.isEmpty() || !grows) {
            return window.or(() -> grow);
        }
        boolean ofRequest = window.get().isOfRequest();
        if (ofRequest && grow.get().isOfRequest()) {
            throw window.get()
                    .wrong(window.get().value() + " and " + grow.get() + " exclude each other: both say how"
                            + " many masks there are; leave one of them out");
        }
        return ofRequest ? window : grow;
    }

    /**
     * How a canvas of that shape grows.
     *
     * @param block the block length
     * @param standard where nothing says it
     * @param steps that chunks which are no blocks share
     * @throws WrongValueException naming what the request says that does not go together
     */
    Growth of(CanvasShape shape, Optional<Integer> block, Growth standard, long steps) {
        Growth wanted = setting.map(Setting::value).orElse(standard);
        if (wanted instanceof Growth.None) {
            return wanted;
        }
        if (setting.filter(Setting::isOfRequest).isPresent()) {
            problem(wanted, block).ifPresent(problem -> {
                throw setting.get().wrong(wanted + " " + problem);
            });
            return wanted;
        }
        Growth whole = wholeBlocks(wanted, block.orElse(1));
        boolean plain = shape.completion() && shape.holes().size() == 1;
        boolean shared = block.isPresent() || !(whole instanceof Growth.Chunks own) || shape.numChunks(own) <= steps;
        return plain && shared && problem(whole, block).isEmpty() ? whole : Growth.NONE;
    }

    private static Growth wholeBlocks(Growth wanted, int length) {
        return wanted instanceof Growth.Chunks(int tokens)
                ? new Growth.Chunks(Math.toIntExact(Math.min(
                        Integer.MAX_VALUE / length * (long) length, Math.ceilDiv((long) tokens, length) * length)))
                : wanted;
    }

    /** What it does not go with, as {@link io.github.coda4j.decode.DecodeOptions} has it, in the request's names. */
    private Optional<String> problem(Growth wanted, Optional<Integer> block) {
        if (maskCandidates == MaskCandidates.ALLOW && !(wanted instanceof Growth.Window)) {
            return Optional.of("does not go with " + values.name(Parameter.MASK_CANDIDATES)
                    + " allow: where an answer ends is not seen behind a mask");
        }
        return switch (wanted) {
            case Growth.None() -> Optional.empty();
            case Growth.Window(int tokens) -> ofWindow(tokens, block);
            case Growth.Chunks(int tokens) ->
                block.filter(length -> tokens % length != 0).map(length -> multiple(tokens, length));
            case Growth.RhoEos(int _, int _, int _) -> ofRhoEos(block);
        };
    }

    private static String multiple(int tokens, int length) {
        int below = tokens / length * length;
        return String.format(
                Locale.ROOT,
                "is no multiple of the block length %d: use %s%d",
                length,
                below == 0 ? "" : below + " or ",
                (long) below + length);
    }

    private String needsBlocks() {
        String name = values.name(Parameter.BLOCK_LENGTH);
        return "needs blocks: add " + name + " N, for example " + name + " 32";
    }

    private Optional<String> ofWindow(int tokens, Optional<Integer> block) {
        if (block.isEmpty()) {
            return Optional.of(needsBlocks());
        }
        return block.filter(length -> tokens < length)
                .map(length -> "does not hold a block of " + length + ": use " + length + " or more");
    }

    private Optional<String> ofRhoEos(Optional<Integer> block) {
        if (block.isEmpty()) {
            return Optional.of(needsBlocks());
        }
        if (cache instanceof CachePolicy.Dual) {
            return Optional.of("looks at all masks in every forward, and " + values.name(Parameter.CACHE)
                    + " dual runs a block alone: use none or prefix");
        }
        return blockStart == BlockStart.COMMIT
                ? Optional.of("does not go with " + values.name(Parameter.BLOCK_START) + " commit: leave one out")
                : Optional.empty();
    }
}
