package io.github.coda4j.generate;

import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.JointRanking;
import io.github.coda4j.generate.length.LengthRanking;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Chooses among answers to the open holes of a document: by their scores, and by what a judge says of the whole. */
final class AnswerChoice {
    /** How many ways to take answers for all holes are judged. */
    private static final int MOST_WAYS = 64;

    private final Optional<ParseJudge> judge;

    /** @param judge empty: scores alone decide */
    AnswerChoice(Optional<ParseJudge> judge) {
        this.judge = judge;
    }

    /** Why answers were not judged by the grammar, if they should have been. */
    Optional<String> note() {
        return judge.flatMap(ParseJudge::note);
    }

    /**
     * The best answers to these holes by trials that are decoded.
     *
     * @param more further answers, by hole
     */
    Map<Integer, TrialAnswer> among(
            List<Trial> trials, Collection<Integer> holes, Map<Integer, List<TrialAnswer>> more) {
        Map<Candidate, TrialAnswer> answers = new IdentityHashMap<>();
        Map<Integer, List<Candidate>> ranked = new LinkedHashMap<>();
        Map<Integer, TrialAnswer> best = new HashMap<>();
        for (int hole : holes) {
            List<TrialAnswer> own = new ArrayList<>(byLength(trials, hole).values());
            List<String> texts = own.stream().map(TrialAnswer::text).toList();
            more.getOrDefault(hole, List.of()).stream()
                    .filter(answer -> !texts.contains(answer.text()))
                    .forEach(own::add);
            own.forEach(answer -> answers.put(answer.candidate(), answer));
            List<Candidate> order = LengthRanking.ranked(
                    own.stream().map(TrialAnswer::candidate).toList());
            ranked.put(hole, order);
            best.put(hole, answers.get(order.getFirst()));
        }
        List<Map<Integer, TrialAnswer>> ways = ways(ranked, answers);
        return ways.size() == 1 ? best : best(ways, best, trials.getFirst().answers());
    }

    /** What trials answer to a hole, by its length. */
    static Map<Integer, TrialAnswer> byLength(List<Trial> trials, int hole) {
        Map<Integer, TrialAnswer> answers = new LinkedHashMap<>();
        for (Trial trial : trials) {
            TrialAnswer answer = trial.answers().get(hole);
            answers.putIfAbsent(answer.masks(), answer);
        }
        return answers;
    }

    /** Ways to take an answer that is about as good as the best one for each hole, the best way first. */
    private static List<Map<Integer, TrialAnswer>> ways(
            Map<Integer, List<Candidate>> ranked, Map<Candidate, TrialAnswer> answers) {
        List<Integer> holes = List.copyOf(ranked.keySet());
        List<List<Candidate>> good = holes.stream()
                .map(hole -> LengthRanking.aboutAsGood(ranked.get(hole)))
                .toList();
        return JointRanking.best(good, MOST_WAYS).stream()
                .map(way -> IntStream.range(0, holes.size())
                        .boxed()
                        .collect(Collectors.toMap(holes::get, i -> answers.get(way.get(i)))))
                .toList();
    }

    /**
     * The best way to fill some holes.
     *
     * @param ways the best first
     * @param rest the best answers so far to open holes
     * @param any answers to all holes
     * @return {@code rest} with what the way says
     */
    Map<Integer, TrialAnswer> best(
            List<Map<Integer, TrialAnswer>> ways, Map<Integer, TrialAnswer> rest, List<TrialAnswer> any) {
        List<List<String>> texts = new ArrayList<>();
        for (Map<Integer, TrialAnswer> way : ways) {
            List<TrialAnswer> all = new ArrayList<>(any);
            rest.forEach(all::set);
            way.forEach(all::set);
            texts.add(all.stream().map(TrialAnswer::text).toList());
        }
        double likeliest = score(ways.getFirst());
        Map<Integer, TrialAnswer> best = new HashMap<>(rest);
        best.putAll(ways.get(preferred(
                texts, ways.stream().map(way -> likeliest - score(way)).toList())));
        return best;
    }

    private static double score(Map<Integer, TrialAnswer> way) {
        return way.values().stream()
                .mapToDouble(answer -> LengthRanking.score(answer.candidate()))
                .sum();
    }

    /**
     * Index of the way to fill all holes that is to be preferred: the first, unless the judge prefers another one.
     *
     * @param lacks what each way lacks of the first, nats
     */
    int preferred(List<List<String>> ways, List<Double> lacks) {
        return preferred(ways, lacks, 1).getFirst();
    }

    /** Whether a name may stand in a hole with these answers around, as far as a judge knows. */
    Predicate<String> names(int hole, List<String> answers) {
        return judge.flatMap(own -> own.variables(hole, answers)).orElse(_ -> true);
    }

    /** Whether a judge has nothing against a way to fill all holes. */
    boolean faultless(List<String> way) {
        return judge.stream().allMatch(own -> own.faultless(way));
    }

    /** Indices of the ways that are to be preferred to the others, at most {@code wanted}, at least one. */
    List<Integer> preferred(List<List<String>> ways, List<Double> lacks, int wanted) {
        return judge.map(own -> own.preferred(ways, lacks, wanted))
                .filter(found -> !found.isEmpty())
                .orElseGet(() -> IntStream.range(0, Math.min(wanted, ways.size()))
                        .boxed()
                        .toList());
    }
}
