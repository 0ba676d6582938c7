package io.github.coda4j.hlo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The loop backwards: from the last turn to the first, each turn is computed again from what was carried into it, and
 * its gradients with it. What is carried back are the gradients of what was carried, and sums over the turns for what
 * every turn saw alike.
 */
final class ScanGradient {
    private final Scan scan;
    private final Node node;
    private final List<Optional<Value>> given;
    /** Which operands' gradients are asked for. */
    private final List<Integer> stacked;

    private final List<Integer> common;
    /** Which carried values have gradients. */
    private final List<Integer> carried;
    /** Which of what the turns gave has a gradient. */
    private final List<Integer> used;

    /**
     * A loop and the gradients of its results.
     *
     * @param leads whether an operand's gradient is asked for
     */
    ScanGradient(Scan scan, Node node, List<Optional<Value>> given, Predicate<Value> leads) {
        this.scan = scan;
        this.node = node;
        this.given = given;
        int first = scan.carried() + scan.stacked();
        this.carried = IntStream.range(0, scan.carried())
                .filter(i -> node.operand(i).type().element().isFloat())
                .boxed()
                .toList();
        this.stacked = asked(scan.carried(), first, leads);
        this.common = asked(first, node.operands().size(), leads);
        this.used = IntStream.range(0, scan.given())
                .filter(i -> given.get(scan.carried() + i).isPresent())
                .boxed()
                .toList();
    }

    private List<Integer> asked(int from, int to, Predicate<Value> leads) {
        return IntStream.range(from, to)
                .filter(i -> leads.test(node.operand(i)))
                .boxed()
                .toList();
    }

    /** Gradients of the loop's operands. */
    Map<Value, Value> run() {
        List<Value> start = new ArrayList<>();
        carried.forEach(i -> start.add(
                given.get(i).orElseGet(() -> Gradients.zeros(node.operand(i).type()))));
        common.forEach(i -> start.add(Gradients.zeros(node.operand(i).type())));
        List<Value> stacks = new ArrayList<>();
        int kept = scan.carried() + scan.given();
        stacks.addAll(node.results().subList(kept, kept + scan.carried()));
        stacks.addAll(node.operands().subList(scan.carried(), scan.carried() + scan.stacked()));
        used.forEach(i -> stacks.add(given.get(scan.carried() + i).orElseThrow()));
        Loop.Turn end = Loop.run(scan.turns(), !scan.backwards(), start, stacks, this::turn);
        Map<Value, Value> gradients = new HashMap<>();
        for (int i = 0; i < carried.size(); i++) {
            add(gradients, node.operand(carried.get(i)), end.carried().get(i));
        }
        for (int i = 0; i < common.size(); i++) {
            add(gradients, node.operand(common.get(i)), end.carried().get(carried.size() + i));
        }
        for (int i = 0; i < stacked.size(); i++) {
            add(gradients, node.operand(stacked.get(i)), end.given().get(i));
        }
        return gradients;
    }

    private static void add(Map<Value, Value> gradients, Value of, Value gradient) {
        gradients.merge(of, gradient, Value::plus);
    }

    private Loop.Turn turn(List<Value> back, List<Value> pieces) {
        int first = scan.carried() + scan.stacked();
        List<Value> operands = new ArrayList<>(pieces.subList(0, first));
        operands.addAll(node.operands().subList(first, node.operands().size()));
        List<Value> again = scan.apply(operands);
        List<Value> outputs = new ArrayList<>();
        List<Value> seeds = new ArrayList<>();
        for (int i = 0; i < carried.size(); i++) {
            outputs.add(again.get(carried.get(i)));
            seeds.add(back.get(i));
        }
        for (int i = 0; i < used.size(); i++) {
            outputs.add(again.get(scan.carried() + used.get(i)));
            seeds.add(pieces.get(first + i));
        }
        List<Value> wanted = new ArrayList<>();
        carried.forEach(i -> wanted.add(operands.get(i)));
        stacked.forEach(i -> wanted.add(operands.get(i)));
        common.forEach(i -> wanted.add(operands.get(i)));
        Map<Value, Value> found = Gradients.of(outputs, seeds, wanted);
        List<Value> on = new ArrayList<>();
        carried.forEach(i -> on.add(Gradients.orZeros(found, operands.get(i))));
        for (int i = 0; i < common.size(); i++) {
            Value sum = back.get(carried.size() + i);
            Value more = found.get(operands.get(common.get(i)));
            on.add(more == null ? sum : sum.plus(more));
        }
        List<Value> up = stacked.stream()
                .map(i -> Gradients.orZeros(found, operands.get(i)))
                .toList();
        return new Loop.Turn(on, up);
    }
}
