package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.generate.DocumentNames.Spelling;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.LengthRanking;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Chooses among the trials of a search: hole by hole, beside answers whose text is known, then among ways to fill holes
 * that stand close together. What is best is decoded with everything in sight where the trials did not do that, and of
 * the two answers the better one is taken. Long holes are left to be decoded.
 */
final class AnswerComparison implements SearchStage {
    /** Holes of so many tokens are decoded with everything in sight, and compared. */
    private static final int SHORT = 16;

    /** So many holes have names compared, each with so many names of so many tokens. */
    private static final int MOST_NAMED = 8;

    private static final int MOST_NAMES = 128;

    private static final int LONGEST_NAME = 8;

    /** So many answers to a hole are looked at without what they say past it. */
    private static final int MOST_CUT = 4;

    private final PromptLayout whole;
    private final PromptLayout base;
    private final List<Integer> holes;
    private final List<Integer> lengths;
    private final List<Trial> trials;
    private final Outside outside;
    private final SearchSetup setup;

    /** The best answers so far, by open hole. */
    private Map<Integer, TrialAnswer> chosen;
    /** Holes for which answers are still to be spelled. */
    private final Deque<Integer> unspelled = new ArrayDeque<>();

    private Optional<SpelledAnswers> spelling = Optional.empty();
    private final Map<Integer, List<TrialAnswer>> spelled = new HashMap<>();
    /** Groups of holes that are still to be compared together. */
    private final Deque<List<Integer>> groups = new ArrayDeque<>();

    private Optional<CloseHoles> together = Optional.empty();
    private boolean ofOneTrial;
    /** The best lengths, decoded with everything in sight. */
    private Optional<Trial> checked = Optional.empty();

    private Optional<Trial> taken = Optional.empty();
    private final Closing closing = new Closing();

    /**
     * A comparison that has run nothing.
     *
     * @param whole the request
     * @param base the part of it that the trials saw
     * @param holes the open ones
     * @param lengths of all holes
     * @param trials that are decoded, at least one; its owner's to close
     * @param outside the text around the holes, its owner's to close
     */
    AnswerComparison(
            PromptLayout whole,
            PromptLayout base,
            List<Integer> holes,
            List<Integer> lengths,
            List<Trial> trials,
            Outside outside,
            SearchSetup setup) {
        this.whole = whole;
        this.base = base;
        this.holes = List.copyOf(holes);
        this.lengths = List.copyOf(lengths);
        this.trials = List.copyOf(trials);
        this.outside = outside;
        this.setup = setup;
        this.chosen = setup.choice().among(trials, holes, Map.of());
        this.ofOneTrial = of(lengthsOf(chosen), trials).isPresent();
        if (setup.how().candidates() > 1) {
            groups.addAll(CloseHoles.groups(base, this.holes));
            if (setup.names().isPresent()) {
                unspelled.addAll(holes);
            }
        }
    }

    @Override
    public List<SearchForward> next() {
        List<SearchForward> next = List.of();
        while (next.isEmpty() && (spelling.isPresent() || !unspelled.isEmpty())) {
            next = nextSpelled();
        }
        while (next.isEmpty() && (together.isPresent() || !groups.isEmpty())) {
            next = nextTogether();
        }
        if (next.isEmpty() && checked.isEmpty()) {
            List<Integer> best = lengthsOf(chosen);
            if (exact(best).isEmpty() && best.stream().mapToInt(n -> n).sum() <= SHORT * best.size()) {
                checked = Optional.of(setup.open(whole, best));
            }
        }
        return next.isEmpty()
                ? checked.filter(trial -> !trial.session().done()).stream()
                        .map(trial -> SearchForward.of(trial.session().plan(), trial::apply))
                        .toList()
                : next;
    }

    private List<SearchForward> nextSpelled() {
        if (spelling.isEmpty()) {
            spelling = spelledFor(unspelled.getFirst());
        }
        List<SearchForward> next = spelling.map(SpelledAnswers::next).orElse(List.of());
        if (next.isEmpty()) {
            int hole = unspelled.removeFirst();
            spelling.ifPresent(own -> {
                spelled.put(hole, own.answers());
                own.close();
                chosen = setup.choice().among(trials, holes, spelled);
                ofOneTrial = holes.size() == 1;
            });
            spelling = Optional.empty();
        }
        return next;
    }

    private List<SearchForward> nextTogether() {
        CloseHoles own = together.orElseGet(() -> closeHoles(groups.removeFirst()));
        together = Optional.of(own);
        List<SearchForward> next = own.next();
        if (next.isEmpty()) {
            take(own);
            own.close();
            together = Optional.empty();
        }
        return next;
    }

    /** The trial with the best answers, decoded or not yet; it is the caller's to close. */
    Trial take() {
        List<Integer> best = lengthsOf(chosen);
        taken = checked.or(() -> exact(best));
        return checked.map(this::better).or(() -> taken).orElseGet(() -> setup.open(whole, best));
    }

    /** The one of some trials that has these lengths. */
    static Optional<Trial> of(List<Integer> lengths, List<Trial> among) {
        return among.stream().filter(trial -> trial.lengths().equals(lengths)).findFirst();
    }

    /** The trial that decoded these lengths with everything in sight. */
    private Optional<Trial> exact(List<Integer> lengths) {
        return base == whole
                ? of(lengths, trials).filter(trial -> trial.isExact() && decoded(trial))
                : Optional.empty();
    }

    /** Whether the best answers are those of the trial. */
    private boolean decoded(Trial trial) {
        List<TrialAnswer> own = trial.answers();
        return chosen.entrySet().stream()
                .allMatch(best ->
                        best.getValue().text().equals(own.get(best.getKey()).text()));
    }

