package io.github.coda4j.hlo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The derivative of each operation and of loops against differences of the function itself. */
class DerivativeTest {
    private static final double STEP = 1e-5;
    private static final Layout ANYWHERE = Layout.REPLICATED;

    /** A function of tensors whose elements lie in [0.5, 1.5]. */
    private static Arguments function(String name, Function<List<Value>, Value> function, int[]... shapes) {
        return Arguments.of(name, function, List.of(shapes));
    }

    static Stream<Arguments> functions() {
        int[] two = {2, 3};
        int[] three = {2, 3, 4};
        return Stream.of(
                function("negated", x -> x.get(0).negated(), two),
                function("exp", x -> x.get(0).exp(), two),
                function("log", x -> x.get(0).log(), two),
                function("sqrt", x -> x.get(0).sqrt(), two),
                function("inverse sqrt", x -> x.get(0).inverseSqrt(), two),
                function("logistic", x -> x.get(0).logistic(), two),
                function("silu", x -> x.get(0).silu(), two),
                function("plus", x -> x.get(0).plus(x.get(1)), two, two),
                function("twice", x -> x.get(0).plus(x.get(0).times(x.get(0))), two),
                function("minus", x -> x.get(0).minus(x.get(1)), two, two),
                function("times", x -> x.get(0).times(x.get(1)), two, two),
                function("divided", x -> x.get(0).dividedBy(x.get(1)), two, two),
                function("max", x -> x.get(0).max(x.get(1)), two, two),
                function("min", x -> x.get(0).min(x.get(1)), two, two),
                function("choice", x -> x.get(0).above(x.get(1)).choose(x.get(0).exp(), x.get(1)), two, two),
                function("convert", x -> x.get(0).convert(ElementType.F64), two),
                function("reshape", x -> x.get(0).reshape(6, 4), three),
                function("broadcast", x -> x.get(0).broadcast(List.of(2, 5, 3), 0, 2), two),
                function("transpose", x -> x.get(0).transpose(2, 0, 1), three),
                function("slice", x -> x.get(0).slice(1, 1, 3), three),
                function("pad", x -> new Shaping.Pad(1, 1, 2).on(x.get(0), x.get(1)), two, new int[] {}),
                function("concatenate", x -> Value.concatenate(1, List.of(x.get(0), x.get(1))), two, new int[] {2, 2}),
                function("sum", x -> x.get(0).sum(0, 2), three),
                function(
                        "dot",
                        x -> x.get(0).dot(x.get(1), List.of(), List.of(1), List.of(), List.of(1)),
                        two,
                        new int[] {5, 3}),
                function(
                        "dot with batches and two sums",
                        x -> x.get(0).dot(x.get(1), List.of(1), List.of(3, 0), List.of(2), List.of(0, 3)),
                        new int[] {2, 3, 5, 4},
                        new int[] {4, 6, 3, 2}),
                function("rows", x -> x.get(0).rows(ids()), new int[] {4, 3}),
                function(
                        "rows added",
                        x -> new TableRows.Add().on(x.get(0), ids(), x.get(1)),
                        new int[] {4, 3},
                        new int[] {3, 3}),
                function("window", x -> new StackEntry.Get().on(x.get(0), one()), three),
                function(
                        "window put", x -> new StackEntry.Put().on(x.get(0), x.get(1), one()), three, new int[] {1, 3, 4
                        }),
                function(
                        "held",
                        x -> x.get(0)
                                .held()
                                .times(x.get(0))
                                .minus(x.get(0).held().times(x.get(0).held())),
                        two),
                function("scan", DerivativeTest::scan, new int[] {2}, new int[] {4, 2}, new int[] {2}),
                function("map", DerivativeTest::map, new int[] {4, 2}, new int[] {2}),
                function("loop in a loop", DerivativeTest::nested, new int[] {2}, new int[] {3, 2}, new int[] {4, 2}));
    }

    private static Value ids() {
        return Value.iota(TensorType.of(ElementType.I32, 3), 0)
                .times(Value.iota(TensorType.of(ElementType.I32, 3), 0))
                .min(Value.constant(TensorType.of(ElementType.I32, 3), 1));
    }

    private static Value one() {
        return Value.constant(TensorType.of(ElementType.I32), 1);
    }

    /** Carried, stacked, the same for all turns, and computed before the loop of what is the same. */
    private static Value scan(List<Value> x) {
        Loop.Turn end = Loop.scan(List.of(x.get(0)), List.of(x.get(1)), (carried, pieces) -> {
            Value next =
                    carried.get(0).times(pieces.get(0)).plus(x.get(2).exp()).logistic();
            return new Loop.Turn(
                    List.of(next), List.of(next.times(x.get(2)), pieces.get(0).exp()));
        });
        return Value.concatenate(
                0, List.of(end.carried().get(0), end.given().get(0).reshape(8)));
    }

