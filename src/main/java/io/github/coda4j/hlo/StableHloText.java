package io.github.coda4j.hlo;

import io.github.coda4j.hlo.Line.Name;
import io.github.coda4j.hlo.Line.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes a program as StableHLO's own printer does (the specification's pretty forms, those that have not changed since
 * version 1.0).
 */
final class StableHloText {
    private final Program program;
    private final Annotations annotations;
    private final StringBuilder out = new StringBuilder();
    private String indent = "  ";

    StableHloText(Program program) {
        this.program = program;
        this.annotations = Annotations.of(program.devices());
    }

    String write() {
        out.append("module @coda attributes {mhlo.num_partitions = ")
                .append(program.partitions())
                .append(" : i32, mhlo.num_replicas = ")
                .append(program.replicas())
                .append(" : i32} {\n");
        annotations.mesh().ifPresent(mesh -> out.append("  ").append(mesh).append('\n'));
        out.append("  func.func public @main(");
        List<Name> names = program.body().parameters();
        out.append(IntStream.range(0, names.size())
                .mapToObj(i -> names.get(i).text() + ": " + names.get(i).type().text() + attributes(i))
                .collect(Collectors.joining(", ")));
        out.append(") -> (");
        out.append(program.results().stream()
                .map(result -> result.type().text() + braces(annotations.attribute(result.type(), result.layout())))
                .collect(Collectors.joining(", ")));
        out.append(") {\n");
        lines(program.body(), "return");
        return out.append("  }\n}\n").toString();
    }

    private String attributes(int index) {
        Program.Argument argument = program.arguments().get(index);
        List<String> parts = new ArrayList<>(annotations.attribute(argument.type(), argument.layout()));
        argument.donatedTo().ifPresent(result -> parts.add("tf.aliasing_output = " + result + " : i32"));
        return braces(parts);
    }

    private static String braces(List<String> attributes) {
        return attributes.isEmpty() ? "" : " {" + String.join(", ", attributes) + "}";
    }

    private void lines(Region region, String end) {
        String before = indent;
        indent += "  ";
        for (Line line : region.lines()) {
            switch (line) {
                case Line.Apply apply ->
                    put(apply.result().text() + " = "
                            + operation(
                                    apply.op(), apply.operands(), apply.result().type()));
                case Line.While loop -> loop(loop);
            }
        }
        put(end + " " + names(region.results()) + " : " + types(region.results()));
        indent = before;
    }

    private void put(String line) {
        out.append(indent).append(line).append('\n');
    }

    private void loop(Line.While loop) {
        List<Name> operands = loop.operands();
        List<Name> inner = loop.body().parameters();
        put(loop.id() + ":" + operands.size() + " = stablehlo.while("
                + IntStream.range(0, operands.size())
                        .mapToObj(i ->
                                inner.get(i).text() + " = " + operands.get(i).text())
                        .collect(Collectors.joining(", "))
                + ") : " + types(operands));
        indent += " ";
        put("cond {");
        lines(renamed(loop.condition(), inner), "stablehlo.return");
        put("} do {");
        lines(loop.body(), "stablehlo.return");
        put("}");
        indent = indent.substring(1);
    }

    /** In the pretty form condition and body share their parameters' names. */
    private static Region renamed(Region condition, List<Name> names) {
        List<Line> lines = condition.lines().stream()
                .<Line>map(line -> switch (line) {
                    case Line.Apply apply ->
                        new Line.Apply(
                                apply.op(),
                                apply.operands().stream()
                                        .map(operand -> {
                                            int index = condition.parameters().indexOf(operand);
                                            return index < 0 ? operand : names.get(index);
                                        })
                                        .toList(),
                                apply.result());
                    case Line.While _ -> throw new AssertionError("a loop in a condition");
                })
                .toList();
        return new Region(names, lines, condition.results());
    }

    private static String names(List<Name> names) {
        return names.stream().map(Name::text).collect(Collectors.joining(", "));
    }

