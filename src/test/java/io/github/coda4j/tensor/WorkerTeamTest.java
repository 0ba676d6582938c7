package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerTeamTest {
    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "2,1", "3,3", "3,2", "5,5", "5,1", "16,16"})
    void every_share_of_a_step_is_done_once_before_the_next_step_begins(int size, int workers) {
        try (WorkerTeam team = new WorkerTeam(size)) {
            int[] written = new int[size];
            AtomicInteger wrong = new AtomicInteger();
            for (int walk = 0; walk < 3; walk++) {
                Arrays.fill(written, 0);
                team.walk(workers, steps -> {
                    for (int step = 1; step <= 200; step++) {
                        int before = step - 1;
                        steps.each(share -> {
                            if (written[share] != before) {
                                wrong.incrementAndGet();
                            }
                            written[share]++;
                        });
                        int now = step;
                        steps.each(share -> {
                            for (int value : written) {
                                if (value != now) {
                                    wrong.incrementAndGet();
                                }
                            }
                        });
                    }
                });
                assertThat(written).containsOnly(200);
            }
            assertThat(wrong).hasValue(0);
        }
    }

    @Test
    void nobody_waits_for_workers_that_do_not_come_and_their_shares_are_taken_over() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            CountDownLatch walked = new CountDownLatch(1);
            AtomicIntegerArray done = new AtomicIntegerArray(3);
            Set<Thread> worked = ConcurrentHashMap.newKeySet();
            AtomicInteger came = new AtomicInteger();
            // Two of the three are held up between two steps, as they are when other processes have their cores.
            team.walk(3, steps -> {
                steps.each(share -> {});
                if (came.getAndIncrement() < 2) {
                    awaitQuietly(walked);
                }
                for (int step = 0; step < 50; step++) {
                    steps.each(share -> {
                        done.incrementAndGet(share);
                        worked.add(Thread.currentThread());
                    });
                }
                walked.countDown();
            });
            assertThat(done.toString()).isEqualTo("[50, 50, 50]");
            assertThat(worked).hasSize(1);
        }
    }

    @Test
    void shares_of_workers_that_are_not_needed_are_done_side_by_side() {
        try (WorkerTeam team = new WorkerTeam(4)) {
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicInteger met = new AtomicInteger();
            team.walk(2, steps -> {
                for (int step = 0; step < 20; step++) {
                    steps.each(share -> {
                        if (share >= 2) { // one for each of the two workers
                            await(both);
                            met.incrementAndGet();
                        }
                    });
                }
            });
            assertThat(met).hasValue(40);
        }
    }

    @Test
    void a_worker_that_comes_late_does_nothing_again() throws Exception {
        try (WorkerTeam team = new WorkerTeam(2)) {
            for (int round = 0; round < 50; round++) {
                CountDownLatch late = new CountDownLatch(1);
                AtomicInteger first = new AtomicInteger();
                AtomicIntegerArray done = new AtomicIntegerArray(2);
                team.walk(2, steps -> {
                    steps.each(share -> {});
                    if (first.getAndIncrement() == 0) {
                        awaitQuietly(late);
                    }
                    for (int step = 0; step < 10; step++) {
                        steps.each(done::incrementAndGet);
                    }
                });
                AtomicIntegerArray next = new AtomicIntegerArray(2);
                late.countDown();
                team.walk(2, steps -> {
                    for (int step = 0; step < 10; step++) {
                        steps.each(next::incrementAndGet);
                    }
                });
                assertThat(done.toString()).isEqualTo("[10, 10]");
                assertThat(next.toString()).isEqualTo("[10, 10]");
            }
        }
    }

    @Test
    void a_worker_that_waits_long_sleeps_and_goes_on() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
            AtomicReference<Thread.State> seen = new AtomicReference<>();
            AtomicInteger after = new AtomicInteger();
            team.walk(2, steps -> {
                steps.each(share -> {
                    threads.add(Thread.currentThread());
                    spinUntil(() -> threads.size() == 2);
                });
                steps.each(share -> {
                    if (share == 0) {
                        Thread other = threads.get(threads.getFirst() == Thread.currentThread() ? 1 : 0);
                        seen.set(stateOnceNot(other, Thread.State.RUNNABLE));
                    }
                });
                steps.each(share -> after.incrementAndGet());
            });
            assertThat(seen).hasValue(Thread.State.WAITING);
            assertThat(after).hasValue(2);
        }
    }

    @Test
    void a_failing_share_ends_the_walk_and_not_the_team() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            for (int round = 0; round < 100; round++) {
                AtomicInteger later = new AtomicInteger();
                assertThatThrownBy(() -> team.walk(3, steps -> {
                            steps.each(share -> {
                                if (share == 1) {
                                    throw new IllegalStateException("share 1 fails");
                                }
                            });
                            steps.each(share -> later.incrementAndGet());
                        }))
                        .hasMessage("share 1 fails");
                assertThat(later).hasValue(0);
                AtomicInteger ran = new AtomicInteger();
                team.walk(3, steps -> {
                    steps.each(share -> ran.incrementAndGet());
                    steps.each(share -> ran.incrementAndGet());
                });
                assertThat(ran).hasValue(6);
            }
        }
    }

    @Test
    void a_failed_walk_returns_when_no_share_is_worked_on_any_more() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicInteger working = new AtomicInteger();
            assertThatThrownBy(() -> team.runOnAll(share -> {
                        working.incrementAndGet();
                        await(both);
                        if (share == 0) {
                            working.decrementAndGet();
                            throw new IllegalStateException("share 0 fails");
                        }
                        pause(50);
                        working.decrementAndGet();
                    }))
                    .hasMessage("share 0 fails");
            assertThat(working).hasValue(0);
        }
    }

    @Test
    void an_interrupted_caller_waits_all_the_same() throws Exception {
        try (WorkerTeam team = new WorkerTeam(2)) {
            AtomicInteger done = new AtomicInteger();
            Thread.currentThread().interrupt();
            team.runOnAll(share -> {
                pause(20);
                done.incrementAndGet();
            });
            assertThat(Thread.interrupted()).isTrue();
            assertThat(done).hasValue(2);
        }
    }

    @Test
    void a_close_waits_for_the_walk_under_way() throws Exception {
        for (int round = 0; round < 100; round++) {
            WorkerTeam team = new WorkerTeam(2);
            CountDownLatch begun = new CountDownLatch(1);
            AtomicInteger done = new AtomicInteger();
            Thread caller = Thread.ofPlatform().start(() -> {
                begun.countDown();
                try {
                    team.walk(2, steps -> {
                        steps.each(share -> done.incrementAndGet());
                        steps.each(share -> done.incrementAndGet());
                    });
                } catch (IllegalStateException e) {
                    done.set(4); // closed before
                }
            });
            begun.await();
            if (new Random(round).nextBoolean()) {
                Thread.onSpinWait();
            }
            team.close();
            assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
            assertThat(done).hasValue(4);
        }
    }

    @Test
    void small_work_takes_few_workers() {
        try (WorkerTeam team = new WorkerTeam(16)) {
            assertThat(team.useful(0, 0)).isEqualTo(1);
            assertThat(team.useful(1_000_000, 100)).isEqualTo(1);
            assertThat(team.useful(40_000_000, 100)).isEqualTo(4);
            assertThat(team.useful(1L << 50, 100)).isEqualTo(16);
            Set<Thread> worked = ConcurrentHashMap.newKeySet();
            team.walk(2, steps -> steps.each(share -> worked.add(Thread.currentThread())));
            assertThat(worked).hasSizeBetween(1, 2);
        }
    }

    @Test
    void walks_that_end_unevenly_go_on_with_all_workers() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            for (int walk = 0; walk < 40; walk++) {
                CyclicBarrier both = new CyclicBarrier(2);
                AtomicInteger met = new AtomicInteger();
                team.walk(2, steps -> {
                    steps.each(share -> {
                        await(both);
                        met.incrementAndGet();
                    });
                    steps.each(share -> pause(share == 0 ? 5 : 0)); // one worker sleeps for most of the walk
                });
                assertThat(met).as("walk %s", walk).hasValue(2);
            }
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
            CyclicBarrier both = new CyclicBarrier(2);
            team.runOnAll(share -> {
                await(both); // one share for each worker
                try (Scope _ = Scope.open()) {
                    Tensor.zeros(DType.F32, Device.CPU, 512, 512).add(Tensor.zeros(DType.F32, Device.CPU, 512, 512));
                }
                threads[share] = Libtorch.threads();
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

    private static Thread.State stateOnceNot(Thread thread, Thread.State state) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (thread.getState() == state && System.nanoTime() < end) {
            pause(1);
        }
        return thread.getState();
    }

    /** Waits without sleeping. */
    private static void spinUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
