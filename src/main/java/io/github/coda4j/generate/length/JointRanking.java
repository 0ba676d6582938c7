package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/** Ways to take one candidate for each of several holes, the best sum of scores first. */
public final class JointRanking {
    private JointRanking() {}

    /**
     * A way and what it lacks of the best one.
     *
     * @param last the last hole whose candidate is not its first one; 0 where all are
     */
    private record Way(List<Integer> indices, int last, double lack) {}

    /**
     * The best ways.
     *
     * @param ranked for each hole its candidates, the best first, at least one
     * @param most how many ways, at least 1
     * @return for each way the candidate of each hole; of equals the one that leaves more of the first holes' best
     */
    public static List<List<Candidate>> best(List<List<Candidate>> ranked, int most) {
        check(most >= 1, "at least 1 way is needed, got %d", most);
        ranked.forEach(own -> check(!own.isEmpty(), "each hole needs a candidate"));
        PriorityQueue<Way> open = new PriorityQueue<>(Comparator.comparingDouble(Way::lack));
        open.add(new Way(ranked.stream().map(_ -> 0).toList(), 0, 0));
        List<List<Candidate>> ways = new ArrayList<>();
        while (ways.size() < most && !open.isEmpty()) {
            Way next = open.remove();
            List<Candidate> way = new ArrayList<>();
            for (int hole = 0; hole < ranked.size(); hole++) {
                way.add(ranked.get(hole).get(next.indices().get(hole)));
            }
            ways.add(way);
            // Each way has one from which it comes: that with the candidate before the last hole's.
            for (int hole = next.last(); hole < ranked.size(); hole++) {
                after(next, hole, ranked.get(hole)).ifPresent(open::add);
            }
        }
        return ways;
    }

    private static Optional<Way> after(Way way, int hole, List<Candidate> own) {
        int index = way.indices().get(hole) + 1;
        if (index == own.size()) {
            return Optional.empty();
        }
        List<Integer> indices = new ArrayList<>(way.indices());
        indices.set(hole, index);
        double lack = LengthRanking.score(own.get(index - 1)) - LengthRanking.score(own.get(index));
        return Optional.of(new Way(indices, hole, way.lack() + lack));
    }
}
