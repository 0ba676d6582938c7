package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.LengthClimb;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.length.LengthRanking;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the lengths of a request's open holes. Like a session it says which forwards it needs and takes their answers;
 * it never runs the model itself.
 *
 * <p>First every hole is probed: a forward says how sure the model is of it at a length, while the other holes have the
 * best lengths so far. Then the most promising lengths of each hole are decoded side by side, read back, and compared
 * hole by hole; those of holes that stand close together once more, together. Of a long sequence all this sees the text
 * near the holes; then, and where the lengths that are best for each hole were not tried together, they are decoded
 * with everything in sight, and of the two answers the better one is taken. Long holes are left to be decoded.
 */
final class HoleSearch implements AutoCloseable {
    /**
     * Tokens on each side of the holes that a search sees of a sequence that is at least twice as long. Which length is
     * right is decided near the hole; the answer is decoded with everything in sight as well.
     */
    private static final int SIGHT = 80;

    /** The first length. */
    private static final int START = 4;

    /** How many lengths in a row may be in vain. */
    private static final int PATIENCE = 4;

    /** Holes of so many tokens are decoded with everything in sight before the search ends, and compared. */
    private static final int SHORT = 16;

    /** So many holes have names compared. */
    private static final int MOST_NAMED = 8;

    /** Positions that forwards store for themselves at a time; one may store more. */
    private static final int STORED = 2048;

    private final PromptLayout whole;
    /** The part of it that is looked at. */
    private final PromptLayout base;

    private final DecodeOptions decode;
    private final LengthOptions how;
    private final AnswerChoice choice;
    private final AnswerReader reader;
    private final Denoiser denoiser;
    /** By open hole. */
    private final Map<Integer, LengthClimb> climbs = new LinkedHashMap<>();
    /** How sure the model is of an empty hole, by hole and length. */
    private final Map<Integer, Map<Integer, Double>> confidences = new HashMap<>();

    private final List<Integer> lengths;
    private final Outside outside;
    private final Deque<SearchForward> pending = new ArrayDeque<>();
    private final List<Trial> trials = new ArrayList<>();
    private Optional<Trial> taken = Optional.empty();
    private boolean readingBack;
    /** The best answers so far, by open hole, once the trials are decoded. */
    private Map<Integer, TrialAnswer> chosen = Map.of();

    private final Optional<DocumentNames> names;
    /** Holes for which names are still to be compared. */
    private final Deque<Integer> unnamed = new ArrayDeque<>();

    private Optional<NamedAnswers> naming = Optional.empty();
    /** Names as answers, by hole. */
    private final Map<Integer, List<TrialAnswer>> named = new HashMap<>();
    /** Groups of holes that are still to be compared together. */
    private final Deque<List<Integer>> groups = new ArrayDeque<>();

    private Optional<CloseHoles> together = Optional.empty();
    private boolean ofOneTrial;
    /** The best lengths, decoded with everything in sight. */
    private Optional<Trial> checked = Optional.empty();

    private int forwards;
    private final Closing closing = new Closing();

    /**
     * A search that has run nothing.
     *
     * @param whole the request with the holes at their ceilings
     * @param holes what it asks for, at least one of them open
     * @param decode its options, which fit it
     * @param judge prefers answers; empty: none is preferred
     * @param names of the document that may be answers, if any may
     * @param reader reads the answers of a layout's holes
     */
    HoleSearch(
            PromptLayout whole,
            List<Document.Hole> holes,
            DecodeOptions decode,
            LengthOptions how,
            Optional<ParseJudge> judge,
            Optional<DocumentNames> names,
            AnswerReader reader,
            Denoiser denoiser) {
        this.whole = whole;
        this.base = whole.near(SIGHT);
        this.decode = decode;
        this.how = how;
        this.choice = new AnswerChoice(judge);
        this.names = names;
        this.reader = reader;
        this.denoiser = denoiser;
        this.lengths = new ArrayList<>();
        for (int hole = 0; hole < holes.size(); hole++) {
            int ceiling = holes.get(hole).tokens();
            if (holes.get(hole).open()) {
                int span = span(hole);
                int first = Math.min(ceiling, Math.ceilDiv(START, span) * span);
                climbs.put(hole, new LengthClimb(first, span, ceiling, PATIENCE));
                confidences.put(hole, new HashMap<>());
                lengths.add(first);
            } else {
                lengths.add(ceiling);
            }
        }
        PromptLayout first = base.resized(lengths, denoiser.maskId());
        this.outside = Outside.open(first, denoiser);
        int[] masks = climbs.keySet().stream()
                .flatMapToInt(hole -> positions(first.holes().get(hole)))
                .toArray();
        pending.add(SearchForward.of(
                outside.fill(masks),
                answer -> climbs.keySet()
                        .forEach(hole -> confidences
                                .get(hole)
                                .put(
                                        lengths.get(hole),
                                        confidence(answer, first.holes().get(hole))))));
        prepare();
    }

