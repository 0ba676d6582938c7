package io.github.coda4j.hlo;

import io.github.coda4j.hlo.Line.Name;
import io.github.coda4j.hlo.Line.Region;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * From values to lines: each value that a result needs, once, behind what it is computed of, in an order that depends
 * on the graph alone. Loops become {@code while} with every operand explicit.
 */
final class Lowering {
    private static final TensorType INDEX = TensorType.of(ElementType.I32);

    private int names;

    /** The region that computes values of a block. */
    Region region(ProgramBlock block, List<Name> parameters, List<Value> results) {
        Scope scope = new Scope();
        for (int i = 0; i < parameters.size(); i++) {
            scope.known.put(block.parameters().get(i), parameters.get(i));
        }
        results.forEach(scope::markUsed);
        List<Name> ends = results.stream().map(scope::name).toList();
        return new Region(parameters, scope.lines, ends);
    }

    private String fresh() {
        return "%" + names++;
    }

    /** What is being written between two braces. */
    private final class Scope {
        private final Map<Value, Name> known = new HashMap<>();
        private final Map<Node, BitSet> used = new HashMap<>();
        private final Set<Node> seen = new HashSet<>();
        private final List<Line> lines = new ArrayList<>();

        void markUsed(Value value) {
            used.computeIfAbsent(value.node(), _ -> new BitSet()).set(value.index());
            if (seen.add(value.node())) {
                value.node().operands().forEach(this::markUsed);
            }
        }

        Name name(Value value) {
            Name name = known.get(value);
            if (name == null) {
                emit(value.node());
                name = known.get(value);
            }
            return name;
        }

        private void emit(Node node) {
            List<Name> operands = node.operands().stream().map(this::name).toList();
            switch (node.op()) {
                case Marker.Held _, Marker.Shared _ -> known.put(node.result(), operands.getFirst());
                case SimpleOp op -> known.put(node.result(), line(op, operands));
                case Scan scan -> loop(scan, node, operands);
            }
        }

        private Name line(SimpleOp op, List<Name> operands) {
            TensorType type = op.type(operands.stream().map(Name::type).toList());
            Name result = new Name(fresh(), type);
            lines.add(new Line.Apply(op, operands, result));
            return result;
        }

        private Name constant(TensorType type, double value) {
            return line(new Leaf.Constant(type, value), List.of());
        }

        private Name reshape(Name name, TensorType to) {
            return name.type().equals(to) ? name : line(new Shaping.Reshape(to.shape()), List.of(name));
        }

        /**
         * A loop. Carried from turn to turn: the counter, what the loop carries, a buffer for each result that is
         * stacked up and used, and unchanged the stacks and what all turns see alike.
         */
        private void loop(Scan scan, Node node, List<Name> operands) {
            BitSet wanted = used.get(node);
            List<Integer> given = IntStream.range(0, scan.given())
                    .filter(i -> wanted.get(scan.carried() + i))
                    .boxed()
                    .toList();
            List<Integer> kept = IntStream.range(0, scan.carried())
                    .filter(i -> wanted.get(scan.carried() + scan.given() + i))
                    .boxed()
                    .toList();
            List<Integer> buffers = new ArrayList<>();
            given.forEach(i -> buffers.add(scan.carried() + i));
            kept.forEach(i -> buffers.add(scan.carried() + scan.given() + i));
            List<Name> start = new ArrayList<>(List.of(constant(INDEX, 0)));
            start.addAll(operands.subList(0, scan.carried()));
            buffers.forEach(i -> start.add(constant(node.results().get(i).type(), 0)));
            start.addAll(operands.subList(scan.carried(), operands.size()));
            String id = fresh();
            List<Name> results = IntStream.range(0, start.size())
                    .mapToObj(i -> new Name(id + "#" + i, start.get(i).type()))
                    .toList();
            Region condition = condition(start, scan.turns());
            Region body = new Turn(scan, given, kept, parameters(start)).region();
            lines.add(new Line.While(id, start, results, condition, body));
            for (int i = 0; i < scan.carried(); i++) {
                known.put(node.results().get(i), results.get(1 + i));
            }
            for (int i = 0; i < buffers.size(); i++) {
                known.put(node.results().get(buffers.get(i)), results.get(1 + scan.carried() + i));
            }
        }
    }

    private List<Name> parameters(List<Name> like) {
        return like.stream().map(name -> new Name(fresh(), name.type())).toList();
    }

    private Region condition(List<Name> like, int turns) {
        List<Name> parameters = parameters(like);
        Scope scope = new Scope();
        Name goesOn = scope.line(
                new Elementwise.Compare(Elementwise.Compare.Direction.LT),
                List.of(parameters.getFirst(), scope.constant(INDEX, turns)));
        return new Region(parameters, scope.lines, List.of(goesOn));
    }

    /** The body of a loop. */
    private final class Turn {
        private final Scan scan;
        private final List<Integer> given;
        private final List<Integer> kept;
        private final List<Name> parameters;
        private final Scope scope = new Scope();
        private final Name index;

        Turn(Scan scan, List<Integer> given, List<Integer> kept, List<Name> parameters) {
            this.scan = scan;
            this.given = given;
            this.kept = kept;
            this.parameters = parameters;
            Name turn = parameters.getFirst();
            this.index = scan.backwards()
                    ? scope.line(
                            new Elementwise.Binary(Elementwise.Binary.Kind.SUBTRACT),
                            List.of(scope.constant(INDEX, scan.turns() - 1), turn))
                    : turn;
        }

        Region region() {
            int unchanged = 1 + scan.carried() + given.size() + kept.size();
            bind(unchanged);
            for (int i = 0; i < scan.carried(); i++) {
                scope.markUsed(scan.outputs().get(i));
            }
            given.forEach(i -> scope.markUsed(scan.outputs().get(scan.carried() + i)));
            List<Name> results = new ArrayList<>();
            results.add(scope.line(
                    new Elementwise.Binary(Elementwise.Binary.Kind.ADD),
                    List.of(parameters.getFirst(), scope.constant(INDEX, 1))));
            for (int i = 0; i < scan.carried(); i++) {
                results.add(scope.name(scan.outputs().get(i)));
            }
            int buffer = 1 + scan.carried();
            for (int i : given) {
                results.add(
                        put(parameters.get(buffer++), scope.name(scan.outputs().get(scan.carried() + i))));
            }
            for (int i : kept) {
                results.add(put(parameters.get(buffer++), parameters.get(1 + i)));
            }
            results.addAll(parameters.subList(unchanged, parameters.size()));
            return new Region(parameters, scope.lines, results);
        }

        private void bind(int unchanged) {
            List<Value> own = scan.body().parameters();
            for (int i = 0; i < scan.carried(); i++) {
                scope.known.put(own.get(i), parameters.get(1 + i));
            }
            for (int i = scan.carried(); i < own.size(); i++) {
                Name name = parameters.get(unchanged + i - scan.carried());
                scope.known.put(own.get(i), i < scan.carried() + scan.stacked() ? get(name) : name);
            }
        }

        private Name get(Name stack) {
            Name one = scope.line(new StackEntry.Get(), List.of(stack, index));
            return scope.reshape(one, stack.type().unstacked());
        }

        private Name put(Name stack, Name value) {
            Name one = scope.reshape(value, value.type().stacked(1));
            return scope.line(new StackEntry.Put(), List.of(stack, one, index));
        }
    }
}