    private static String types(List<Name> names) {
        return names.stream().map(name -> name.type().text()).collect(Collectors.joining(", "));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private String operation(SimpleOp op, List<Name> operands, TensorType type) {
        String names = names(operands);
        String signature = " : (" + types(operands) + ") -> " + type.text();
        String own = " : " + type.text();
        return switch (op) {
            case Leaf.Constant constant ->
                "stablehlo.constant dense<" + NumberText.of(type.element(), constant.value()) + ">" + own;
            case Leaf.Iota iota -> "stablehlo.iota dim = " + iota.dim() + own;
            case Elementwise.Unary unary -> "stablehlo." + lower(unary.kind()) + " " + names + own;
            case Elementwise.Binary binary -> "stablehlo." + lower(binary.kind()) + " " + names + own;
            case Elementwise.Compare compare ->
                "stablehlo.compare  " + compare.direction() + ", " + names + ", "
                        + (operands.getFirst().type().element().isFloat() ? " FLOAT" : " SIGNED") + signature;
            case Elementwise.IsFinite _ -> "stablehlo.is_finite " + names + signature;
            case Elementwise.Select _ ->
                "stablehlo.select " + names + " : " + operands.getFirst().type().text() + ", " + type.text();
            case Elementwise.Convert _ -> "stablehlo.convert " + names + signature;
            case Shaping.Reshape _ -> "stablehlo.reshape " + names + signature;
            case Shaping.Broadcast broadcast ->
                "stablehlo.broadcast_in_dim " + names + ", dims = " + broadcast.dims() + signature;
            case Shaping.Transpose transpose ->
                "stablehlo.transpose " + names + ", dims = " + transpose.dims() + signature;
            case Shaping.Slice slice ->
                "stablehlo.slice " + names + " ["
                        + ranges(slice, operands.getFirst().type()) + "]" + signature;
            case Shaping.Pad pad ->
                "stablehlo.pad " + names + ", low = " + at(pad.dim(), pad.before(), type) + ", high = "
                        + at(pad.dim(), pad.after(), type) + ", interior = " + at(0, 0, type) + signature;
            case Shaping.Concatenate concatenate ->
                "stablehlo.concatenate " + names + ", dim = " + concatenate.dim() + signature;
            case Reduce reduce -> reduce(reduce, operands.getFirst(), type);
            case Dot dot -> "stablehlo.dot_general " + names + ", " + dimensions(dot, operands) + signature;
            case TableRows.Take _ ->
                "\"stablehlo.gather\"(" + names + ") <{dimension_numbers = #stablehlo.gather<offset_dims = [1], "
                        + "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, "
                        + "indices_are_sorted = false, slice_sizes = array<i64: 1, " + type.extent(1) + ">}>"
                        + signature;
            case TableRows.Add _ ->
                "\"stablehlo.scatter\"(" + names + ") <{indices_are_sorted = false, "
                        + "scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], "
                        + "inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, "
                        + "unique_indices = false}> " + sumRegion(type.element()) + signature;
            case StackEntry.Get _ ->
                "stablehlo.dynamic_slice " + windowed(operands, 1) + ", sizes = " + type.shape()
                        + windowSignature(operands, 1, type);
            case StackEntry.Put _ ->
                "stablehlo.dynamic_update_slice " + windowed(operands, 2) + windowSignature(operands, 2, type);
            case Collective.AllGather gather ->
                "\"stablehlo.all_gather\"(" + names + ") <{all_gather_dim = " + gather.dim() + " : i64, "
                        + groups(gather.replicas()) + "}>" + signature;
            case Collective.ReduceScatter scatter ->
                "\"stablehlo.reduce_scatter\"(" + names + ") <{" + groups(scatter.replicas())
                        + ", scatter_dimension = " + scatter.dim() + " : i64}> " + sumRegion(type.element())
                        + signature;
            case Collective.AllReduce reduce ->
                "\"stablehlo.all_reduce\"(" + names + ") <{" + groups(reduce.replicas()) + "}> "
                        + sumRegion(type.element()) + signature;
            case Marker.Placed placed -> annotations.operation(names, type, placed.layout());
            case Leaf.Parameter _, Marker.Held _, Marker.Shared _ -> throw new AssertionError(op + " is no line");
        };
    }

    private String reduce(Reduce reduce, Name operand, TensorType type) {
        TensorType scalar = TensorType.of(type.element());
        String start = startName();
        put(start + " = stablehlo.constant dense<"
                + NumberText.of(type.element(), reduce.kind().start(type.element())) + "> : " + scalar.text());
        return "stablehlo.reduce(" + operand.text() + " init: " + start + ") applies stablehlo."
                + lower(reduce.kind()) + " across dimensions = " + reduce.dims() + " : ("
                + operand.type().text() + ", " + scalar.text() + ") -> " + type.text();
    }

    private int starts;

    private String startName() {
        return "%start_" + starts++;
    }

    private static String dimensions(Dot dot, List<Name> operands) {
        String batching =
                dot.leftBatch().isEmpty() ? "" : "batching_dims = " + dot.leftBatch() + " x " + dot.rightBatch() + ", ";
        String precision = Dot.isExact(operands.getFirst().type()) ? "HIGHEST" : "DEFAULT";
        return batching + "contracting_dims = " + dot.leftContract() + " x " + dot.rightContract() + ", precision = ["
                + precision + ", " + precision + "]";
    }

    private static String ranges(Shaping.Slice slice, TensorType operand) {
        return IntStream.range(0, operand.rank())
                .mapToObj(dim -> dim == slice.dim() ? slice.from() + ":" + slice.to() : "0:" + operand.extent(dim))
                .collect(Collectors.joining(", "));
    }

    private static String at(int dim, int amount, TensorType type) {
        return IntStream.range(0, type.rank())
                .mapToObj(i -> i == dim ? amount : 0)
                .toList()
                .toString();
    }

    /** Operands of a window with the index along the first dimension and 0 along the others. */
    private String windowed(List<Name> operands, int tensors) {
        String zero = startName();
        put(zero + " = stablehlo.constant dense<0> : tensor<i32>");
        int rank = operands.getFirst().type().rank();
        return names(operands) + (", " + zero).repeat(rank - 1);
    }

    private static String windowSignature(List<Name> operands, int tensors, TensorType type) {
        int rank = operands.getFirst().type().rank();
        return " : (" + types(operands.subList(0, tensors)) + ", tensor<i32>".repeat(rank) + ") -> " + type.text();
    }

    private static String groups(int replicas) {
        return "channel_handle = #stablehlo.channel_handle<handle = 0, type = 0>, replica_groups = dense<["
                + IntStream.range(0, replicas).boxed().toList() + "]> : tensor<1x" + replicas + "xi64>";
    }

    private static String sumRegion(ElementType element) {
        String scalar = TensorType.of(element).text();
        return "({ ^bb0(%left: " + scalar + ", %right: " + scalar + "): %sum = stablehlo.add %left, %right : " + scalar
                + " stablehlo.return %sum : " + scalar + " })";
    }
}
