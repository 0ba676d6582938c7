package io.github.coda4j.hlo;

import io.github.coda4j.hlo.Line.Name;
import io.github.coda4j.hlo.Line.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes a program in VHLO, the versioned form of StableHLO whose operations never change their meaning: those of
 * version 1.0, which any later reader upgrades.
 */
final class VersionedText {
    private final Program program;
    private final StringBuilder out = new StringBuilder();
    private String indent = "  ";
    private int extras;

    VersionedText(Program program) {
        if (program.shardy()) {
            throw new IllegalArgumentException("Shardy's annotations have no versioned form; take those of GSPMD");
        }
        this.program = program;
    }

    String write() {
        List<Name> arguments = program.body().parameters();
        out.append("module @coda attributes {mhlo.num_partitions = ")
                .append(program.partitions())
                .append(" : i32, mhlo.num_replicas = ")
                .append(program.replicas())
                .append(" : i32} {\n");
        put("vhlo.func_v1 @main(" + declared(arguments) + ") -> ("
                + program.results().stream()
                        .map(result -> result.type().versionedText())
                        .collect(Collectors.joining(", "))
                + ") {");
        lines(program.body());
        put("} {arg_attrs = " + array(argumentAttributes()) + ", res_attrs = " + array(resultAttributes())
                + ", sym_visibility = " + string("public") + "}");
        return out.append("}\n").toString();
    }

    private List<String> argumentAttributes() {
        return program.arguments().stream()
                .map(argument -> {
                    List<String> entries = sharding(argument.type(), argument.layout());
                    argument.donatedTo()
                            .ifPresent(result -> entries.add(
                                    string("tf.aliasing_output") + " = #vhlo.integer_v1<" + result + " : i32>"));
                    return dictionary(entries);
                })
                .toList();
    }

    private List<String> resultAttributes() {
        return program.results().stream()
                .map(result -> dictionary(sharding(result.type(), result.layout())))
                .toList();
    }

    private List<String> sharding(TensorType type, Layout layout) {
        return program.partitions() == 1
                ? new ArrayList<>()
                : new ArrayList<>(
                        List.of(string("mhlo.sharding") + " = " + string(Annotations.Gspmd.sharding(type, layout))));
    }

    private static String dictionary(List<String> entries) {
        return "#vhlo.dict_v1<{" + String.join(", ", entries) + "}>";
    }

    private static String array(List<String> items) {
        return "#vhlo.array_v1<[" + String.join(", ", items) + "]>";
    }

    private static String string(String text) {
        return "#vhlo.string_v1<\"" + text + "\">";
    }

    private static String integer(long value) {
        return "#vhlo.integer_v1<" + value + " : i64>";
    }

    private static String bool(boolean value) {
        return "#vhlo.bool_v1<" + value + ">";
    }

    private static String numbers(List<Integer> values) {
        return "#vhlo.tensor_v1<dense<" + (values.isEmpty() ? "" : values) + "> : tensor<" + values.size() + "xi64>>";
    }

    private static String types(List<Name> names) {
        return names.stream().map(name -> name.type().versionedText()).collect(Collectors.joining(", "));
    }

    private static String names(List<Name> names) {
        return names.stream().map(Name::text).collect(Collectors.joining(", "));
    }

    private void put(String line) {
        out.append(indent).append(line).append('\n');
    }

    private static String declared(List<Name> names) {
        return names.stream()
                .map(name -> name.text() + ": " + name.type().versionedText())
                .collect(Collectors.joining(", "));
    }

    private void lines(Region region) {
        String before = indent;
        indent += "  ";
        for (Line line : region.lines()) {
            switch (line) {
                case Line.Apply apply -> apply(apply.op(), apply.operands(), apply.result());
                case Line.While loop -> loop(loop);
            }
        }
        put("\"vhlo.return_v1\"(" + names(region.results()) + ") : (" + types(region.results()) + ") -> ()");
        indent = before;
    }

    private void region(Region region) {
        put("^bb0(" + declared(region.parameters()) + "):");
        lines(region);
    }

    private void loop(Line.While loop) {
        put(loop.id() + ":" + loop.results().size() + " = \"vhlo.while_v1\"(" + names(loop.operands()) + ") ({");
        region(loop.condition());
        put("}, {");
        region(loop.body());
        put("}) : (" + types(loop.operands()) + ") -> (" + types(loop.results()) + ")");
    }

