package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** Lets a model, or a baseline, fill in held-out spans and compares with what was there. */
public final class SpanInfilling {
    private SpanInfilling() {}

    /**
     * The model's score.
     *
     * @param options how to decode a span of so many tokens
     * @param validity judges the filled documents; its time does not count
     * @param filled run after each span
     * @throws IllegalArgumentException when a span with its context is longer than the model's longest sequence
     */
    public static InfillScore of(
            Denoiser model,
            List<InfillSpan> spans,
            InfillSpan.Sides sides,
            IntFunction<DecodeOptions> options,
            Validity validity,
            Runnable filled) {
        InfillScore score = InfillScore.NONE;
        for (InfillSpan span : spans) {
            long start = System.nanoTime();
            Canvas canvas = span.canvas(sides, model.maskId());
            int forwards = decode(model, canvas, options.apply(span.answer().length));
            int from = span.before().length;
            int[] ids = canvas.ids(from, from + span.answer().length);
            double seconds = (System.nanoTime() - start) * 1e-9;
            score = score.plus(span.answer(), ids, forwards, seconds, validity.of(span, ids));
            filled.run();
        }
        return score;
    }

    /**
     * The score of the n-gram baseline, which sees the left side only.
     *
     * @param filled run after each span
     */
    public static InfillScore of(NGram baseline, List<InfillSpan> spans, Validity validity, Runnable filled) {
        InfillScore score = InfillScore.NONE;
        for (InfillSpan span : spans) {
            long start = System.nanoTime();
            int[] ids = baseline.fill(span);
            double seconds = (System.nanoTime() - start) * 1e-9;
            score = score.plus(span.answer(), ids, 0, seconds, validity.of(span, ids));
            filled.run();
        }
        return score;
    }

    private static int decode(Denoiser model, Canvas canvas, DecodeOptions options) {
        int forwards = 0;
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            while (!session.done()) {
                session.apply(model.forward(List.of(session.plan())).getFirst());
                forwards++;
            }
        }
        check(
                Arrays.stream(canvas.ids()).noneMatch(id -> id == model.maskId()),
                "decoding ended with masks left; ask for at least one step per block");
        return forwards;
    }
}
