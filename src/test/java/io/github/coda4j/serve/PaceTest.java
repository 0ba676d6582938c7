package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.generate.Cost;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static Cost cost(int promptTokens, double promptMillis) {
        return new Cost(4, 0, 4, promptTokens, 10, 0, promptMillis, 30);
    }

    @Test
    void the_most_tokens_are_what_was_run_in_that_time() {
        Pace pace = new Pace();
        assertThat(pace.tokensIn(500)).isEmpty();
        pace.measured(cost(190, 100)); // 2 tokens a millisecond
        assertThat(pace.tokensIn(500)).hasValue(1000);
        assertThat(pace.tokensIn(1)).hasValue(2);
        assertThat(pace.tokensIn(0)).isEmpty();
        assertThat(pace.tokensIn(Integer.MAX_VALUE)).hasValue(Integer.MAX_VALUE);
    }

    @Test
    void what_is_measured_later_counts_more_and_more() {
        Pace pace = new Pace();
        pace.measured(cost(190, 100));
        pace.measured(cost(190, 200));
        assertThat(pace.tokensIn(100)).hasValue(180);
        for (int i = 0; i < 40; i++) {
            pace.measured(cost(190, 200));
        }
        assertThat(pace.tokensIn(1000).getAsInt()).isBetween(1000, 1001);
    }

    @Test
    void a_search_for_a_length_tells_nothing_about_the_pace() {
        Pace pace = new Pace();
        pace.measured(cost(190, 100));
        pace.measured(new Cost(24, 20, 5, 0, 4, 0, 190, 0, 10, 1, 190, 0, OptionalInt.empty(), 0, 10_000, 30));
        pace.measured(new Cost(0, 0, 0, 190, 0, 0, 1, 1));
        assertThat(pace.tokensIn(500)).hasValue(1000);
    }

    @Test
    void steps_are_as_much_slower_as_whole_sequences_have_become() {
        Pace pace = new Pace();
        assertThat(pace.stepMillis()).isEmpty();
        pace.measured(cost(190, 100));
        pace.measured(new Pace.Steps(8, 10, 32, 34));
        assertThat(pace.stepMillis().orElseThrow().applyAsDouble(8)).isEqualTo(10);
        assertThat(pace.stepMillis().orElseThrow().applyAsDouble(20)).isEqualTo(22);
        assertThat(pace.stepMillis().orElseThrow().applyAsDouble(64)).isEqualTo(66);
        assertThat(pace.stepMillis().orElseThrow().applyAsDouble(1)).isEqualTo(10);
        for (int i = 0; i < 60; i++) {
            pace.measured(cost(190, 300));
        }
        assertThat(pace.stepMillis().orElseThrow().applyAsDouble(8)).isCloseTo(30, within(0.1));
    }

    @Test
    void more_rows_never_take_less() {
        assertThat(new Pace.Steps(8, 10, 32, 9).of(100)).isEqualTo(10);
    }
}
