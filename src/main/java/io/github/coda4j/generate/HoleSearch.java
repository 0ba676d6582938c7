package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.generate.length.LengthClimb;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.length.LengthProbe;
import io.github.coda4j.model.plan.CacheAccess;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the lengths of a request's open holes. Like a session it says which forwards it needs and takes their answers;
 * it never runs the model itself.
 *
 * <p>First every hole is probed: a forward says how sure the model is of it at a length, while the other holes have the
 * best lengths so far. Then the most promising lengths of each hole are decoded side by side, read back, and compared.
 * Of a long sequence all this sees the text near the holes.
 */
final class HoleSearch implements AutoCloseable {
    /** The first length. */
    private static final int START = 4;

    /** How many lengths in a row may be in vain. */
    private static final int PATIENCE = 4;

    /** Positions that forwards store for themselves at a time; one may store more. */
    private static final int STORED = 2048;

    private final PromptLayout whole;
    /** The part of it that is looked at. */
    private final PromptLayout base;

    private final SearchSetup setup;
    /** By open hole. */
    private final Map<Integer, LengthProbe> probes = new LinkedHashMap<>();

    private final List<Integer> lengths;
    private final Outside outside;
    private final Deque<SearchForward> pending = new ArrayDeque<>();
    private final List<Trial> trials = new ArrayList<>();
    private Optional<Trial> taken = Optional.empty();
    private Optional<AnswerComparison> comparison = Optional.empty();
    private boolean padsAsked;
    private int forwards;
    private final Closing closing = new Closing();

    /**
     * A search that has run nothing.
     *
     * @param whole the request with the holes at their ceilings
     * @param holes what it asks for, at least one of them open
     */
    HoleSearch(PromptLayout whole, List<Document.Hole> holes, SearchSetup setup) {
        this.whole = whole;
        this.base = whole.near(SearchSetup.SIGHT);
        this.setup = setup;
        this.lengths = new ArrayList<>();
        for (int hole = 0; hole < holes.size(); hole++) {
            int ceiling = holes.get(hole).tokens();
            if (holes.get(hole).open()) {
                int span = span(hole);
                int first = Math.min(ceiling, Math.ceilDiv(START, span) * span);
                LengthClimb climb = new LengthClimb(first, span, ceiling, PATIENCE);
                probes.put(hole, new LengthProbe(climb, setup.how().bias(), ceiling));
                lengths.add(first);
            } else {
                lengths.add(ceiling);
            }
        }
        PromptLayout first = base.resized(lengths, setup.denoiser().maskId());
        this.outside = Outside.open(first, setup.denoiser());
        int[] masks = probes.keySet().stream()
                .flatMapToInt(hole -> positions(first.holes().get(hole)))
                .toArray();
        pending.add(SearchForward.of(
                outside.fill(masks),
                answer -> probes.forEach((hole, probe) -> probe.sure(
                        lengths.get(hole), confidence(answer, first.holes().get(hole))))));
        prepare();
    }

    /** Completions in blocks have whole blocks; every other hole has any length. */
    private int span(int hole) {
        return isCompletion(hole) ? setup.decode().blockLength().orElse(1) : 1;
    }

    private boolean isCompletion(int hole) {
        return base.shape().completion() && hole == base.holes().size() - 1;
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
        return probes.values().stream().mapToInt(LengthProbe::tried).sum();
    }

    /** Why answers were not judged by the grammar, if they should have been. */
    Optional<String> note() {
        return setup.choice().note();
    }

    /** The trial with the best answers, decoded or not yet; it is the caller's to close. */
    Trial take() {
        Trial best = comparison.orElseThrow().take();
        taken = trials.stream().filter(trial -> trial == best).findFirst();
        return best;
    }

