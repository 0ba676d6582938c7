package io.github.coda4j.hlo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A loop over what is stacked along first dimensions. Operands: what is carried from turn to turn, what is stacked, and
 * what every turn sees alike. Results: what was carried out of the last turn, what each turn gave, stacked, and, for
 * the backward loop, what was carried into each turn, stacked. Results that nobody uses are not computed.
 *
 * @param turns how many
 * @param backwards whether the last of what is stacked comes first
 * @param carried how many values are carried
 * @param stacked how many values are stacked
 * @param body its parameters are one turn's operands
 * @param outputs of a turn: what is carried on, then what is stacked up
 */
record Scan(int turns, boolean backwards, int carried, int stacked, ProgramBlock body, List<Value> outputs)
        implements Op {
    /** How many results are stacked up by the turns. */
    int given() {
        return outputs.size() - carried;
    }

    @Override
    public List<TensorType> types(List<TensorType> operands) {
        List<TensorType> types = new ArrayList<>(operands.subList(0, carried));
        outputs.subList(carried, outputs.size())
                .forEach(output -> types.add(output.type().stacked(turns)));
        operands.subList(0, carried).forEach(type -> types.add(type.stacked(turns)));
        return types;
    }

    @Override
    public boolean isConstant(List<Node> operands) {
        return false;
    }

    /** The outputs of a turn with other operands, in whatever block those are. */
    List<Value> apply(List<Value> operands) {
        Map<Value, Value> known = new HashMap<>();
        for (int i = 0; i < operands.size(); i++) {
            known.put(body.parameters().get(i), operands.get(i));
        }
        return outputs.stream().map(output -> copy(output, known)).toList();
    }

    /** The node of a loop whose body may use any values: those from outside become operands. */
    static Node of(int turns, boolean backwards, List<Value> carried, List<Value> stacked, Loop.Body turn) {
        ProgramBlock body = new ProgramBlock();
        List<Value> operands = new ArrayList<>(carried);
        operands.addAll(stacked);
        List<Value> now =
                carried.stream().map(value -> body.parameter(value.type())).toList();
        List<Value> pieces = stacked.stream()
                .map(value -> body.parameter(value.type().unstacked()))
                .toList();
        Loop.Turn end = turn.run(now, pieces);
        List<Value> open = new ArrayList<>(end.carried());
        open.addAll(end.given());
        List<Value> outside = new ArrayList<>();
        Set<Value> seen = new HashSet<>();
        open.forEach(output -> outside(output, body, seen, outside));
        Map<Value, Value> known = new HashMap<>();
        body.parameters().forEach(parameter -> known.put(parameter, parameter));
        outside.forEach(value -> known.computeIfAbsent(value, _ -> body.parameter(value.type())));
        List<Value> closed = open.stream().map(output -> copy(output, known)).toList();
        operands.addAll(outside);
        return new Node(new Scan(turns, backwards, carried.size(), stacked.size(), body, closed), operands);
    }

    /** Values that the body uses and that do not depend on it, in the order of their first use. */
    private static void outside(Value value, ProgramBlock body, Set<Value> seen, List<Value> found) {
        if (value.node().isConstant() || !seen.add(value)) {
            return;
        }
        if (value.node().isIn(body)) {
            value.node().operands().forEach(operand -> outside(operand, body, seen, found));
        } else {
            found.add(value);
        }
    }

    private static Value copy(Value value, Map<Value, Value> known) {
        Value there = known.get(value);
        if (there != null) {
            return there;
        }
        Node node = value.node();
        if (node.isConstant()) {
            return value;
        }
        Node copied = new Node(
                node.op(),
                node.operands().stream().map(operand -> copy(operand, known)).toList());
        for (int i = 0; i < copied.results().size(); i++) {
            known.put(node.results().get(i), copied.results().get(i));
        }
        return known.get(value);
    }

    @Override
    public String toString() {
        return "Scan[" + turns + " turns]";
    }
}
