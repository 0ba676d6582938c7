package io.github.coda4j.eval;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Holes of unknown length, filled as a user would: by their true length, by a fixed one, and by lengths that are found,
 * with each source of that left out once.
 */
final class LengthBench {
    private static final int FIXED = 32;

    private final CodaModel model;
    private final Tokenizer tokenizer;
    private final Consumer<LengthResult> listener;

    /**
     * A way to fill a hole.
     *
     * @param hole what is asked for
     * @param lengths changes how lengths are found
     * @param context tokens that are seen; empty: as the checkpoint says
     */
    private record Method(
            String name,
            Function<HoleCase, Document.Hole> hole,
            UnaryOperator<LengthOptions> lengths,
            OptionalInt context) {
        Method(String name, Function<HoleCase, Document.Hole> hole, UnaryOperator<LengthOptions> lengths) {
            this(name, hole, lengths, OptionalInt.empty());
        }
    }

    LengthBench(CodaModel model, Consumer<LengthResult> listener) {
        this.model = model;
        this.tokenizer = model.tokenizer();
        this.listener = listener;
    }

    List<LengthResult> measure(Map<String, List<HoleCase>> kinds) {
        List<LengthResult> results = new ArrayList<>();
        kinds.forEach((kind, cases) -> {
            for (Method method : methods()) {
                LengthResult result = new LengthResult(kind, method.name(), score(cases, method));
                listener.accept(result);
                results.add(result);
            }
        });
        return results;
    }

    private List<Method> methods() {
        Function<HoleCase, Document.Hole> open = hole -> Document.Hole.auto();
        return List.of(
                new Method("true length", hole -> new Document.Hole(hole.tokens()), UnaryOperator.identity()),
                new Method(
                        "true length, all that the model takes",
                        hole -> new Document.Hole(hole.tokens()),
                        UnaryOperator.identity(),
                        OptionalInt.of(model.info().maxPositions())),
                new Method("fixed " + FIXED, _ -> new Document.Hole(FIXED), UnaryOperator.identity()),
                new Method("auto", open, UnaryOperator.identity()),
                new Method(
                        "auto, one candidate: the search alone",
                        open,
                        how -> how.withCandidates(1).withParses(false)),
                new Method(
                        "auto, not read back and not parsed",
                        open,
                        how -> how.withReadsBack(false).withParses(false)),
                new Method("auto, not read back", open, how -> how.withReadsBack(false)),
                new Method("auto, not parsed", open, how -> how.withParses(false)),
                new Method("auto, not calibrated", open, how -> how.withBias(LengthBias.NONE)));
    }

    private LengthScore score(List<HoleCase> cases, Method method) {
        LengthScore score = LengthScore.NONE;
        for (HoleCase hole : cases) {
            long start = System.nanoTime();
            Completion answer = fill(hole, method);
            double seconds = (System.nanoTime() - start) * 1e-9;
            String text = answer.text();
            score = score.plus(
                    text.equals(hole.answer()),
                    right(hole.answer(), text),
                    hole.tokens(),
                    hole.parses(text),
                    answer.cost().forwards(),
                    seconds);
        }
        return score;
    }

    private Completion fill(HoleCase hole, Method method) {
        WindowOptions windows = new WindowOptions(method.context(), WindowOptions.DEFAULT.before(), hole.language());
        GenerateRequest request = model.request(hole.document(method.hole().apply(hole)), windows, Given.inJava());
        try {
            return model.generate(request.withLengths(method.lengths().apply(request.lengths())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    /** Tokens that are right at their place. */
    private int right(String expected, String actual) {
        int[] wanted = tokenizer.encodeOrdinary(expected);
        int[] got = tokenizer.encodeOrdinary(actual);
        int right = 0;
        for (int i = 0; i < Math.min(wanted.length, got.length); i++) {
            right += wanted[i] == got[i] ? 1 : 0;
        }
        return right;
    }
}
