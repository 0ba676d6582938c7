package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Loop;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.TensorType;
import io.github.coda4j.hlo.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The parameters of a program: as its arguments, and whole where the model needs them. */
final class Weights {
    private final List<Stacked> table;
    private final Map<String, Value> arguments;
    private final Products products;
    private final int replicas;
    private final Map<String, Value> whole = new HashMap<>();

    private Weights(List<Stacked> table, Map<String, Value> arguments, Products products, int replicas) {
        this.table = table;
        this.arguments = arguments;
        this.products = products;
        this.replicas = replicas;
    }

    /** Adds an argument for each. */
    static Weights arguments(
            Program.Builder builder, List<Stacked> table, Products products, Distribution distribution) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Stacked parameter : table) {
            values.put(
                    parameter.name(),
                    builder.argument(parameter.name(), argument(parameter, distribution), parameter.layout()));
        }
        return new Weights(table, values, products, distribution.replicas());
    }

    /** What an argument's type is: the part of a replica, or the whole for a partitioner. */
    static TensorType argument(Stacked stacked, Distribution distribution) {
        return distribution.kind().annotates() ? stacked.type() : stacked.part();
    }

    /** As they are given, in order. */
    List<Value> values() {
        return List.copyOf(arguments.values());
    }

    /** One that is not of layers, whole; F32 where products are BF16. */
    Value whole(String name) {
        return whole.computeIfAbsent(name, _ -> whole(arguments.get(name), parameter(name), 0));
    }

    private Stacked parameter(String name) {
        return table.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no parameter " + name));
    }

    private Value whole(Value part, Stacked parameter, int layerDims) {
        return parameter.layout().dim().isPresent()
                ? part.gathered(parameter.layout().dim().getAsInt() - layerDims, replicas)
                : part.shared(replicas);
    }

    /** Goes through the layers with a value; a layer's parameters come by their names within it, whole. */
    Value throughLayers(Value start, BiFunction<Value, Map<String, Value>, Value> layer) {
        List<Stacked> layered = table.stream().filter(Stacked::isLayered).toList();
        List<Value> stacks = layered.stream()
                .map(parameter -> arguments.get(parameter.name()))
                .toList();
        Loop.Turn end = Loop.scan(List.of(start), stacks, (carried, pieces) -> {
            Map<String, Value> own = new HashMap<>();
            for (int i = 0; i < pieces.size(); i++) {
                Stacked parameter = layered.get(i);
                // Matrices are rounded before they are sent.
                Value piece = parameter.ownRank() == 2 ? products.operand(pieces.get(i)) : pieces.get(i);
                own.put(ParameterTable.rest(parameter), whole(piece, parameter, 1));
            }
            return new Loop.Turn(List.of(layer.apply(carried.getFirst(), own)), new ArrayList<>());
        });
        return end.carried().getFirst();
    }
}
