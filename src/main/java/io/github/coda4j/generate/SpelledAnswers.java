package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.Commit;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.generate.DocumentNames.Spelling;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Answers to a hole whose text is known, spelled token by token as a decoder would, each time the token that the model
 * finds likeliest, so that they can be compared with what was decoded. Of names, the likeliest in the empty hole are
 * spelled.
 */
final class SpelledAnswers implements SearchStage {
    /** How many names are spelled. */
    static final int SPELLED = 4;

    private static final double LEAST = -30;

    private final PromptLayout layout;
    private final Outside outside;
    private final Optional<Outside> own;
    private final Function<PromptLayout, List<HoleStream>> reader;
    private final Denoiser denoiser;
    private final boolean readsBack;
    private final List<Spelling> certain;
    private final List<Spelling> names;
    private final Picker picker;
    private final List<Likely> likely = new ArrayList<>();
    private List<Spelled> spelled = List.of();
    private boolean filled;
    private boolean ranked;
    private final Closing closing = new Closing();

    /** Chooses which names are spelled. */
    @FunctionalInterface
    interface Picker {
        /**
         * Those to be spelled.
         *
         * @param names the likeliest first
         * @param lacks what each lacks of the likeliest, nats
         * @return indices, at most {@link #SPELLED}
         */
        List<Integer> pick(List<String> names, List<Double> lacks);
    }

    /** A text and how likely each of its tokens is in the empty hole. */
    private record Likely(Spelling spelling, double[] logProbabilities) {
        double sum() {
            return DoubleStream.of(logProbabilities).sum();
        }
    }

    /**
     * Answers to one hole.
     *
     * @param layout has this hole alone
     * @param certain these are all spelled
     * @param around the text around the hole, if it is run already
     */
    SpelledAnswers(
            PromptLayout layout,
            List<Spelling> certain,
            List<Spelling> names,
            Picker picker,
            Optional<Outside> around,
            boolean readsBack,
            Function<PromptLayout, List<HoleStream>> reader,
            Denoiser denoiser) {
        this.layout = layout;
        this.certain = List.copyOf(certain);
        this.names = List.copyOf(names);
        this.picker = picker;
        this.own = around.isPresent() ? Optional.empty() : Optional.of(Outside.open(layout, denoiser));
        this.outside = around.or(() -> own).orElseThrow();
        this.filled = around.isPresent();
        this.readsBack = readsBack;
        this.reader = reader;
        this.denoiser = denoiser;
    }

    @Override
    public List<SearchForward> next() {
        if (certain.isEmpty() && names.isEmpty()) {
            return List.of();
        }
        if (!filled) {
            filled = true;
            return List.of(SearchForward.of(outside.fill(positions(layout).toArray()), _ -> {}));
        }
        if (!ranked) {
            ranked = true;
            Map<Integer, List<Spelling>> byLength = Stream.concat(certain.stream(), names.stream())
                    .collect(Collectors.groupingBy(one -> one.ids().length, TreeMap::new, Collectors.toList()));
            return byLength.entrySet().stream()
                    .map(entry -> empty(entry.getKey(), entry.getValue()))
                    .toList();
        }
        if (spelled.isEmpty()) {
            spelled = picked().map(Spelled::new).toList();
        }
        List<SearchForward> next = new ArrayList<>();
        spelled.stream().filter(one -> one.canvas.maskedCount() > 0).forEach(one -> next.add(one.next()));
        if (next.isEmpty() && readsBack) {
            spelled.forEach(one -> next.addAll(one.readingBack()));
        }
        return next;
    }

    private Stream<Likely> picked() {
        Set<String> all = new LinkedHashSet<>();
        certain.forEach(one -> all.add(one.text()));
        Set<String> named = names.stream().map(Spelling::text).collect(Collectors.toSet());
        List<Likely> order = likely.stream()
                .filter(one -> named.contains(one.spelling().text()))
                .sorted(Comparator.comparingDouble(Likely::sum).reversed())
                .toList();
        if (!order.isEmpty()) {
            double best = order.getFirst().sum();
            List<String> texts =
                    order.stream().map(one -> one.spelling().text()).toList();
            picker.pick(texts, order.stream().map(one -> best - one.sum()).toList())
                    .forEach(index -> all.add(texts.get(index)));
        }
        return all.stream()
                .map(text -> likely.stream()
                        .filter(one -> one.spelling().text().equals(text))
                        .findFirst()
                        .orElseThrow());
    }

    /** What was spelled. */
    List<TrialAnswer> answers() {
        return spelled.stream().map(Spelled::answer).toList();
    }

    private static IntStream positions(PromptLayout of) {
        Block hole = of.holes().getFirst();
        return IntStream.range(hole.start(), hole.end());
    }

    private SearchForward forward(ForwardPlan plan, PromptLayout of, Consumer<Proposals> taker) {
        Block rows = Outside.rows(of);
        return Outside.pays(rows, of)
                ? SearchForward.of(plan, of, rows, outside, taker)
                : SearchForward.of(plan, taker);
    }

