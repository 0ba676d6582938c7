package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.JointRanking;
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
 * hole by hole. Of a long sequence all this sees the text near the holes; then, and where the lengths that are best for
 * each hole were not tried together, what is taken is still to be decoded.
 */
final class HoleSearch implements AutoCloseable {
    /**
     * Tokens on each side of the holes that a search sees of a sequence that is at least twice as long. Which length is
     * right is decided near the hole; the answer itself is decoded with everything in sight.
     */
    private static final int SIGHT = 80;

    /** The first length. */
    private static final int START = 4;

    /** How many lengths in a row may be in vain. */
    private static final int PATIENCE = 4;

    /** How many ways to take answers for all holes are judged. */
    private static final int MOST_WAYS = 64;

    /** Holes of so many tokens are decoded with everything in sight before the search ends, and compared. */
    private static final int SHORT = 16;

    /** Positions that forwards store for themselves at a time; one may store more. */
    private static final int STORED = 2048;

    private final PromptLayout whole;
    /** The part of it that is looked at. */
    private final PromptLayout base;
    private final DecodeOptions decode;
    private final LengthOptions how;
    private final Optional<ParseJudge> judge;
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
     * @param reader reads the answers of a layout's holes
     */
    HoleSearch(
            PromptLayout whole,
            List<Document.Hole> holes,
            DecodeOptions decode,
            LengthOptions how,
            Optional<ParseJudge> judge,
            AnswerReader reader,
            Denoiser denoiser) {
        this.whole = whole;
        this.base = whole.near(SIGHT);
        this.decode = decode;
        this.how = how;
        this.judge = judge;
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
        return judge.flatMap(ParseJudge::note);
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
        taken = of(lengthsOf(choose(decoded)), decoded).or(() -> Optional.of(decoded.getFirst()));
        return taken.map(trial -> base == whole
                ? trial
                : trial.with(whole.resized(trial.lengths(), denoiser.maskId()), trial.answers()));
    }

    private static Optional<Trial> of(List<Integer> lengths, List<Trial> among) {
        return among.stream()
                .filter(trial -> trial.lengths().equals(lengths))
                .findFirst();
    }

    /** The trial that decoded these lengths with everything in sight. */
    private Optional<Trial> exact(List<Integer> lengths) {
        return base == whole ? of(lengths, trials).filter(Trial::isExact) : Optional.empty();
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
        if (texts(found).equals(texts(seen))) {
            return seen;
        }
        double surer = chosen.keySet().stream()
                .mapToDouble(hole -> near.get(hole).candidate().decoded()
                        - wide.get(hole).candidate().decoded())
                .sum();
        List<Trial> order = ofOneTrial && surer > 0 ? List.of(found, seen) : List.of(seen, found);
        return judge.flatMap(own -> own.preferred(
                        order.stream().map(HoleSearch::texts).toList()))
                .map(order::get)
                .orElse(order.getFirst());
    }

