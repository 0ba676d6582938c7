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
import io.github.coda4j.syntax.Verdict;
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
import java.util.function.Function;
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

    /** How many ways to take answers for all holes are parsed, and how many of them together. */
    private static final int MOST_WAYS = 64;

    private static final int WAYS_AT_A_TIME = 8;

    /** Positions that forwards store for themselves at a time; one may store more. */
    private static final int STORED = 2048;

    private final PromptLayout whole;
    /** The part of it that is looked at. */
    private final PromptLayout base;
    /** Where that begins. */
    private final int offset;

    private final DecodeOptions decode;
    private final LengthOptions how;
    private final Optional<ParseJudge> judge;
    private final Function<PromptLayout, List<HoleStream>> reader;
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
    private Optional<String> note = Optional.empty();
    private boolean readingBack;
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
            Function<PromptLayout, List<HoleStream>> reader,
            Denoiser denoiser) {
        this.whole = whole;
        int start = Math.max(0, whole.holes().getFirst().start() - SIGHT);
        int end = Math.min(whole.ids().length, whole.holes().getLast().end() + SIGHT);
        boolean near = whole.promptTokens() >= 2 * (end - start - whole.newTokens());
        this.offset = near ? start : 0;
        this.base = near ? whole.cropped(start, end) : whole;
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
        return note;
    }

    /** The trial with the best lengths, decoded or not yet; it is the caller's to close. */
    Trial take() {
        List<Integer> best = choose(trials);
        Optional<Trial> decoded = trials.stream()
                .filter(trial ->
                        base == whole && trial.isExact() && trial.lengths().equals(best))
                .findFirst();
        taken = decoded;
        return decoded.orElseGet(() -> Trial.open(whole, best, decode, reader, denoiser));
    }

    /** The best of the trials that are decoded so far, to be closed by the caller. */
    Optional<Trial> takeDecoded() {
        List<Trial> decoded =
                trials.stream().filter(trial -> trial.session().done()).toList();
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> best = choose(decoded);
        taken = decoded.stream()
                .filter(trial -> trial.lengths().equals(best))
                .findFirst()
                .or(() -> Optional.of(decoded.getFirst()));
        return taken.map(trial -> base == whole ? trial : trial.within(whole, offset));
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(Stream.of(
                        trials.stream().filter(trial -> taken.isEmpty() || taken.get() != trial),
                        pending.stream(),
                        Stream.of(outside))
                .flatMap(own -> own)
                .toList()));
    }

    private void advance() {
        if (trials.isEmpty()) {
            probe();
            if (pending.isEmpty()) {
                openTrials();
            }
        }
        trials.stream()
                .filter(trial -> !trial.session().done())
                .forEach(trial ->
                        pending.addLast(SearchForward.of(trial.session().plan(), trial::apply)));
        if (pending.isEmpty() && how.readsBack() && trials.size() > 1 && !readingBack) {
            readingBack = true;
            trials.forEach(trial -> pending.addAll(trial.readingBack()));
        }
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
            trials.add(Trial.alone(base, way, decode, reader, denoiser, outside)
                    .orElseGet(() -> Trial.open(base, way, inHaste(way), reader, denoiser)));
        }
    }

    /** Two tokens a forward of the whole sequence, where the answer will be decoded again. */
    private DecodeOptions inHaste(List<Integer> way) {
        int tokens = way.stream().mapToInt(n -> n).sum();
        return base == whole ? decode : decode.withSteps(Math.ceilDiv(Math.min(decode.steps(), tokens), 2));
    }

    /** The best lengths of all holes by the trials that are decoded. */
    private List<Integer> choose(List<Trial> among) {
        Map<Integer, Map<Integer, Trial>> byLength = new HashMap<>();
        Map<Integer, List<Candidate>> ranked = new LinkedHashMap<>();
        List<Integer> chosen = new ArrayList<>(lengths);
        for (int hole : climbs.keySet()) {
            Map<Integer, Trial> trialOf = new LinkedHashMap<>();
            among.forEach(trial -> trialOf.putIfAbsent(trial.lengths().get(hole), trial));
            List<Candidate> order = LengthRanking.ranked(trialOf.values().stream()
                    .map(trial -> trial.candidate(hole))
                    .toList());
            byLength.put(hole, trialOf);
            ranked.put(hole, order);
            chosen.set(hole, order.getFirst().masks());
        }
        judge.ifPresent(
                own -> parsing(own, ranked, byLength, among.getFirst()).ifPresent(way -> way.forEach(chosen::set)));
        return chosen;
    }

    /** The best lengths with which the document parses, by hole; empty where it parses with none that are good. */
    private Optional<Map<Integer, Integer>> parsing(
            ParseJudge own,
            Map<Integer, List<Candidate>> ranked,
            Map<Integer, Map<Integer, Trial>> byLength,
            Trial any) {
        List<Integer> holes = List.copyOf(ranked.keySet());
        List<List<Candidate>> ways = JointRanking.best(
                holes.stream()
                        .map(hole -> LengthRanking.aboutAsGood(ranked.get(hole)))
                        .toList(),
                MOST_WAYS);
        if (ways.size() == 1) {
            return Optional.empty();
        }
        for (int first = 0; first < ways.size(); first += WAYS_AT_A_TIME) {
            List<Map<Integer, Integer>> lengthsOf =
                    ways.subList(first, Math.min(ways.size(), first + WAYS_AT_A_TIME)).stream()
                            .map(way -> IntStream.range(0, holes.size())
                                    .boxed()
                                    .collect(Collectors.toMap(
                                            holes::get, i -> way.get(i).masks())))
                            .toList();
            ParseJudge.Judgement judgement = own.judge(
                    lengthsOf.stream().map(way -> filled(way, byLength, any)).toList());
            int parses = judgement.verdicts().indexOf(Verdict.PARSES);
            if (parses >= 0) {
                note = Optional.empty();
                return Optional.of(lengthsOf.get(parses));
            }
            note = note.or(judgement::off);
        }
        return Optional.empty();
    }

    private List<String> filled(Map<Integer, Integer> way, Map<Integer, Map<Integer, Trial>> byLength, Trial any) {
        List<String> filled = new ArrayList<>(any.texts());
        way.forEach((hole, length) ->
                filled.set(hole, byLength.get(hole).get(length).texts().get(hole)));
        return filled;
    }
}