    /** The best of the trials that are decoded so far, to be closed by the caller. */
    Optional<Trial> takeDecoded() {
        List<Trial> decoded =
                trials.stream().filter(trial -> trial.session().done()).toList();
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> best = new ArrayList<>(lengths);
        setup.choice()
                .among(decoded, probes.keySet(), Map.of())
                .forEach((hole, answer) -> best.set(hole, answer.masks()));
        taken = AnswerComparison.of(best, decoded).or(() -> Optional.of(decoded.getFirst()));
        return taken.map(trial -> base == whole
                ? trial
                : trial.with(whole.resized(trial.lengths(), setup.denoiser().maskId()), trial.answers()));
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(Stream.of(
                        trials.stream().filter(trial -> taken.isEmpty() || taken.get() != trial),
                        pending.stream(),
                        comparison.stream(),
                        Stream.of(outside))
                .flatMap(own -> own)
                .toList()));
    }

    private void advance() {
        if (trials.isEmpty()) {
            if (!padsAsked) {
                padsAsked = true;
                askPads();
            }
            probe();
            if (!pending.isEmpty()) {
                return;
            }
            openTrials();
        }
        trials.stream().filter(trial -> !trial.session().done()).forEach(this::decodeOn);
        if (pending.isEmpty() && setup.how().readsBack() && trials.size() > 1) {
            trials.forEach(trial -> pending.addAll(trial.readingBack()));
        }
        if (pending.isEmpty()) {
            AnswerComparison own = comparison.orElseGet(() ->
                    new AnswerComparison(whole, base, List.copyOf(probes.keySet()), lengths, trials, outside, setup));
            comparison = Optional.of(own);
            pending.addAll(own.next());
        }
    }

    private void decodeOn(Trial trial) {
        pending.addLast(SearchForward.of(trial.session().plan(), trial::apply));
    }

    /** Asks for the lengths that are wanted next; those that the fill has answered need no forward. */
    private void probe() {
        probes.forEach((hole, probe) -> {
            List<Integer> wanted = probe.wanted();
            probe.best().ifPresent(length -> lengths.set(hole, length));
            wanted.forEach(length -> pending.addLast(probe(hole, length)));
        });
    }

    /** Asks what pads say of holes in a text, where somebody wants it, of a model that has learned it. */
    private void askPads() {
        OptionalInt pad = setup.decode().holePad();
        OptionalInt most = setup.how().ceiling();
        boolean fits = whole.ids().length < setup.denoiser().maxPositions();
        if (setup.how().pads() != LengthOptions.Pads.UNASKED && pad.isPresent() && most.isPresent() && fits) {
            probes.forEach((hole, probe) -> {
                List<Integer> ceilings = isCompletion(hole) ? List.of() : probe.ceilings(most.getAsInt());
                ceilings.forEach(masks -> pending.addLast(padded(hole, masks, pad.getAsInt())));
                if (setup.how().pads() == LengthOptions.Pads.ALONE && !ceilings.isEmpty()) {
                    probe.leaveToPads();
                }
            });
        }
    }

    /** One forward over the sequence as it is, with so many masks and a pad in the place of one hole. */
    private SearchForward padded(int hole, int masks, int pad) {
        List<Integer> tried = new ArrayList<>(lengths);
        tried.set(hole, masks + 1);
        PromptLayout layout = base.resized(tried, setup.denoiser().maskId()).ending(hole, pad);
        Block block = layout.holes().get(hole);
        int[] positions = IntStream.range(block.start(), block.end() - 1).toArray();
        Sampling best = Sampling.GREEDY.excluding(setup.denoiser().maskId());
        ForwardPlan plan = new ForwardPlan(layout.ids(), 0, CacheAccess.NONE, positions, best, 0)
                .withDetails(PadOdds.request(positions, pad));
        Block rows = Outside.rows(layout, hole);
        Consumer<Proposals> taker = answer -> probes.get(hole).padded(PadOdds.of(answer));
        return Outside.pays(rows, layout)
                ? SearchForward.of(plan, layout, rows, outside, taker)
                : SearchForward.of(plan, taker);
    }

    /** One forward over the sequence as it is, with another length of one hole. */
    private SearchForward probe(int hole, int length) {
        List<Integer> tried = new ArrayList<>(lengths);
        tried.set(hole, length);
        PromptLayout layout = base.resized(tried, setup.denoiser().maskId());
        Block block = layout.holes().get(hole);
        Sampling best = Sampling.GREEDY.excluding(setup.denoiser().maskId());
        ForwardPlan plan = new ForwardPlan(
                layout.ids(), 0, CacheAccess.NONE, positions(block).toArray(), best, 0);
        Block rows = Outside.rows(layout, hole);
        Consumer<Proposals> taker = answer -> probes.get(hole).sure(length, confidence(answer, block));
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
        probes.forEach((hole, probe) -> best.put(hole, probe.worthDecoding()));
        Set<List<Integer>> ways = new LinkedHashSet<>();
        for (int k = 0; k < setup.how().candidates(); k++) {
            List<Integer> way = new ArrayList<>(lengths);
            for (int hole : probes.keySet()) {
                List<Integer> own = best.get(hole);
                way.set(hole, own.get(Math.min(k, own.size() - 1)));
            }
            ways.add(way);
        }
        Function<PromptLayout, List<HoleStream>> reader = setup.reader()::read;
        for (List<Integer> way : ways) {
            DecodeOptions decode = inHaste(way);
            trials.add(Trial.alone(base, way, decode, reader, setup.denoiser(), outside)
                    .orElseGet(() -> Trial.open(base, way, decode, reader, setup.denoiser())));
        }
    }

    /** Two tokens a forward, where the answer will be decoded again with everything in sight. */
    private DecodeOptions inHaste(List<Integer> way) {
        int tokens = way.stream().mapToInt(n -> n).sum();
        DecodeOptions decode = setup.decode();
        return base == whole ? decode : decode.withSteps(Math.ceilDiv(Math.min(decode.steps(), tokens), 2));
    }
}