    private static List<String> texts(Trial trial) {
        return trial.answers().stream().map(TrialAnswer::text).toList();
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(Stream.of(
                        Stream.concat(trials.stream(), checked.stream())
                                .filter(trial -> taken.isEmpty() || taken.get() != trial),
                        pending.stream(),
                        together.stream(),
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
            chosen = choose(trials);
            ofOneTrial = of(lengthsOf(chosen), trials).isPresent();
            if (how.candidates() > 1) {
                groups.addAll(CloseHoles.groups(base, List.copyOf(climbs.keySet())));
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

    private CloseHoles closeHoles(List<Integer> holes) {
        List<TrialAnswer> all = new ArrayList<>(trials.getFirst().answers());
        chosen.forEach(all::set);
        Map<Integer, int[]> others = IntStream.range(0, all.size())
                .filter(hole -> !holes.contains(hole))
                .boxed()
                .collect(Collectors.toMap(hole -> hole, hole -> all.get(hole).ids()));
        List<List<Candidate>> own = holes.stream()
                .map(hole -> byLength(trials, hole).values().stream()
                        .map(TrialAnswer::candidate)
                        .toList())
                .map(LengthRanking::ranked)
                .toList();
        PromptLayout sized = whole.resized(lengthsOf(chosen), denoiser.maskId());
        return new CloseHoles(sized, holes, others, own, decode, how.readsBack(), SIGHT, reader, denoiser);
    }

    /** Takes the best way to fill holes that were compared together. */
    private void take(CloseHoles own) {
        List<List<TrialAnswer>> ranked = own.ranked();
        List<String> texts = new ArrayList<>(texts(trials.getFirst()));
        chosen.forEach((hole, answer) -> texts.set(hole, answer.text()));
        List<List<String>> ways = new ArrayList<>();
        for (List<TrialAnswer> answers : ranked) {
            List<String> way = new ArrayList<>(texts);
            for (int i = 0; i < answers.size(); i++) {
                way.set(own.holes().get(i), answers.get(i).text());
            }
            ways.add(way);
        }
        List<TrialAnswer> best =
                ranked.get(judge.flatMap(one -> one.preferred(ways)).orElse(0));
        Map<Integer, TrialAnswer> better = new HashMap<>(chosen);
        for (int i = 0; i < best.size(); i++) {
            better.put(own.holes().get(i), best.get(i));
        }
        chosen = better;
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

    /** The best answers to all open holes by the trials that are decoded. */
    private Map<Integer, TrialAnswer> choose(List<Trial> among) {
        Map<Integer, Map<Integer, TrialAnswer>> answers = new HashMap<>();
        Map<Integer, List<Candidate>> ranked = new LinkedHashMap<>();
        Map<Integer, TrialAnswer> best = new HashMap<>();
        for (int hole : climbs.keySet()) {
            Map<Integer, TrialAnswer> own = byLength(among, hole);
            List<Candidate> order = LengthRanking.ranked(
                    own.values().stream().map(TrialAnswer::candidate).toList());
            answers.put(hole, own);
            ranked.put(hole, order);
            best.put(hole, own.get(order.getFirst().masks()));
        }
        judge.flatMap(own -> parsing(own, ranked, answers, texts(among.getFirst()))).ifPresent(best::putAll);
        return best;
    }

    /** What trials answer to a hole, by its length. */
    private static Map<Integer, TrialAnswer> byLength(List<Trial> among, int hole) {
        Map<Integer, TrialAnswer> answers = new LinkedHashMap<>();
        for (Trial trial : among) {
            TrialAnswer answer = trial.answers().get(hole);
            answers.putIfAbsent(answer.masks(), answer);
        }
        return answers;
    }

    /** The best answers with which the document parses, by hole; empty where it parses with none that are good. */
    private Optional<Map<Integer, TrialAnswer>> parsing(
            ParseJudge own,
            Map<Integer, List<Candidate>> ranked,
            Map<Integer, Map<Integer, TrialAnswer>> answers,
            List<String> texts) {
        List<Integer> holes = List.copyOf(ranked.keySet());
        List<Map<Integer, TrialAnswer>> ways =
                JointRanking.best(
                                holes.stream()
                                        .map(hole -> LengthRanking.aboutAsGood(ranked.get(hole)))
                                        .toList(),
                                MOST_WAYS)
                        .stream()
                        .map(way -> IntStream.range(0, holes.size())
                                .boxed()
                                .collect(Collectors.toMap(holes::get, i -> answers.get(holes.get(i))
                                        .get(way.get(i).masks()))))
                        .toList();
        if (ways.size() == 1) {
            return Optional.empty();
        }
        Optional<Integer> preferred = own.preferred(
                ways.stream().map(way -> filled(texts, way)).toList());
        return preferred.map(ways::get);
    }

    private static List<String> filled(List<String> texts, Map<Integer, TrialAnswer> way) {
        List<String> filled = new ArrayList<>(texts);
        way.forEach((hole, answer) -> filled.set(hole, answer.text()));
        return filled;
    }
}
