package io.github.coda4j.decode.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.commit.PolicyParameter.Range;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyParameterTest {
    private static final PolicyParameter COUNT = new PolicyParameter("count", "N", Range.wholeFrom(1), 2, "How many");
    private static final PolicyParameter GAMMA = new PolicyParameter("gamma", "X", Range.positive(), 0.5, "How much");

    @Test
    void ranges_hold_their_ends_as_they_say() {
        assertThat(allowed(Range.between(0, 1))).containsExactly(0.0, 0.5, 1.0);
        assertThat(allowed(Range.zeroOrPositive())).containsExactly(0.0, 0.5, 1.0, 2.0, 1e300);
        assertThat(allowed(Range.positive())).containsExactly(0.5, 1.0, 2.0, 1e300);
        assertThat(allowed(Range.wholeFrom(1))).containsExactly(1.0, 2.0);
        assertThat(allowed(Range.whole(0, 1))).containsExactly(0.0, 1.0);
        assertThat(List.of(
                        Range.between(0, 1),
                        Range.zeroOrPositive(),
                        Range.positive(),
                        Range.wholeFrom(1),
                        Range.whole(0, 2)))
                .map(Range::toString)
                .containsExactly(
                        "in [0, 1]",
                        "0 or positive",
                        "positive",
                        "a whole number of at least 1",
                        "a whole number in [0, 2]");
    }

    @Test
    void values_fall_back_to_the_standard_and_are_checked() {
        CommitPolicyFactory factory =
                new BuiltIn("mine", "", List.of(COUNT, GAMMA), values -> new MaskGitPlus(values.number(GAMMA)));
        PolicyValues some = PolicyValues.of(factory, Map.of("count", 3.0));
        assertThat(some.whole(COUNT)).isEqualTo(3);
        assertThat(some.number(GAMMA)).isEqualTo(0.5);
        assertThatThrownBy(() -> PolicyValues.of(factory, Map.of("count", 1.5)))
                .hasMessage("count must be a whole number of at least 1, got 1.5");
        assertThatThrownBy(() -> PolicyValues.of(factory, Map.of("gama", 1.0)))
                .hasMessage("alg mine has no parameter 'gama': it has count, gamma; did you mean gamma?");
        assertThatThrownBy(() -> some.whole(GAMMA)).hasMessage("gamma is not a parameter of whole numbers");
    }

    @Test
    void a_parameter_is_named_like_the_others_and_its_standard_is_allowed() {
        assertThatThrownBy(() -> new PolicyParameter("Gamma", "X", Range.positive(), 1, "x"))
                .hasMessage("a parameter's name is like alg_temp, got 'Gamma'");
        assertThatThrownBy(() -> new PolicyParameter("gamma", "X", Range.positive(), 0, "x"))
                .hasMessage("the standard gamma must be positive, got 0.0");
    }

    private static List<Double> allowed(Range range) {
        return List.of(Double.NEGATIVE_INFINITY, -1.0, 0.0, 0.5, 1.0, 2.0, 1e300, Double.POSITIVE_INFINITY, Double.NaN)
                .stream()
                .filter(range::contains)
                .toList();
    }
}