    private void apply(SimpleOp op, List<Name> operands, Name result) {
        TensorType first =
                operands.isEmpty() ? result.type() : operands.getFirst().type();
        switch (op) {
            case Leaf.Constant constant -> constant(result, constant.value());
            case Leaf.Iota iota -> line(result, "iota", operands, "iota_dimension = " + integer(iota.dim()));
            case Elementwise.Unary unary -> line(result, lower(unary.kind()), operands);
            case Elementwise.Binary binary -> line(result, lower(binary.kind()), operands);
            case Elementwise.Compare compare ->
                line(
                        result,
                        "compare",
                        operands,
                        "compare_type = #vhlo<comparison_type_v1 "
                                + (first.element().isFloat() ? "FLOAT" : "SIGNED") + ">",
                        "comparison_direction = #vhlo<comparison_direction_v1 " + compare.direction() + ">");
            case Elementwise.IsFinite _ -> line(result, "is_finite", operands);
            case Elementwise.Select _ -> line(result, "select", operands);
            case Elementwise.Convert _ -> line(result, "convert", operands);
            case Shaping.Reshape _ -> line(result, "reshape", operands);
            case Shaping.Broadcast broadcast ->
                line(result, "broadcast_in_dim", operands, "broadcast_dimensions = " + numbers(broadcast.dims()));
            case Shaping.Transpose transpose ->
                line(result, "transpose", operands, "permutation = " + numbers(transpose.dims()));
            case Shaping.Slice slice -> {
                List<Integer> limits = new ArrayList<>(first.shape());
                limits.set(slice.dim(), slice.to());
                line(
                        result,
                        "slice",
                        operands,
                        "limit_indices = " + numbers(limits),
                        "start_indices = " + numbers(at(slice.dim(), slice.from(), first)),
                        "strides = " + numbers(Collections.nCopies(first.rank(), 1)));
            }
            case Shaping.Pad pad ->
                line(
                        result,
                        "pad",
                        operands,
                        "edge_padding_high = " + numbers(at(pad.dim(), pad.after(), first)),
                        "edge_padding_low = " + numbers(at(pad.dim(), pad.before(), first)),
                        "interior_padding = " + numbers(at(pad.dim(), 0, first)));
            case Shaping.Concatenate concatenate ->
                line(result, "concatenate", operands, "dimension = " + integer(concatenate.dim()));
            case Reduce reduce -> {
                Name start = extra(TensorType.of(first.element()), reduce.kind().start(first.element()));
                put(head(
                                result,
                                "reduce",
                                List.of(operands.getFirst(), start),
                                "dimensions = " + numbers(reduce.dims()))
                        + " " + combiner(lower(reduce.kind()), first.element())
                        + signature(List.of(operands.getFirst(), start), result));
            }
            case Dot dot -> dot(dot, operands, result);
            case TableRows.Take _ ->
                line(
                        result,
                        "gather",
                        operands,
                        "collapsed_slice_dims = " + numbers(List.of(0)),
                        "index_vector_dim = " + integer(1),
                        "indices_are_sorted = " + bool(false),
                        "offset_dims = " + numbers(List.of(1)),
                        "slice_sizes = " + numbers(List.of(1, first.extent(1))),
                        "start_index_map = " + numbers(List.of(0)));
            case TableRows.Add _ ->
                put(head(
                                result,
                                "scatter",
                                operands,
                                "index_vector_dim = " + integer(1),
                                "indices_are_sorted = " + bool(false),
                                "inserted_window_dims = " + numbers(List.of(0)),
                                "scatter_dims_to_operand_dims = " + numbers(List.of(0)),
                                "unique_indices = " + bool(false),
                                "update_window_dims = " + numbers(List.of(1)))
                        + " " + combiner("add", first.element()) + signature(operands, result));
            case StackEntry.Get _ ->
                line(
                        result,
                        "dynamic_slice",
                        windowed(operands),
                        "slice_sizes = " + numbers(result.type().shape()));
            case StackEntry.Put _ -> line(result, "dynamic_update_slice", windowed(operands));
            case Collective.AllGather gather ->
                line(
                        result,
                        "all_gather",
                        operands,
                        "all_gather_dim = " + integer(gather.dim()),
                        "channel_id = " + integer(0),
                        groups(gather),
                        "use_global_device_ids = " + bool(false));
            case Collective.ReduceScatter scatter ->
                put(head(
                                result,
                                "reduce_scatter",
                                operands,
                                "channel_id = " + integer(0),
                                groups(scatter),
                                "scatter_dimension = " + integer(scatter.dim()),
                                "use_global_device_ids = " + bool(false))
                        + " " + combiner("add", first.element()) + signature(operands, result));
            case Collective.AllReduce reduce ->
                put(head(
                                result,
                                "all_reduce",
                                operands,
                                "channel_id = " + integer(0),
                                groups(reduce),
                                "use_global_device_ids = " + bool(false))
                        + " " + combiner("add", first.element()) + signature(operands, result));
            case Marker.Placed placed -> placed(placed, operands, result);
            case Leaf.Parameter _, Marker.Held _, Marker.Shared _ -> throw new AssertionError(op + " is no line");
        }
    }

