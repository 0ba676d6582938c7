package io.github.coda4j.generate;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import java.util.List;

/** Shares the steps of a request among the windows of its document, as they would be shared among its blocks. */
final class WindowSteps {
    private final DecodeOptions options;
    private final List<Integer> holes;

    private WindowSteps(DecodeOptions options, List<Integer> holes) {
        this.options = options;
        this.holes = holes;
    }

    static WindowSteps of(GenerateRequest request) {
        Document document = ((Prompt.Text) request.prompt()).document();
        return new WindowSteps(
                request.decode(),
                document.holes().stream().map(Document.Hole::tokens).toList());
    }

    /** The options of a window: a part of the steps by its part of the tokens or, with blocks, of the blocks. */
    DecodeOptions of(Window window) {
        int first = window.firstHole();
        int end = first + window.document().holes().size();
        long before = units(holes.subList(0, first));
        long own = units(holes.subList(first, end));
        long all = units(holes);
        long steps = options.steps();
        long share = steps * (before + own) / all - steps * before / all;
        if (options.blockLength().isPresent() && share >= own) {
            share -= share % own;
        }
        DecodeOptions shared = options.withSteps((int) Math.max(1, share));
        return window.document().shape(0).completion() ? shared : shared.withGrowth(Growth.NONE);
    }

    private long units(List<Integer> some) {
        return some.stream()
                .mapToLong(tokens -> options.blockLength().isPresent()
                        ? Math.ceilDiv(tokens, options.blockLength().getAsInt())
                        : tokens)
                .sum();
    }
}