    /** How likely the tokens of texts are in the empty hole of their length. */
    private SearchForward empty(int length, List<Spelling> texts) {
        PromptLayout sized = layout.resized(List.of(length), denoiser.maskId());
        int start = sized.holes().getFirst().start();
        Map<Integer, List<Integer>> wanted = new TreeMap<>();
        for (int i = 0; i < length; i++) {
            Set<Integer> ids = new HashSet<>();
            for (Spelling text : texts) {
                ids.add(text.ids()[i]);
            }
            wanted.put(start + i, List.copyOf(ids));
        }
        return forward(plan(sized.ids(), positions(sized).toArray(), wanted), sized, answer -> {
            float[][] asked = answer.details().orElseThrow().asked();
            for (Spelling text : texts) {
                likely.add(new Likely(
                        text,
                        IntStream.range(0, length)
                                .mapToDouble(i -> asked[i][wanted.get(start + i).indexOf(text.ids()[i])])
                                .map(found -> Math.max(LEAST, found))
                                .toArray()));
            }
        });
    }

    private ForwardPlan plan(int[] ids, int[] positions, Map<Integer, List<Integer>> wanted) {
        Sampling best = Sampling.GREEDY.excluding(denoiser.maskId());
        return new ForwardPlan(ids, 0, CacheAccess.NONE, positions, best, 0)
                .withDetails(new DetailRequest(0, false, DetailRequest.Distribution.SOFTMAX, wanted));
    }

    @Override
    public void close() {
        closing.once(() ->
                Closing.all(Stream.concat(own.stream(), spelled.stream().flatMap(one -> one.around.stream()))
                        .toList()));
    }

    /** A text as it is spelled. */
    private final class Spelled {
        private final int[] text;
        private final PromptLayout sized;
        private final Canvas canvas;
        private final ReadBack reading;
        /** What is around it, where it is run alone. */
        private Optional<KvCache> around = Optional.empty();

        private int halvesRead;
        private final List<Commit> commits = new ArrayList<>();

        /** The first token is known from the empty hole. */
        Spelled(Likely likely) {
            this.text = likely.spelling().ids();
            this.sized = layout.resized(List.of(text.length), denoiser.maskId());
            this.canvas = new Canvas(sized.ids(), denoiser.maskId());
            this.reading = new ReadBack(sized, canvas);
            commit(positions(sized).toArray(), likely.logProbabilities());
        }

        /** Commits the likeliest of the tokens that are missing. */
        private void commit(int[] masked, double[] logProbabilities) {
            int best = IntStream.range(0, masked.length)
                    .boxed()
                    .max(Comparator.comparingDouble(i -> logProbabilities[i]))
                    .orElseThrow();
            int position = masked[best];
            float probability = (float) Math.exp(Math.max(LEAST, logProbabilities[best]));
            canvas.commit(position, token(position));
            commits.add(new Commit(commits.size(), position, token(position), probability, probability));
        }

        private int token(int position) {
            return text[position - sized.holes().getFirst().start()];
        }

        SearchForward next() {
            int[] masked = positions(sized).filter(canvas::isMasked).toArray();
            Map<Integer, List<Integer>> wanted = IntStream.of(masked)
                    .boxed()
                    .collect(Collectors.toMap(position -> position, position -> List.of(token(position))));
            return forward(plan(canvas.ids(), masked, wanted), answer -> {
                float[][] asked = answer.details().orElseThrow().asked();
                commit(
                        masked,
                        IntStream.range(0, masked.length)
                                .mapToDouble(i -> asked[i][0])
                                .toArray());
            });
        }

        /** One forward at a time where one cache serves both. */
        List<SearchForward> readingBack() {
            List<SearchForward> next = new ArrayList<>();
            while (halvesRead < ReadBack.HALVES && (next.isEmpty() || around.isEmpty())) {
                reading.plan(halvesRead++).ifPresent(plan -> next.add(forward(plan, reading::take)));
            }
            return next;
        }

        private SearchForward forward(ForwardPlan plan, Consumer<Proposals> taker) {
            Block rows = Outside.rows(sized);
            if (around.isEmpty() && Outside.pays(rows, sized)) {
                around = Optional.of(outside.around(sized));
            }
            return SearchForward.of(around.map(cache -> plan.alone(rows, cache)).orElse(plan), taker);
        }

        TrialAnswer answer() {
            HoleStream stream = reader.apply(sized).getFirst();
            stream.complete(canvas);
            Block hole = sized.holes().getFirst();
            double sum = commits.stream()
                    .mapToDouble(commit -> Math.log(Math.max(commit.probability(), Float.MIN_NORMAL)))
                    .sum();
            Candidate candidate = new Candidate(
                    text.length, stream.answer().ids().size(), Math.min(0, sum), reading.of(0, stream.end()));
            return new TrialAnswer(candidate, stream.answer().text(), text, hole.start(), commits);
        }
    }
}
