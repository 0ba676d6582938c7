package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTeamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void no_worker_passes_a_barrier_before_all_have_come(int size) {
        try (WorkerTeam team = new WorkerTeam(size)) {
            int[] written = new int[size];
            AtomicInteger wrong = new AtomicInteger();
            team.runOnAll(worker -> {
                for (int round = 1; round <= 200; round++) {
                    written[worker] = round;
                    team.barrier();
                    int expected = round;
                    if (Arrays.stream(written).anyMatch(value -> value != expected)) {
                        wrong.incrementAndGet();
                    }
                    team.barrier();
                }
            });
            assertThat(wrong).hasValue(0);
        }
    }

    @Test
    void a_failing_worker_ends_the_task_and_not_the_team() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            assertThatThrownBy(() -> team.runOnAll(worker -> {
                        if (worker == 1) {
                            throw new IllegalStateException("worker 1 fails");
                        }
                        team.barrier();
                    }))
                    .hasMessage("worker 1 fails");
            AtomicInteger ran = new AtomicInteger();
            team.runOnAll(worker -> {
                team.barrier();
                ran.incrementAndGet();
            });
            assertThat(ran).hasValue(3);
        }
    }

    @Test
    void shares_cover_everything_once() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            assertThat(team.from(0, 10)).isZero();
            assertThat(team.from(3, 10)).isEqualTo(10);
            assertThat(team.from(1, 10)).isLessThanOrEqualTo(team.from(2, 10));
        }
    }

    @Test
    void each_worker_runs_libtorch_on_one_thread_whatever_others_set() {
        int before = Libtorch.threads();
        try (WorkerTeam team = new WorkerTeam(2)) {
            Libtorch.setThreads(before + 1);
            int[] threads = new int[2];
            team.runOnAll(worker -> {
                try (Scope _ = Scope.open()) {
                    Tensor.zeros(DType.F32, Device.CPU, 512, 512).add(Tensor.zeros(DType.F32, Device.CPU, 512, 512));
                }
                threads[worker] = Libtorch.threads();
            });
            assertThat(threads).containsOnly(1);
        } finally {
            Libtorch.setThreads(before);
        }
    }

    @Test
    void a_closed_team_refuses_work() {
        WorkerTeam team = new WorkerTeam(2);
        team.close();
        assertThatThrownBy(() -> team.runOnAll(worker -> {})).hasMessageContaining("closed");
    }
}
