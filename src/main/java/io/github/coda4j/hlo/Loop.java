package io.github.coda4j.hlo;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Loops over what is stacked along first dimensions. A program has the body of a loop once, however many turns there
 * are. Backwards, each turn is computed again from what was carried into it: nothing else of a turn is kept.
 */
public final class Loop {
    private Loop() {}

    /** One turn. Whatever else it uses, every turn sees alike; what does not depend on the turn is computed once. */
    @FunctionalInterface
    public interface Body {
        /**
         * What a turn makes.
         *
         * @param carried from the turn before
         * @param pieces one of each stack
         */
        Turn run(List<Value> carried, List<Value> pieces);
    }

    /**
     * What a turn gives.
     *
     * @param carried to the next turn, of the types that came in
     * @param given to be stacked up
     */
    public record Turn(List<Value> carried, List<Value> given) {
        public Turn {
            carried = List.copyOf(carried);
            given = List.copyOf(given);
        }
    }

    /**
     * Turn after turn, such as the layers of a model.
     *
     * @param carried into the first turn
     * @param stacks at least one, all of one first extent: the number of turns
     * @return what the last turn carried on, and what all turns gave, stacked
     */
    public static Turn scan(List<Value> carried, List<Value> stacks, Body body) {
        return run(turns(stacks), false, carried, stacks, body);
    }

    /**
     * Pieces that do not know each other, such as those of a row that is too long at once. A single piece is computed
     * without a loop.
     *
     * @param stacks the pieces, stacked
     * @return what each piece gave, stacked
     */
    public static List<Value> map(List<Value> stacks, UnaryOperator<List<Value>> piece) {
        if (turns(stacks) > 1) {
            return scan(List.of(), stacks, (_, pieces) -> new Turn(List.of(), piece.apply(pieces)))
                    .given();
        }
        List<Value> only = stacks.stream()
                .map(stack -> stack.reshape(stack.type().unstacked().shape()))
                .toList();
        return piece.apply(only).stream()
                .map(value -> value.reshape(value.type().stacked(1).shape()))
                .toList();
    }

    private static int turns(List<Value> stacks) {
        check(!stacks.isEmpty(), "a loop needs a stack");
        List<Integer> extents =
                stacks.stream().map(stack -> stack.type().extent(0)).distinct().toList();
        check(extents.size() == 1, "stacks of different heights: %s", extents);
        return extents.getFirst();
    }

    static Turn run(int turns, boolean backwards, List<Value> carried, List<Value> stacks, Body body) {
        Node node = Scan.of(turns, backwards, carried, stacks, body);
        Scan scan = (Scan) node.op();
        for (int i = 0; i < carried.size(); i++) {
            check(
                    scan.outputs().get(i).type().equals(carried.get(i).type()),
                    "a turn carries %s on where %s came in",
                    scan.outputs().get(i).type(),
                    carried.get(i).type());
        }
        int count = carried.size();
        return new Turn(node.results().subList(0, count), node.results().subList(count, count + scan.given()));
    }
}
