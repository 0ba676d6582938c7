package io.github.coda4j.hlo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The text of programs, in forms that were tried on XLA, and what cannot become one. */
class ProgramTextTest {
    private static final TensorType STACK = TensorType.of(ElementType.F32, 3, 2);
    private static final TensorType PAIR = TensorType.of(ElementType.F32, 2);

    private static Program loop() {
        Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        Value start = builder.argument("start", PAIR, Layout.REPLICATED);
        Value stack = builder.argument("stack", STACK, Layout.REPLICATED);
        Loop.Turn end = Loop.scan(
                List.of(start),
                List.of(stack),
                (carried, pieces) -> new Loop.Turn(List.of(carried.getFirst().times(pieces.getFirst())), List.of()));
        builder.replacement("start", end.carried().getFirst());
        return builder.build();
    }

    @Test
    void a_loop_hands_everything_in() {
        assertThat(loop().text()).isEqualTo("""
                module @coda attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
                  func.func public @main(%arg0: tensor<2xf32> {tf.aliasing_output = 0 : i32}, %arg1: tensor<3x2xf32>)\
                 -> (tensor<2xf32>) {
                    %0 = stablehlo.constant dense<0> : tensor<i32>
                    %1:3 = stablehlo.while(%7 = %0, %8 = %arg0, %9 = %arg1)\
                 : tensor<i32>, tensor<2xf32>, tensor<3x2xf32>
                     cond {
                       %5 = stablehlo.constant dense<3> : tensor<i32>
                       %6 = stablehlo.compare  LT, %7, %5,  SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
                       stablehlo.return %6 : tensor<i1>
                     } do {
                       %start_0 = stablehlo.constant dense<0> : tensor<i32>
                       %10 = stablehlo.dynamic_slice %9, %7, %start_0, sizes = [1, 2]\
                 : (tensor<3x2xf32>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>
                       %11 = stablehlo.reshape %10 : (tensor<1x2xf32>) -> tensor<2xf32>
                       %12 = stablehlo.constant dense<1> : tensor<i32>
                       %13 = stablehlo.add %7, %12 : tensor<i32>
                       %14 = stablehlo.multiply %8, %11 : tensor<2xf32>
                       stablehlo.return %13, %14, %9 : tensor<i32>, tensor<2xf32>, tensor<3x2xf32>
                     }
                    return %1#1 : tensor<2xf32>
                  }
                }
                """);
    }

    @Test
    void the_versioned_form_says_the_same() {
        String text = loop().versionedText();
        assertThat(text)
                .contains("vhlo.func_v1 @main(%arg0: !vhlo.tensor_v1<2x!vhlo.f32_v1>, ")
                .contains("%1:3 = \"vhlo.while_v1\"(%0, %arg0, %arg1) ({")
                .contains("\"vhlo.multiply_v1\"")
                .contains("#vhlo.string_v1<\"tf.aliasing_output\"> = #vhlo.integer_v1<0 : i32>")
                .doesNotContain("stablehlo");
        assertThat(text.lines().filter(line -> line.contains(" = ")).count())
                .isEqualTo(loop().text()
                        .lines()
                        .filter(line -> line.contains(" = "))
                        .count());
    }

    @Test
    void what_no_result_needs_is_not_written() {
        Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        Value x = builder.argument("x", PAIR, Layout.REPLICATED);
        Value w = builder.argument("w", PAIR, Layout.REPLICATED);
        Value loss = x.times(w).exp().sum();
        builder.result("dw", loss.gradients(List.of(w, x)).getFirst(), Layout.REPLICATED);
        Program program = builder.build();
        // x * w, exp, the seed, its spread, two products: nothing of x's gradient.
        assertThat(program.operations()).isEqualTo(6);
    }

    @Test
    void numbers_are_exact_and_infinities_are_bits() {
        assertThat(NumberText.of(ElementType.F32, 0.1)).isEqualTo("0.10000000149011612");
        assertThat(NumberText.of(ElementType.F64, 0.1)).isEqualTo("0.1");
        assertThat(NumberText.of(ElementType.F32, Double.NEGATIVE_INFINITY)).isEqualTo("0xFF800000");
        assertThat(NumberText.of(ElementType.BF16, Double.POSITIVE_INFINITY)).isEqualTo("0x7F80");
        assertThat(NumberText.of(ElementType.PRED, 1)).isEqualTo("true");
        assertThat(NumberText.of(ElementType.I32, -3)).isEqualTo("-3");
    }

    @Test
    void layouts_cut_and_put_together() {
        assertThat(Layout.split(1, 2).part(TensorType.of(ElementType.F32, 3, 4)))
                .isEqualTo(STACK);
        assertThat(Layout.split(1, 2).whole(STACK)).isEqualTo(TensorType.of(ElementType.F32, 3, 4));
        assertThatThrownBy(() -> Layout.split(0, 2).part(STACK)).hasMessageContaining("is not a multiple of 2");
        assertThatThrownBy(() -> new Layout(OptionalInt.empty(), 2)).hasMessageContaining("no dimension that is cut");
    }

    @Test
    void types_that_do_not_fit_are_named() {
        Program.Builder builder = new Program.Builder(Program.Devices.ONE);
        Value pair = builder.argument("pair", PAIR, Layout.REPLICATED);
        Value stack = builder.argument("stack", STACK, Layout.REPLICATED);
        assertThatThrownBy(() -> pair.plus(stack)).hasMessageContaining("tensor<2xf32> and tensor<3x2xf32>");
        assertThatThrownBy(() -> stack.reshape(5)).hasMessageContaining("does not become tensor<5xf32>");
        assertThatThrownBy(() -> stack.transpose(0, 0)).hasMessageContaining("no order of the dimensions");
        assertThatThrownBy(() -> pair.dot(stack, List.of(), List.of(0), List.of(), List.of(0)))
                .hasMessageContaining("no product of");
        assertThatThrownBy(() -> stack.gradients(List.of(pair))).hasMessageContaining("only a scalar has gradients");
        assertThatThrownBy(() -> Loop.scan(
                        List.of(pair),
                        List.of(stack),
                        (_, pieces) -> new Loop.Turn(List.of(pieces.getFirst().sum()), List.of())))
                .hasMessageContaining("a turn carries tensor<f32> on where tensor<2xf32> came in");
        assertThatThrownBy(() -> builder.argument("pair", PAIR, Layout.REPLICATED))
                .hasMessageContaining("two arguments pair");
        assertThatThrownBy(() -> builder.replacement("pair", stack)).hasMessageContaining("pair is tensor<2xf32>");
        assertThatThrownBy(() -> loop().argument("other")).hasMessageContaining("has no other; it has [start, stack]");
    }
}
