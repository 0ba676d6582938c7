package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.JointRanking;
import io.github.coda4j.generate.length.LengthRanking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Holes that stand right behind each other: the best length of one depends on what the next one says, so their lengths
 * are decoded together, in the text with the other holes filled.
 */
final class CloseHoles implements SearchStage {
    /** The most tokens between two of them. */
    private static final int APART = 4;

    /** How many ways to give them lengths are compared. */
    private static final int MOST_WAYS = 36;

    private final List<Integer> holes;
    private final SearchSetup setup;
    private final Outside outside;
    private final List<Trial> trials = new ArrayList<>();
    private final Closing closing = new Closing();
    private final List<List<Integer>> ways;
    private final PromptLayout layout;
    private final Function<PromptLayout, List<HoleStream>> reader;
    private boolean begun;

    /**
     * Holes to be compared.
     *
     * @param whole the request's holes, as long as they are so far
     * @param holes which of them
     * @param filled the answers of all others
     * @param ranked what is known of each of these holes, the best first
     */
    CloseHoles(
            PromptLayout whole,
            List<Integer> holes,
            Map<Integer, int[]> filled,
            List<List<Candidate>> ranked,
            SearchSetup setup) {
        this.holes = List.copyOf(holes);
        this.setup = setup;
        this.layout = whole.with(filled).near(SearchSetup.SIGHT);
        this.reader = own -> setup.reader().read(own, holes);
        this.outside = Outside.open(layout, setup.denoiser());
        this.ways = JointRanking.best(ranked, MOST_WAYS).stream()
                .map(way -> way.stream().map(Candidate::masks).toList())
                .toList();
    }

    /** Which of some holes are close to another one of them: in groups of at least two, from left to right. */
    static List<List<Integer>> groups(PromptLayout of, List<Integer> holes) {
        List<List<Integer>> groups = new ArrayList<>();
        List<Integer> group = new ArrayList<>();
        for (int hole : holes) {
            if (!group.isEmpty()) {
                Block last = of.holes().get(group.getLast());
                if (group.getLast() != hole - 1 || of.holes().get(hole).start() - last.end() > APART) {
                    groups.add(List.copyOf(group));
                    group.clear();
                }
            }
            group.add(hole);
        }
        groups.add(List.copyOf(group));
        return groups.stream().filter(own -> own.size() > 1).toList();
    }

    /** Which holes these are. */
    List<Integer> holes() {
        return holes;
    }

    @Override
    public List<SearchForward> next() {
        if (!begun) {
            begun = true;
            int[] masks = layout.holes().stream()
                    .flatMapToInt(hole -> IntStream.range(hole.start(), hole.end()))
                    .toArray();
            return List.of(SearchForward.of(outside.fill(masks), _ -> {}));
        }
        if (trials.isEmpty()) {
            for (List<Integer> way : ways) {
                trials.add(Trial.alone(layout, way, setup.decode(), reader, setup.denoiser(), outside)
                        .orElseGet(() -> Trial.open(layout, way, setup.decode(), reader, setup.denoiser())));
            }
        }
        List<SearchForward> next = new ArrayList<>();
        for (Trial trial : trials) {
            if (!trial.session().done()) {
                next.add(SearchForward.of(trial.session().plan(), trial::apply));
            }
        }
        if (next.isEmpty() && setup.how().readsBack()) {
            trials.forEach(trial -> next.addAll(trial.readingBack()));
        }
        return next;
    }

    /** The answers to all of them, the best together first. */
    List<List<TrialAnswer>> ranked() {
        Map<List<TrialAnswer>, Double> scores = new HashMap<>();
        List<List<TrialAnswer>> ranked = new ArrayList<>();
        for (Trial trial : trials) {
            List<TrialAnswer> answers = trial.answers();
            scores.put(
                    answers,
                    answers.stream()
                            .mapToDouble(answer -> LengthRanking.score(answer.candidate()))
                            .sum());
            ranked.add(answers);
        }
        ranked.sort(Comparator.comparingDouble((List<TrialAnswer> answers) -> scores.get(answers))
                .reversed());
        double least = scores.get(ranked.getFirst()) - LengthRanking.ABOUT_AS_GOOD;
        return ranked.stream().filter(answers -> scores.get(answers) >= least).toList();
    }

    @Override
    public void close() {
        closing.once(() ->
                Closing.all(Stream.concat(trials.stream(), Stream.of(outside)).toList()));
    }
}
