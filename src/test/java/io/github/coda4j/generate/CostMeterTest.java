package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CostMeterTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final CostMeter meter = new CostMeter(nanos::get);

    @Test
    void times_run_from_submission_over_start_and_first_commit_to_the_end() {
        pass(2);
        meter.start();
        pass(3);
        meter.countCommits(0);
        pass(4);
        meter.countCommits(2);
        pass(5);
        meter.countCommits(1);
        pass(6);
        Cost cost = meter.cost(3, 1, 7, 22);
        assertThat(cost).isEqualTo(new Cost(3, 1, 3, 7, 22, 2, 7, 11));
        assertThat(cost.commitsPerForward()).isEqualTo(1);
        assertThat(cost.tokensPerSecond()).isEqualTo(22_000.0 / 18);
    }

    @Test
    void a_request_that_never_ran_costs_nothing_but_the_wait() {
        pass(9);
        Cost cost = meter.cost(0, 0, 7, 0);
        assertThat(cost).isEqualTo(new Cost(0, 0, 0, 7, 0, 9, 0, 0));
        assertThat(cost.commitsPerForward()).isZero();
        assertThat(cost.tokensPerSecond()).isZero();
    }

    private void pass(int millis) {
        nanos.addAndGet(millis * 1_000_000L);
    }
}
