package io.github.coda4j.hlo;

import java.util.ArrayList;
import java.util.List;

/** The body of a loop, or a whole program: its parameters. */
final class ProgramBlock {
    private final List<Value> parameters = new ArrayList<>();

    /** A further parameter. */
    Value parameter(TensorType type) {
        Value value = new Node(new Leaf.Parameter(this, type), List.of()).result();
        parameters.add(value);
        return value;
    }

    List<Value> parameters() {
        return List.copyOf(parameters);
    }
}