    private List<Integer> lengthsOf(Map<Integer, TrialAnswer> answers) {
        List<Integer> own = new ArrayList<>(lengths);
        answers.forEach((hole, answer) -> own.set(hole, answer.masks()));
        return own;
    }

    /**
     * What was decoded with everything in sight, or what was found before near the holes: that with which the document
     * parses, or else what the model is surer of.
     */
    private Trial better(Trial seen) {
        List<TrialAnswer> wide = seen.answers();
        List<TrialAnswer> near = new ArrayList<>(wide);
        chosen.forEach(near::set);
        Trial found = seen.with(seen.layout(), near);
        if (found.texts().equals(seen.texts())) {
            return seen;
        }
        double surer = chosen.keySet().stream()
                .mapToDouble(hole -> near.get(hole).candidate().decoded()
                        - wide.get(hole).candidate().decoded())
                .sum();
        List<Trial> order = ofOneTrial && surer > 0 ? List.of(found, seen) : List.of(seen, found);
        return order.get(setup.choice()
                .preferred(order.stream().map(Trial::texts).toList(), List.of(0.0, ofOneTrial ? Math.abs(surer) : 0)));
    }

    /** Answers that are spelled for a hole, if any are. */
    private Optional<SpelledAnswers> spelledFor(int hole) {
        DocumentNames names = setup.names().orElseThrow();
        String hidden = whole.hidden().get(hole).before();
        List<TrialAnswer> all = List.copyOf(AnswerChoice.byLength(trials, hole).values());
        List<Candidate> ranked =
                LengthRanking.ranked(all.stream().map(TrialAnswer::candidate).toList());
        List<Candidate> good = LengthRanking.aboutAsGood(ranked);
        List<Spelling> cut = names.cut(hole, all.stream().map(TrialAnswer::text).toList(), hidden, MOST_CUT, SHORT);
        Stream<String> answers = Stream.concat(
                cut.stream().map(Spelling::text),
                all.stream().filter(answer -> good.contains(answer.candidate())).map(TrialAnswer::text));
        boolean named = spelled.size() < MOST_NAMED
                && (answers.anyMatch(DocumentNames::isName)
                        || !setup.choice()
                                .faultless(texts(hole, chosen.get(hole).text())));
        if (cut.isEmpty() && !named) {
            return Optional.empty();
        }
        boolean alone = lengths.size() == 1;
        PromptLayout layout = alone
                ? base
                : whole.resized(lengthsOf(chosen), setup.denoiser().maskId())
                        .with(othersThan(List.of(hole)))
                        .near(SearchSetup.SIGHT);
        return Optional.of(new SpelledAnswers(
                layout,
                cut,
                named ? names.near(hole, hidden, fitting(hole), MOST_NAMES, LONGEST_NAME) : List.of(),
                (texts, lacks) -> sound(hole, texts, lacks),
                Optional.of(outside).filter(_ -> alone),
                setup.how().readsBack(),
                own -> setup.reader().read(own, List.of(hole)),
                setup.denoiser()));
    }

    /** Which of some answers to a hole go best with the best ones so far to the others. */
    private List<Integer> sound(int hole, List<String> texts, List<Double> lacks) {
        List<List<String>> ways = texts.stream().map(text -> texts(hole, text)).toList();
        return setup.choice().preferred(ways, lacks, SpelledAnswers.SPELLED);
    }

    /** Which names may stand in a hole beside the best answers so far. */
    private Predicate<String> fitting(int hole) {
        return setup.choice().names(hole, texts(hole, ""));
    }

    /** The best answers so far to all holes, with another one to a hole. */
    private List<String> texts(int hole, String text) {
        List<String> texts = new ArrayList<>(trials.getFirst().texts());
        chosen.forEach((open, answer) -> texts.set(open, answer.text()));
        texts.set(hole, text);
        return texts;
    }

    /** The best answers so far to all holes but these. */
    private Map<Integer, int[]> othersThan(List<Integer> these) {
        List<TrialAnswer> all = new ArrayList<>(trials.getFirst().answers());
        chosen.forEach(all::set);
        return IntStream.range(0, all.size())
                .filter(hole -> !these.contains(hole))
                .boxed()
                .collect(Collectors.toMap(hole -> hole, hole -> all.get(hole).ids()));
    }

    private CloseHoles closeHoles(List<Integer> these) {
        List<List<Candidate>> own = these.stream()
                .map(hole -> AnswerChoice.byLength(trials, hole).values().stream()
                        .map(TrialAnswer::candidate)
                        .toList())
                .map(LengthRanking::ranked)
                .toList();
        PromptLayout sized = whole.resized(lengthsOf(chosen), setup.denoiser().maskId());
        return new CloseHoles(sized, these, othersThan(these), own, setup);
    }

    /** Takes the best way to fill holes that were compared together. */
    private void take(CloseHoles own) {
        List<Map<Integer, TrialAnswer>> ways = own.ranked().stream()
                .map(answers -> IntStream.range(0, answers.size())
                        .boxed()
                        .collect(Collectors.toMap(own.holes()::get, answers::get)))
                .toList();
        chosen = setup.choice().best(ways, chosen, trials.getFirst().answers());
        ofOneTrial = false;
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(Stream.of(
                        together.stream(),
                        spelling.stream(),
                        checked.stream().filter(trial -> taken.isEmpty() || taken.get() != trial))
                .flatMap(own -> own)
                .toList()));
    }
}
