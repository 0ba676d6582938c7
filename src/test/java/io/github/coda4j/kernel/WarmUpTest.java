package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class WarmUpTest {
    @ParameterizedTest
    @EnumSource(NumberKind.class)
    void every_kind_of_input_can_be_warmed_up_for(NumberKind input) {
        NumberKind other = input.isQuantized() ? NumberKind.BF16 : input;
        assertThatCode(() -> WarmUp.run(input, other, other)).doesNotThrowAnyException();
    }
}