    private static Value map(List<Value> x) {
        return Loop.map(
                        List.of(x.get(0)),
                        pieces -> List.of(pieces.get(0).times(x.get(1)).exp()))
                .getFirst();
    }

    private static Value nested(List<Value> x) {
        return Loop.scan(List.of(x.get(0)), List.of(x.get(1)), (carried, pieces) -> {
                    Value inner = Loop.map(
                                    List.of(x.get(2)),
                                    rows -> List.of(rows.get(0)
                                            .times(carried.get(0))
                                            .logistic()
                                            .times(pieces.get(0))))
                            .getFirst();
                    return new Loop.Turn(List.of(inner.sum(0).plus(carried.get(0))), List.of());
                })
                .carried()
                .getFirst();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void derivative_is_what_differences_say(String name, Function<List<Value>, Value> function, List<int[]> shapes) {
        Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        List<Value> arguments = new ArrayList<>();
        List<HostTensor> given = new ArrayList<>();
        Random random = new Random(7);
        for (int[] shape : shapes) {
            TensorType type = TensorType.of(ElementType.F64, shape);
            arguments.add(builder.argument("x" + arguments.size(), type, ANYWHERE));
            given.add(HostTensor.of(type, _ -> 0.5 + random.nextDouble()));
        }
        Value result = function.apply(arguments);
        // Weights, so that no two elements of the result count alike.
        Value index =
                Value.iota(TensorType.of(ElementType.F64, (int) result.type().elements()), 0);
        Value loss = result.times(
                        index.reshape(result.type().shape()).times(0.37).plus(1).logistic())
                .sum();
        builder.result("loss", loss, ANYWHERE);
        List<Value> gradients = loss.gradients(arguments);
        for (int i = 0; i < gradients.size(); i++) {
            builder.result("d" + i, gradients.get(i), ANYWHERE);
        }
        Program program = builder.build();
        List<HostTensor> results = Evaluator.run(program, given);
        for (int i = 0; i < given.size(); i++) {
            double[] data = given.get(i).data();
            assertThat(results.get(1 + i).type()).isEqualTo(given.get(i).type());
            for (int k = 0; k < data.length; k++) {
                double before = data[k];
                data[k] = before + STEP;
                double more = Evaluator.run(program, given).getFirst().item();
                data[k] = before - STEP;
                double less = Evaluator.run(program, given).getFirst().item();
                data[k] = before;
                double expected = name.equals("held") ? held(results, given, k) : (more - less) / (2 * STEP);
                assertThat(results.get(1 + i).data()[k])
                        .as("argument %d, element %d", i, k)
                        .isCloseTo(expected, within(1e-7 * Math.max(1, Math.abs(expected))));
            }
        }
    }

    /** x held * x - x held * x held: only the second factor of the first product counts. */
    private static double held(List<HostTensor> results, List<HostTensor> given, int k) {
        return given.get(0).data()[k] / (1 + Math.exp(-(0.37 * k + 1)));
    }

    @Test
    void largest_elements_are_refused_unless_they_are_held() {
        Value x = new Program.Builder(Program.Devices.ONE).argument("x", TensorType.of(ElementType.F32, 3), ANYWHERE);
        assertThatThrownBy(() -> x.maximum(0).gradients(List.of(x))).hasMessageContaining("hold it");
        assertThat(x.maximum(0).held().gradients(List.of(x))).hasSize(1);
    }

    @Test
    void gradients_of_bf16_products_are_summed_in_f32() {
        Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        Value x = builder.argument("x", TensorType.of(ElementType.F32, 4, 3), ANYWHERE);
        Value w = builder.argument("w", TensorType.of(ElementType.F32, 5, 3), ANYWHERE);
        Value rounded = w.convert(ElementType.BF16);
        Value y = Loop.map(
                        List.of(x.reshape(2, 2, 3)),
                        piece -> List.of(piece.getFirst()
                                .convert(ElementType.BF16)
                                .dot(rounded, List.of(), List.of(1), List.of(), List.of(1))))
                .getFirst();
        assertThat(y.type().element()).isEqualTo(ElementType.F32);
        Value gradient = y.sum().gradients(List.of(w)).getFirst();
        builder.result("dw", gradient, ANYWHERE);
        assertThat(gradient.type().element()).isEqualTo(ElementType.F32);
        String sums = builder.build()
                .text()
                .lines()
                .filter(line -> line.contains("stablehlo.add") && line.contains("tensor<5x3"))
                .toList()
                .toString();
        assertThat(sums).contains("tensor<5x3xf32>").doesNotContain("tensor<5x3xbf16>");
    }
}
