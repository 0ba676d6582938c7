package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.length.Candidate;
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
import java.util.stream.IntStream;

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
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Trial> trials = new ArrayList<>();
    private Optional<Trial> taken = Optional.empty();
    private Optional<String> note = Optional.empty();
    private boolean readingBack;
    private int forwards;
    private final Closing closing = new Closing();

    /** A forward that is needed, and who takes its answer. */
    private record Pending(ForwardPlan plan, Consumer<Proposals> taker) {}

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
        advance();
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
        for (Pending next : pending) {
            left -= next.plan().ids().length;
            if (left < 0 && !plans.isEmpty()) {
                break;
            }
            plans.add(next.plan());
        }
        return plans;
    }

    /** Takes the answers to the first of them, in order. */
    void apply(List<Proposals> answers) {
        for (Proposals answer : answers) {
            forwards++;
            pending.removeFirst().taker().accept(answer);
        }
        if (pending.isEmpty()) {
            advance();
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
        Optional<Trial> decoded = base == whole
                ? trials.stream().filter(trial -> trial.lengths().equals(best)).findFirst()
                : Optional.empty();
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
        closing.once(() -> Closing.all(trials.stream()
                .filter(trial -> taken.isEmpty() || taken.get() != trial)
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
                .forEach(trial -> pending.addLast(new Pending(trial.session().plan(), trial::apply)));
        if (pending.isEmpty() && how.readsBack() && trials.size() > 1 && !readingBack) {
            readingBack = true;
            for (Trial trial : trials) {
                trial.reading().plans().forEach(plan -> pending.addLast(new Pending(plan, trial.reading()::take)));
            }
        }
    }

    private void probe() {
        climbs.forEach((hole, climb) -> {
            List<Integer> wanted = climb.wanted();
            List<Double> scores = new ArrayList<>();
            for (int length : wanted) {
                pending.addLast(new Pending(plan(hole, length), answer -> {
                    double confidence = mean(answer.probability());
                    confidences.get(hole).put(length, confidence);
                    scores.add(confidence / how.bias().of(length));
                    if (scores.size() == wanted.size()) {
                        climb.answer(scores);
                        lengths.set(hole, climb.best());
                    }
                }));
            }
        });
    }

    /** One forward over the sequence as it is, with another length of one hole. */
    private ForwardPlan plan(int hole, int length) {
        List<Integer> tried = new ArrayList<>(lengths);
        tried.set(hole, length);
        PromptLayout layout = base.resized(tried, denoiser.maskId());
        int[] positions = IntStream.range(
                        layout.holes().get(hole).start(),
                        layout.holes().get(hole).end())
                .toArray();
        Sampling best = Sampling.GREEDY.excluding(denoiser.maskId());
        return new ForwardPlan(layout.ids(), 0, CacheAccess.NONE, positions, best, 0);
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
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
        // What is decoded again takes two tokens a forward.
        int most = base == whole ? decode.steps() : Math.max(1, Math.ceilDiv(decode.steps(), 2));
        for (List<Integer> way : ways) {
            int tokens = way.stream().mapToInt(n -> n).sum();
            int steps = base == whole ? most : Math.min(most, Math.ceilDiv(tokens, 2));
            trials.add(Trial.open(base, way, decode.withSteps(steps), reader, denoiser));
        }
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
        judge.ifPresent(own -> ranked.forEach(
                (hole, order) -> chosen.set(hole, preferred(own, hole, order, chosen, byLength, among.getFirst()))));
        return chosen;
    }

    /** The best length of a hole with which the document parses, the others as chosen; else the best of all. */
    private int preferred(
            ParseJudge own,
            int hole,
            List<Candidate> order,
            List<Integer> chosen,
            Map<Integer, Map<Integer, Trial>> byLength,
            Trial any) {
        List<Candidate> equals = LengthRanking.aboutAsGood(order);
        if (equals.size() == 1) {
            return chosen.get(hole);
        }
        List<String> filled = new ArrayList<>(any.texts());
        byLength.forEach((other, trialOf) ->
                filled.set(other, trialOf.get(chosen.get(other)).texts().get(other)));
        List<List<String>> ways = new ArrayList<>();
        for (Candidate candidate : equals) {
            List<String> way = new ArrayList<>(filled);
            way.set(hole, byLength.get(hole).get(candidate.masks()).texts().get(hole));
            ways.add(way);
        }
        ParseJudge.Judgement judgement = own.judge(ways);
        note = note.or(judgement::off);
        int parses = judgement.verdicts().indexOf(Verdict.PARSES);
        return parses < 0 ? chosen.get(hole) : equals.get(parses).masks();
    }
}