    /** Completions in blocks have whole blocks; every other hole has any length. */
    private int span(int hole) {
        boolean completion = base.shape().completion() && hole == base.holes().size() - 1;
        return completion ? decode.blockLength().orElse(1) : 1;
    }

    /** Whether a trial can be taken. */
    boolean done() {
        return pending.isEmpty();
    }

    /**
     * The forwards that it needs next.
     *
     * @param room the most tokens of them together; one is given whatever its length
     */
    List<ForwardPlan> plans(long room) {
        List<ForwardPlan> plans = new ArrayList<>();
        long left = room;
        for (SearchForward next : pending) {
            Optional<ForwardPlan> plan = next.plan();
            left -= plan.map(own -> own.ids().length).orElse(0);
            if (plan.isEmpty() || (left < 0 && !plans.isEmpty())) {
                break;
            }
            plans.add(plan.get());
        }
        return plans;
    }

    /** Takes the answers to the first of them, in order. */
    void apply(List<Proposals> answers) {
        for (Proposals answer : answers) {
            forwards++;
            pending.removeFirst().take(answer);
        }
        if (pending.isEmpty()) {
            advance();
        }
        prepare();
    }

    /** Makes plans as far as memory should be held for them. */
    private void prepare() {
        long stored = 0;
        for (SearchForward next : pending) {
            boolean first = stored == 0;
            stored += next.positionsStored();
            if (stored > STORED && !first) {
                break;
            }
            next.prepare();
        }
    }

    /** Forwards so far, each of one sequence. */
    int forwards() {
        return forwards;
    }

    /** How many lengths of holes were looked at. */
    int lengthsTried() {
        return confidences.values().stream().mapToInt(Map::size).sum();
    }

    /** Why answers were not judged by the grammar, if they should have been. */
    Optional<String> note() {
        return choice.note();
    }

    /** The trial with the best answers, decoded or not yet; it is the caller's to close. */
    Trial take() {
        List<Integer> best = lengthsOf(chosen);
        taken = checked.or(() -> exact(best));
        return checked.map(this::better)
                .or(() -> taken)
                .orElseGet(() -> Trial.open(whole, best, decode, reader::read, denoiser));
    }

    /** The best of the trials that are decoded so far, to be closed by the caller. */
    Optional<Trial> takeDecoded() {
        List<Trial> decoded =
                trials.stream().filter(trial -> trial.session().done()).toList();
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        taken = of(lengthsOf(choice.among(decoded, climbs.keySet(), Map.of())), decoded)
                .or(() -> Optional.of(decoded.getFirst()));
        return taken.map(trial ->
                base == whole ? trial : trial.with(whole.resized(trial.lengths(), denoiser.maskId()), trial.answers()));
    }

