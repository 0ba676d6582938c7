package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * What it costs not to say how long a hole is: the same hole filled at its length, and by a search that finds that
 * length. The model is steered to it, so weights do not matter.
 */
public final class LengthCostBench {
    private LengthCostBench() {}

    /**
     * What filling a hole took.
     *
     * @param seconds on the clock, median
     * @param processorSeconds of all threads, median; NaN where the system does not tell
     * @param rows tokens that were run
     */
    public record Took(double seconds, double processorSeconds, long rows) {
        private Took plus(Took other) {
            return new Took(seconds + other.seconds, processorSeconds + other.processorSeconds, rows + other.rows);
        }
    }

    /**
     * A hole filled in both ways.
     *
     * @param tokens its length, at least 1
     * @param known told that length
     * @param found with the search for it
     */
    public record Result(int tokens, Took known, Took found) {
        /** How many times as much the search takes of something. */
        public double times(ToDoubleFunction<Took> what) {
            return what.applyAsDouble(found) / what.applyAsDouble(known);
        }

        /** Several holes together, at least one. */
        public static Result sum(List<Result> results) {
            return results.stream()
                    .reduce((a, b) -> new Result(a.tokens + b.tokens, a.known.plus(b.known), a.found.plus(b.found)))
                    .orElseThrow();
        }
    }

    /**
     * Measures holes of several lengths, at the known and at the unknown length.
     *
     * @param transformer runs; it stays open
     * @param context tokens around the hole, half of them before it, at least 2
     * @param lengths of the holes, each in [1, the ceiling of a hole of unknown length]
     * @param candidates lengths that are decoded and compared
     * @param listener told each result
     * @throws IllegalArgumentException when the model knows too few positions
     */
    public static List<Result> measure(
            Transformer transformer,
            int context,
            List<Integer> lengths,
            int candidates,
            Timing timing,
            Consumer<Result> listener) {
        check(context >= 2, "the context must be at least 2 tokens, got %d", context);
        int ceiling = Document.Hole.auto().tokens();
        lengths.forEach(length ->
                check(length >= 1 && length <= ceiling, "a hole has 1 to %d tokens here, got %d", ceiling, length));
        int longest = context + ceiling;
        check(
                longest <= transformer.maxPositions(),
                "the model knows %d positions, a context of %d tokens and a hole need %d",
                transformer.maxPositions(),
                context,
                longest);
        UniformTokenizer tokenizer = new UniformTokenizer(transformer.vocabSize(), transformer.maskId());
        SteeredModel model = new SteeredModel(transformer, tokenizer.letter());
        LengthOptions how = LengthOptions.DEFAULT.withCandidates(candidates).withParses(false);
        List<Result> results = new ArrayList<>();
        try (Engine engine = new Engine(model, tokenizer, EngineOptions.DEFAULT)) {
            // What is compiled on the way is not the first hole's to pay.
            fill(engine, model, request(context, Document.Hole.auto()).withLengths(how), 1);
            for (int length : lengths) {
                GenerateRequest known = request(context, new Document.Hole(length));
                GenerateRequest open = request(context, Document.Hole.auto()).withLengths(how);
                Took told = took(engine, model, known, length, timing);
                Result result = new Result(length, told, took(engine, model, open, length, timing));
                listener.accept(result);
                results.add(result);
            }
        }
        return results;
    }

    private static GenerateRequest request(int context, Document.Hole hole) {
        String before = "x".repeat(context / 2);
        String after = "x".repeat(context - context / 2);
        return GenerateRequest.of(
                Document.ofPieces(List.of(before, after), List.of(hole)), DecodeOptions.ofSteps(hole.tokens()));
    }

    private static Took took(Engine engine, SteeredModel model, GenerateRequest request, int length, Timing timing) {
        Timing.Taken taken = timing.measure(() -> fill(engine, model, request, length));
        return new Took(taken.seconds(), taken.processorSeconds(), model.rows());
    }

    private static void fill(Engine engine, SteeredModel model, GenerateRequest request, int length) {
        model.begin(length);
        try {
            Completion answer = engine.generate(request);
            int found = answer.holes().getFirst().ids().size();
            check(found == length, "a hole of %d tokens was to be found, the search found %d", length, found);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }
}