    private void constant(Name result, double value) {
        TensorType type = result.type();
        line(
                result,
                "constant",
                List.of(),
                "value = #vhlo.tensor_v1<dense<" + NumberText.of(type.element(), value) + "> : " + type.text() + ">");
    }

    private void dot(Dot dot, List<Name> operands, Name result) {
        String precision =
                "#vhlo<precision_v1 " + (Dot.isExact(operands.getFirst().type()) ? "HIGHEST" : "DEFAULT") + ">";
        line(
                result,
                "dot_general",
                operands,
                "lhs_batching_dimensions = " + numbers(dot.leftBatch()),
                "lhs_contracting_dimensions = " + numbers(dot.leftContract()),
                "precision_config = " + array(List.of(precision, precision)),
                "rhs_batching_dimensions = " + numbers(dot.rightBatch()),
                "rhs_contracting_dimensions = " + numbers(dot.rightContract()));
    }

    private void placed(Marker.Placed placed, List<Name> operands, Name result) {
        String none = array(List.of());
        put(head(
                        result,
                        "custom_call",
                        operands,
                        "api_version = #vhlo<api_version_v1 API_VERSION_ORIGINAL>",
                        "backend_config = " + string(""),
                        "call_target_name = " + string("Sharding"),
                        "called_computations = " + none,
                        "has_side_effect = " + bool(false),
                        "operand_layouts = " + none,
                        "output_operand_aliases = " + none,
                        "result_layouts = " + none)
                + " {mhlo.sharding = " + string(Annotations.Gspmd.sharding(result.type(), placed.layout())) + "}"
                + signature(operands, result));
    }

    private void line(Name result, String name, List<Name> operands, String... attributes) {
        put(head(result, name, operands, attributes) + signature(operands, result));
    }

    private static String head(Name result, String name, List<Name> operands, String... attributes) {
        String between = attributes.length == 0
                ? ""
                : " <{" + Arrays.stream(attributes).collect(Collectors.joining(", ")) + "}>";
        return result.text() + " = \"vhlo." + name + "_v1\"(" + names(operands) + ")" + between;
    }

    private static String signature(List<Name> operands, Name result) {
        return " : (" + types(operands) + ") -> " + result.type().versionedText();
    }

    private static String combiner(String name, ElementType element) {
        String scalar = TensorType.of(element).versionedText();
        return "({ ^bb0(%left: " + scalar + ", %right: " + scalar + "): %both = \"vhlo." + name
                + "_v1\"(%left, %right) : (" + scalar + ", " + scalar + ") -> " + scalar
                + " \"vhlo.return_v1\"(%both) : (" + scalar + ") -> () })";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static List<Integer> at(int dim, int amount, TensorType type) {
        return IntStream.range(0, type.rank())
                .mapToObj(i -> i == dim ? amount : 0)
                .toList();
    }

    private static String groups(Collective collective) {
        int replicas = collective.replicas();
        return "replica_groups = #vhlo.tensor_v1<dense<["
                + IntStream.range(0, replicas).boxed().toList() + "]> : tensor<1x" + replicas + "xi64>>";
    }

    /** A constant that only the next line uses. */
    private Name extra(TensorType type, double value) {
        Name name = new Name("%start_" + extras++, type);
        constant(name, value);
        return name;
    }

    /** With the index along the first dimension and 0 along the others. */
    private List<Name> windowed(List<Name> operands) {
        List<Name> all = new ArrayList<>(operands);
        Name zero = extra(TensorType.of(ElementType.I32), 0);
        all.addAll(Collections.nCopies(operands.getFirst().type().rank() - 1, zero));
        return all;
    }
}
