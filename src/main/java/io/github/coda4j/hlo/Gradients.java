package io.github.coda4j.hlo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Derivatives backwards through the graph (reverse mode): from the results to what they are computed of, each value's
 * gradient being the sum of what those who use it say. Only values that lead to a wanted one are asked.
 */
final class Gradients {
    private final Set<Value> wanted;
    private final Map<Node, Boolean> leading = new HashMap<>();
    private final Map<Value, Value> found = new HashMap<>();

    private Gradients(List<Value> wanted) {
        this.wanted = new HashSet<>(wanted);
    }

    /**
     * Gradients by value.
     *
     * @param outputs values that something depends on
     * @param seeds its gradients with respect to them
     * @param wanted what gradients are asked of; one that has no influence is not in the answer
     */
    static Map<Value, Value> of(List<Value> outputs, List<Value> seeds, List<Value> wanted) {
        Gradients gradients = new Gradients(wanted);
        gradients.run(outputs, seeds);
        Map<Value, Value> answer = new HashMap<>(gradients.found);
        answer.keySet().retainAll(gradients.wanted);
        return answer;
    }

    static Value orZeros(Map<Value, Value> gradients, Value of) {
        return Optional.ofNullable(gradients.get(of)).orElseGet(() -> zeros(of.type()));
    }

    /** The gradient of what has no influence. */
    static Value zeros(TensorType type) {
        return Value.constant(type.withElement(type.element().ofGradients()), 0);
    }

    private void run(List<Value> outputs, List<Value> seeds) {
        List<Node> order = new ArrayList<>();
        Set<Node> seen = new HashSet<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (leads(outputs.get(i))) {
                add(outputs.get(i), seeds.get(i));
                visit(outputs.get(i), seen, order);
            }
        }
        order.reversed().forEach(this::pullBack);
    }

    /** Operands before those who use them. */
    private void visit(Value value, Set<Node> seen, List<Node> order) {
        if (wanted.contains(value) || !seen.add(value.node())) {
            return;
        }
        for (Value operand : value.node().operands()) {
            if (leads(operand)) {
                visit(operand, seen, order);
            }
        }
        order.add(value.node());
    }

    private boolean leads(Value value) {
        if (wanted.contains(value)) {
            return true;
        }
        if (!value.type().element().isFloat() || value.node().op() instanceof Marker.Held) {
            return false;
        }
        Boolean known = leading.get(value.node());
        if (known == null) {
            known = value.node().operands().stream().anyMatch(this::leads);
            leading.put(value.node(), known);
        }
        return known;
    }

    private void add(Value value, Value gradient) {
        found.merge(value, gradient, Value::plus);
    }

    private void pullBack(Node node) {
        switch (node.op()) {
            case Scan scan -> {
                List<Optional<Value>> given = node.results().stream()
                        .map(result -> Optional.ofNullable(found.get(result)))
                        .toList();
                if (given.stream().anyMatch(Optional::isPresent)) {
                    new ScanGradient(scan, node, given, this::leads).run().forEach(this::add);
                }
            }
            case SimpleOp op -> {
                Value gradient = found.get(node.result());
                for (int i = 0; gradient != null && i < node.operands().size(); i++) {
                    if (leads(node.operand(i))) {
                        Value operand = node.operand(i);
                        op.derivative(node, i, gradient).ifPresent(part -> add(operand, part));
                    }
                }
            }
        }
    }
}