    private static Optional<Trial> of(List<Integer> lengths, List<Trial> among) {
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
        return order.get(choice.preferred(order.stream().map(Trial::texts).toList()));
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(Stream.of(
                        Stream.concat(trials.stream(), checked.stream())
                                .filter(trial -> taken.isEmpty() || taken.get() != trial),
                        pending.stream(),
                        together.stream(),
                        naming.stream(),
                        Stream.of(outside))
                .flatMap(own -> own)
                .toList()));
    }

    private void advance() {
        if (trials.isEmpty()) {
            probe();
            if (!pending.isEmpty()) {
                return;
            }
            openTrials();
        }
        trials.stream().filter(trial -> !trial.session().done()).forEach(this::decodeOn);
        if (pending.isEmpty() && how.readsBack() && trials.size() > 1 && !readingBack) {
            readingBack = true;
            trials.forEach(trial -> pending.addAll(trial.readingBack()));
        }
        if (pending.isEmpty()) {
            compare();
        }
    }

    private void decodeOn(Trial trial) {
        pending.addLast(SearchForward.of(trial.session().plan(), trial::apply));
    }

    /** Chooses among the trials, then among ways to fill holes that are close together, then decodes what is best. */
    private void compare() {
        if (chosen.isEmpty()) {
            chosen = choice.among(trials, climbs.keySet(), Map.of());
            ofOneTrial = of(lengthsOf(chosen), trials).isPresent();
            if (how.candidates() > 1) {
                groups.addAll(CloseHoles.groups(base, List.copyOf(climbs.keySet())));
                names.ifPresent(_ -> climbs.keySet().stream()
                        .filter(this::takesName)
                        .limit(MOST_NAMED)
                        .forEach(unnamed::add));
            }
        }
        while (pending.isEmpty() && (naming.isPresent() || !unnamed.isEmpty())) {
            if (naming.isEmpty()) {
                naming = Optional.of(namesFor(unnamed.getFirst()));
            }
            NamedAnswers own = naming.get();
            pending.addAll(own.next());
            if (pending.isEmpty()) {
                named.put(unnamed.removeFirst(), own.answers());
                own.close();
                naming = Optional.empty();
                chosen = choice.among(trials, climbs.keySet(), named);
                ofOneTrial = climbs.size() == 1;
            }
        }
        while (pending.isEmpty() && (together.isPresent() || !groups.isEmpty())) {
            if (together.isEmpty()) {
                together = Optional.of(closeHoles(groups.removeFirst()));
            }
            CloseHoles own = together.get();
            pending.addAll(own.next());
            if (pending.isEmpty()) {
                take(own);
                own.close();
            }
        }
        if (pending.isEmpty() && checked.isEmpty()) {
            List<Integer> best = lengthsOf(chosen);
            if (exact(best).isEmpty() && best.stream().mapToInt(n -> n).sum() <= SHORT * best.size()) {
                checked = Optional.of(Trial.open(whole, best, decode, reader::read, denoiser));
            }
        }
        checked.filter(trial -> pending.isEmpty() && !trial.session().done()).ifPresent(this::decodeOn);
    }

    /** Whether one of the good answers to a hole is a name. */
    private boolean takesName(int hole) {
        List<TrialAnswer> own = List.copyOf(AnswerChoice.byLength(trials, hole).values());
        List<Candidate> good = LengthRanking.aboutAsGood(
                LengthRanking.ranked(own.stream().map(TrialAnswer::candidate).toList()));
        return own.stream()
                .anyMatch(answer -> good.contains(answer.candidate()) && DocumentNames.isName(answer.text()));
    }

    private NamedAnswers namesFor(int hole) {
        List<int[]> near = names.orElseThrow()
                .near(hole, whole.hidden().get(hole).before(), NamedAnswers.MOST_NAMES, NamedAnswers.LONGEST);
        boolean alone = lengths.size() == 1;
        PromptLayout layout = alone
                ? base
                : whole.resized(lengthsOf(chosen), denoiser.maskId())
                        .with(othersThan(List.of(hole)))
                        .near(SIGHT);
        return new NamedAnswers(
                layout,
                near,
                Optional.of(outside).filter(_ -> alone),
                how.readsBack(),
                own -> reader.read(own, List.of(hole)),
                denoiser);
    }

    /** The best answers so far to all holes but these. */
    private Map<Integer, int[]> othersThan(List<Integer> holes) {
        List<TrialAnswer> all = new ArrayList<>(trials.getFirst().answers());
        chosen.forEach(all::set);
        return IntStream.range(0, all.size())
                .filter(hole -> !holes.contains(hole))
                .boxed()
                .collect(Collectors.toMap(hole -> hole, hole -> all.get(hole).ids()));
    }

    private CloseHoles closeHoles(List<Integer> holes) {
        List<List<Candidate>> own = holes.stream()
                .map(hole -> AnswerChoice.byLength(trials, hole).values().stream()
                        .map(TrialAnswer::candidate)
                        .toList())
                .map(LengthRanking::ranked)
                .toList();
        PromptLayout sized = whole.resized(lengthsOf(chosen), denoiser.maskId());
        return new CloseHoles(sized, holes, othersThan(holes), own, decode, how.readsBack(), SIGHT, reader, denoiser);
    }

    /** Takes the best way to fill holes that were compared together. */
    private void take(CloseHoles own) {
        List<List<TrialAnswer>> ranked = own.ranked();
        List<Map<Integer, TrialAnswer>> ways = ranked.stream()
                .map(answers -> IntStream.range(0, answers.size())
                        .boxed()
                        .collect(Collectors.toMap(own.holes()::get, answers::get)))
                .toList();
        chosen = choice.best(ways, chosen, trials.getFirst().answers());
        together = Optional.empty();
        ofOneTrial = false;
    }

    /** Asks for the lengths that are wanted next; those that the fill has answered need no forward. */
    private void probe() {
        climbs.forEach((hole, climb) -> {
            List<Integer> wanted = climb.wanted();
            while (!wanted.isEmpty() && confidences.get(hole).keySet().containsAll(wanted)) {
                climb.answer(scores(hole, wanted));
                lengths.set(hole, climb.best());
                wanted = climb.wanted();
            }
            for (int length : wanted) {
                if (!confidences.get(hole).containsKey(length)) {
                    pending.addLast(probe(hole, length));
                }
            }
        });
    }

    private List<Double> scores(int hole, List<Integer> wanted) {
        return wanted.stream()
                .map(length -> confidences.get(hole).get(length) / how.bias().of(length))
                .toList();
    }

    /** One forward over the sequence as it is, with another length of one hole. */
    private SearchForward probe(int hole, int length) {
        List<Integer> tried = new ArrayList<>(lengths);
        tried.set(hole, length);
        PromptLayout layout = base.resized(tried, denoiser.maskId());
        Block block = layout.holes().get(hole);
        Sampling best = Sampling.GREEDY.excluding(denoiser.maskId());
        ForwardPlan plan = new ForwardPlan(
                layout.ids(), 0, CacheAccess.NONE, positions(block).toArray(), best, 0);
        Block rows = Outside.rows(layout, hole);
        Consumer<Proposals> taker = answer -> confidences.get(hole).put(length, confidence(answer, block));
        return Outside.pays(rows, layout)
                ? SearchForward.of(plan, layout, rows, outside, taker)
                : SearchForward.of(plan, taker);
    }

    private static IntStream positions(Block hole) {
        return IntStream.range(hole.start(), hole.end());
    }

    /** How sure an answer is of a hole, among others that it speaks of. */
    private static double confidence(Proposals answer, Block hole) {
        return IntStream.range(0, answer.size())
                .filter(i -> hole.contains(answer.positions()[i]))
                .mapToDouble(i -> answer.probability()[i])
                .average()
                .orElse(0);
    }

    /** The k-th trial has the k-th best length of every hole, or the last where a hole has fewer. */
    private void openTrials() {
        Map<Integer, List<Integer>> best = new HashMap<>();
        climbs.keySet().forEach(hole -> best.put(hole, LengthRanking.worthDecoding(confidences.get(hole), how.bias())));
        Set<List<Integer>> ways = new LinkedHashSet<>();
        for (int k = 0; k < how.candidates(); k++) {
            List<Integer> way = new ArrayList<>(lengths);
            for (int hole : climbs.keySet()) {
                List<Integer> own = best.get(hole);
                way.set(hole, own.get(Math.min(k, own.size() - 1)));
            }
            ways.add(way);
        }
        for (List<Integer> way : ways) {
            trials.add(Trial.alone(base, way, decode, reader::read, denoiser, outside)
                    .orElseGet(() -> Trial.open(base, way, inHaste(way), reader::read, denoiser)));
        }
    }

    /** Two tokens a forward of the whole sequence, where the answer will be decoded again. */
    private DecodeOptions inHaste(List<Integer> way) {
        int tokens = way.stream().mapToInt(n -> n).sum();
        return base == whole ? decode : decode.withSteps(Math.ceilDiv(Math.min(decode.steps(), tokens), 2));
    }
}
