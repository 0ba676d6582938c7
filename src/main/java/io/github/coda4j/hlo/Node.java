package io.github.coda4j.hlo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An operation with its operands, whose results are values.
 *
 * <p>A value whose node depends on a loop's parameters belongs into that loop's body; one that does not is computed
 * once, before it. What depends on nothing at all is made again where it is used, which is cheaper than handing it in.
 */
final class Node {
    private final Op op;
    private final List<Value> operands;
    private final List<Value> results;
    private final Set<ProgramBlock> blocks;
    private final boolean constant;

    Node(Op op, List<Value> operands) {
        this.op = op;
        this.operands = List.copyOf(operands);
        this.results = results(op.types(operands.stream().map(Value::type).toList()));
        this.blocks = blocks(op, operands);
        this.constant = op.isConstant(operands.stream().map(Value::node).toList());
    }

    private List<Value> results(List<TensorType> types) {
        List<Value> values = new ArrayList<>();
        for (TensorType type : types) {
            values.add(new Value(this, values.size(), type));
        }
        return List.copyOf(values);
    }

    private static Set<ProgramBlock> blocks(Op op, List<Value> operands) {
        Set<ProgramBlock> all = new HashSet<>();
        operands.forEach(operand -> all.addAll(operand.node().blocks));
        if (op instanceof Leaf.Parameter parameter) {
            all.add(parameter.block());
        }
        return Set.copyOf(all);
    }

    Op op() {
        return op;
    }

    List<Value> operands() {
        return operands;
    }

    Value operand(int index) {
        return operands.get(index);
    }

    List<Value> results() {
        return results;
    }

    /** Its only result. */
    Value result() {
        assert results.size() == 1 : results.size() + " results";
        return results.getFirst();
    }

    /** Whether it can only be computed inside the block. */
    boolean isIn(ProgramBlock block) {
        return blocks.contains(block);
    }

    /** Whether its value depends on no argument and no parameter. */
    boolean isConstant() {
        return constant;
    }
}
