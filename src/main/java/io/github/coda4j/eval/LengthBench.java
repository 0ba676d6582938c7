package io.github.coda4j.eval;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Holes of unknown length, filled as a user would: by their true length, by a fixed one, and by lengths that are found,
 * with one source of them after another.
 */
final class LengthBench {
    /** Holes of so many tokens at most are counted together too. */
    static final int SHORT = 16;

    /** What these are called. */
    static final String UP_TO_SHORT = "up to " + SHORT;

    private static final int FIXED = 32;

    private static final Method TRUE = new Method("true length", hole -> new Document.Hole(hole.tokens()));
    private static final Method FIXED_LENGTH =
            new Method("fixed " + FIXED, _ -> new Document.Hole(FIXED)).withoutPads();
    private static final String PADS_ALONE = "at most " + FIXED + ", trained pads";
    /** For a model of which any pad closes a hole. */
    private static final Method CLOSING = new Method(PADS_ALONE, _ -> new Document.Hole(FIXED));
    /** For one that says the length of holes with a pad behind them. */
    private static final Method CEILING = found(
                    PADS_ALONE,
                    how -> how.withCandidates(1)
                            .withReadsBack(false)
                            .withParses(false)
                            .withPads(LengthOptions.Pads.ALONE))
            .with(_ -> Document.Hole.upTo(FIXED), true);

    private static final Method SEARCH = found(
            "search alone", how -> how.withCandidates(1).withReadsBack(false).withParses(false));
    private static final Method DECODED =
            found("+ log-probability", how -> how.withReadsBack(false).withParses(false));
    private static final Method READ_BACK = found("+ read back", how -> how.withParses(false));
    private static final Method PARSE = found("+ parse", UnaryOperator.identity());
    private static final String PADS = "+ trained pads";
    private static final Method CEILINGS_TOO =
            found(PADS, how -> how.withPads(LengthOptions.Pads.BESIDE)).with(_ -> Document.Hole.auto(), true);
    private static final Method AUTO = new Method("auto", _ -> Document.Hole.auto());

    private final CodaModel model;
    private final Tokenizer tokenizer;
    private final Consumer<LengthResult> listener;
    private final List<LengthResult> results = new ArrayList<>();
    /** Of the holes that are counted together, by method. */
    private final Map<String, Optional<LengthScore>> together = new LinkedHashMap<>();

    /**
     * A way to fill a hole.
     *
     * @param hole what is asked for
     * @param lengths changes how lengths are found
     * @param context tokens that are seen; empty: as the checkpoint says
     * @param pads whether pads close holes
     */
    private record Method(
            String name,
            Function<HoleCase, Document.Hole> hole,
            UnaryOperator<LengthOptions> lengths,
            OptionalInt context,
            boolean pads) {
        Method(String name, Function<HoleCase, Document.Hole> hole) {
            this(name, hole, UnaryOperator.identity(), OptionalInt.empty(), true);
        }

        Method withoutPads() {
            return with(hole, false);
        }

        Method with(Function<HoleCase, Document.Hole> asked, boolean padsClose) {
            return new Method(name, asked, lengths, context, padsClose);
        }
    }

    /** A length that is found without pads. */
    private static Method found(String name, UnaryOperator<LengthOptions> lengths) {
        return new Method(name, _ -> Document.Hole.auto(), lengths, OptionalInt.empty(), false);
    }

    LengthBench(CodaModel model, Consumer<LengthResult> listener) {
        this.model = model;
        this.tokenizer = model.tokenizer();
        this.listener = listener;
    }

    /** By kind and method, and in the end of all short holes together. */
    List<LengthResult> measure(Map<String, List<HoleCase>> kinds) {
        kinds.forEach(this::measure);
        together.forEach((method, score) -> tell(new LengthResult(UP_TO_SHORT, method, score)));
        return List.copyOf(results);
    }

    private void measure(String kind, List<HoleCase> cases) {
        Method whole = new Method(
                "true length, whole text",
                TRUE.hole(),
                TRUE.lengths(),
                OptionalInt.of(model.info().maxPositions()),
                true);
        add(kind, TRUE.name(), score(cases, TRUE));
        // Each token is a forward of everything: of long holes that takes longer than all else together.
        List<HoleCase> few =
                cases.stream().filter(hole -> hole.tokens() <= SHORT).toList();
        add(kind, whole.name(), score(few, whole));
        boolean ceilings = model.lengths().ceiling().isPresent();
        Scores padded = score(cases, ceilings ? CEILING : CLOSING);
        boolean trained = ceilings || padded.all().pads() > 0;
        // A model that never proposes the pad fills a hole as if there were none.
        add(kind, FIXED_LENGTH.name(), trained ? score(cases, FIXED_LENGTH) : padded);
        add(kind, PADS_ALONE, Optional.of(padded).filter(_ -> trained));
        List.of(SEARCH, DECODED, READ_BACK).forEach(method -> add(kind, method.name(), score(cases, method)));
        Scores parsed = score(cases, PARSE);
        add(kind, PARSE.name(), parsed);
        Optional<Scores> pads = trained ? Optional.of(score(cases, ceilings ? CEILINGS_TOO : AUTO)) : Optional.empty();
        add(kind, PADS, pads);
        // Pads that nothing announces close holes by themselves; the others are not asked.
        add(kind, AUTO.name(), ceilings ? parsed : pads.orElse(parsed));
    }

    /** Of all holes of a kind, and of the short ones among them. */
    private record Scores(LengthScore all, LengthScore few) {}

    private void add(String kind, String method, Scores scores) {
        add(kind, method, Optional.of(scores));
    }

    private void add(String kind, String method, Optional<Scores> scores) {
        tell(new LengthResult(kind, method, scores.map(Scores::all)));
        together.merge(
                method,
                scores.map(Scores::few),
                (a, b) -> a.isEmpty() ? b : b.map(own -> own.plus(a.get())).or(() -> a));
    }

    private void tell(LengthResult result) {
        results.add(result);
        listener.accept(result);
    }

    private Scores score(List<HoleCase> cases, Method method) {
        LengthScore all = LengthScore.NONE;
        LengthScore few = LengthScore.NONE;
        for (HoleCase hole : cases) {
            long start = System.nanoTime();
            Completion answer = fill(hole, method);
            double seconds = (System.nanoTime() - start) * 1e-9;
            String text = answer.text();
            LengthScore one = LengthScore.of(
                    text.equals(hole.answer()),
                    right(hole.answer(), text),
                    hole.tokens(),
                    hole.parses(text),
                    answer.cost(),
                    seconds);
            all = all.plus(one);
            few = hole.tokens() <= SHORT ? few.plus(one) : few;
        }
        return new Scores(all, few);
    }

    private Completion fill(HoleCase hole, Method method) {
        WindowOptions windows = new WindowOptions(method.context(), WindowOptions.DEFAULT.before(), hole.language());
        Given given = method.pads() ? Given.inJava() : Given.inJava().with(Parameter.HOLE_PADS, "keep");
        GenerateRequest request = model.request(hole.document(method.hole().apply(hole)), windows, given);
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
