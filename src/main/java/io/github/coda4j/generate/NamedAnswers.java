package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.Commit;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
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

/**
 * Names that the document holds, compared as answers to a hole in which a name belongs: what a method returns or takes
 * is mostly declared somewhere. The likeliest of them in the empty hole are spelled token by token, as a decoder would,
 * each time the token that the model finds likeliest.
 */
final class NamedAnswers implements AutoCloseable {
    /** The most names that are looked at, and tokens that they have. */
    static final int MOST_NAMES = 128;

    static final int LONGEST = 8;

    /** How many of them are spelled. */
    private static final int SPELLED = 4;

    private static final double LEAST = -30;

    private final PromptLayout layout;
    private final Outside outside;
    private final Optional<Outside> own;
    private final Function<PromptLayout, List<HoleStream>> reader;
    private final Denoiser denoiser;
    private final boolean readsBack;
    private final Map<Integer, List<int[]>> byLength;
    private final List<Likely> likely = new ArrayList<>();
    private List<Spelling> spellings = List.of();
    private boolean filled;
    private boolean ranked;
    private boolean read;
    private final Closing closing = new Closing();

    /** A name and how likely each of its tokens is in the empty hole. */
    private record Likely(int[] name, double[] logProbabilities) {
        double sum() {
            return DoubleStream.of(logProbabilities).sum();
        }
    }

    /**
     * Names for one hole.
     *
     * @param layout has this hole alone
     * @param names as {@link DocumentNames#near}
     * @param around the text around the hole, if it is run already
     */
    NamedAnswers(
            PromptLayout layout,
            List<int[]> names,
            Optional<Outside> around,
            boolean readsBack,
            Function<PromptLayout, List<HoleStream>> reader,
            Denoiser denoiser) {
        this.layout = layout;
        this.own = around.isPresent() ? Optional.empty() : Optional.of(Outside.open(layout, denoiser));
        this.outside = around.or(() -> own).orElseThrow();
        this.filled = around.isPresent();
        this.readsBack = readsBack;
        this.reader = reader;
        this.denoiser = denoiser;
        this.byLength =
                names.stream().collect(Collectors.groupingBy(name -> name.length, TreeMap::new, Collectors.toList()));
    }

    /** The forwards that it needs next; none when it is done. */
    List<SearchForward> next() {
        if (byLength.isEmpty()) {
            return List.of();
        }
        if (!filled) {
            filled = true;
            return List.of(SearchForward.of(outside.fill(positions(layout).toArray()), _ -> {}));
        }
        if (!ranked) {
            ranked = true;
            return byLength.entrySet().stream()
                    .map(entry -> empty(entry.getKey(), entry.getValue()))
                    .toList();
        }
        if (spellings.isEmpty()) {
            spellings = likely.stream()
                    .sorted(Comparator.comparingDouble(Likely::sum).reversed())
                    .limit(SPELLED)
                    .map(Spelling::new)
                    .toList();
        }
        List<SearchForward> next = new ArrayList<>();
        spellings.stream()
                .filter(spelling -> spelling.canvas.maskedCount() > 0)
                .forEach(spelling -> next.add(spelling.next()));
        if (next.isEmpty() && readsBack && !read) {
            read = true;
            spellings.forEach(spelling -> spelling.reading
                    .plans()
                    .forEach(plan -> next.add(forward(plan, spelling.sized, spelling.reading::take))));
        }
        return next;
    }

    /** The likeliest names. */
    List<TrialAnswer> answers() {
        return spellings.stream().map(Spelling::answer).toList();
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

    /** How likely the tokens of names are in the empty hole of their length. */
    private SearchForward empty(int length, List<int[]> names) {
        PromptLayout sized = layout.resized(List.of(length), denoiser.maskId());
        int start = sized.holes().getFirst().start();
        Map<Integer, List<Integer>> wanted = new TreeMap<>();
        for (int i = 0; i < length; i++) {
            Set<Integer> ids = new HashSet<>();
            for (int[] name : names) {
                ids.add(name[i]);
            }
            wanted.put(start + i, List.copyOf(ids));
        }
        return forward(plan(sized.ids(), positions(sized).toArray(), wanted), sized, answer -> {
            float[][] asked = answer.details().orElseThrow().asked();
            for (int[] name : names) {
                likely.add(new Likely(
                        name,
                        IntStream.range(0, length)
                                .mapToDouble(i -> asked[i][wanted.get(start + i).indexOf(name[i])])
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
        closing.once(() -> own.ifPresent(Outside::close));
    }

    /** A name as it is spelled. */
    private final class Spelling {
        private final int[] name;
        private final PromptLayout sized;
        private final Canvas canvas;
        private final ReadBack reading;
        private final List<Commit> commits = new ArrayList<>();

        /** The first token is known from the empty hole. */
        Spelling(Likely likely) {
            this.name = likely.name();
            this.sized = layout.resized(List.of(name.length), denoiser.maskId());
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
            return name[position - sized.holes().getFirst().start()];
        }

        SearchForward next() {
            int[] masked = positions(sized).filter(canvas::isMasked).toArray();
            Map<Integer, List<Integer>> wanted = IntStream.of(masked)
                    .boxed()
                    .collect(Collectors.toMap(position -> position, position -> List.of(token(position))));
            return forward(plan(canvas.ids(), masked, wanted), sized, answer -> {
                float[][] asked = answer.details().orElseThrow().asked();
                commit(
                        masked,
                        IntStream.range(0, masked.length)
                                .mapToDouble(i -> asked[i][0])
                                .toArray());
            });
        }

        TrialAnswer answer() {
            HoleStream stream = reader.apply(sized).getFirst();
            stream.complete(canvas);
            Block hole = sized.holes().getFirst();
            double sum = commits.stream()
                    .mapToDouble(commit -> Math.log(Math.max(commit.probability(), Float.MIN_NORMAL)))
                    .sum();
            Candidate candidate = new Candidate(
                    name.length, stream.answer().ids().size(), Math.min(0, sum), reading.of(0, stream.end()));
            return new TrialAnswer(candidate, stream.answer().text(), name, hole.start(), commits);
        }
    }
}
