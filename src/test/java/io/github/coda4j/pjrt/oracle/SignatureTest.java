package io.github.coda4j.pjrt.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static String types(List<Signature.Type> types) {
        return types.stream().map(Signature.Type::toString).collect(Collectors.joining(" "));
    }

    @Test
    void arguments_results_and_donations_are_read_through_attributes_and_lines() {
        Signature signature = Signature.of("""
                module @step attributes {mhlo.num_partitions = 4 : i32} {
                  func.func public @main(%arg0: tensor<2x3xbf16> {mhlo.sharding = "{devices=[4,1]<=[4] (,)}",
                      tf.aliasing_output = 1 : i32}, %arg1: tensor<i32>,
                      %arg2: tensor<7xui64> {a = {b = [1, 2], c = "x)"}})
                      -> (tensor<f32> {mhlo.sharding = "{replicated}"}, tensor<2x3xbf16>) {
                    return %arg0 : tensor<9x9xf32>
                  }
                }
                """);
        assertThat(types(signature.arguments())).isEqualTo("tensor<2x3xbf16> tensor<i32> tensor<7xui64>");
        assertThat(types(signature.results())).isEqualTo("tensor<f32> tensor<2x3xbf16>");
        assertThat(signature.donated()).containsExactly(OptionalInt.of(1), OptionalInt.empty(), OptionalInt.empty());
    }

    @Test
    void one_result_needs_no_brackets_and_nothing_is_needed() {
        Signature one = Signature.of("func.func @main() -> tensor<4xf64> {");
        assertThat(types(one.results())).isEqualTo("tensor<4xf64>");
        assertThat(one.arguments()).isEmpty();
        assertThat(Signature.of("func.func @main(%a: tensor<i1>) {").results()).isEmpty();
    }

    @Test
    void what_is_no_program_is_refused() {
        assertThatThrownBy(() -> Signature.of("func.func @other() {"))
                .hasMessageContaining("func.func @main is missing");
        assertThatThrownBy(() -> Signature.of("func.func @main(%a: tensor<?xf32>) {"))
                .hasMessageContaining("no array of fixed shape: %a: tensor<?xf32>");
        assertThatThrownBy(() -> Signature.of("func.func @main(%a: tensor<2xf8E5M2>) {"))
                .hasMessageContaining("the type f8E5M2 is not known here");
        assertThatThrownBy(() -> Signature.of("func.func @main(%a: tensor<2xf32>"))
                .hasMessageContaining("a bracket of the entry is not closed");
    }
}
