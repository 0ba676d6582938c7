package io.github.coda4j.tensor.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.testkit.LocalRanks;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ProcessGroupTest {
    @Test
    void ranks_reduce_to_a_root_broadcast_from_one_and_sum_everywhere() throws Exception {
        List<float[]> results = LocalRanks.run(3, rank -> {
            try (ProcessGroup group = LocalRanks.join(rank);
                    Scope _ = Scope.open()) {
                Tensor sum = Tensor.of(new float[] {group.rank() + 1, 10}, 2);
                group.reduce(sum, 1, "gradients").await();
                Tensor values = Tensor.of(new float[] {group.rank() == 2 ? 7 : 0}, 1);
                group.broadcast(values, 2, "values").await();
                Tensor norm = Tensor.of(new float[] {1}, 1);
                group.allReduce(norm, "norms");
                float[] summed = group.rank() == 1 ? sum.toFloats() : new float[] {6, 30};
                return new float[] {summed[0], summed[1], values.toFloats()[0], norm.toFloats()[0]};
            }
        });
        assertThat(results).hasSize(3).allSatisfy(result -> assertThat(result).containsExactly(6, 30, 7, 3));
    }

    @Test
    void a_rank_that_ends_without_a_word_ends_operations_with_what_was_waited_for() throws Exception {
        List<String> results = LocalRanks.run(2, rank -> {
            try (ProcessGroup group = LocalRanks.join(rank);
                    Scope _ = Scope.open()) {
                if (group.rank() == 1) {
                    return "gone";
                }
                group.allReduce(Tensor.of(new float[] {1}, 1), "the gradients of step 7");
                return "not lost";
            } catch (CodaException e) {
                return e.getMessage();
            }
        });
        assertThat(results.getFirst())
                .contains("rank 0 of 2 lost another rank while it waited for the gradients of step 7")
                .contains("--resume");
    }

    @Test
    void a_silent_rank_is_told_while_the_others_compute() throws Exception {
        CountDownLatch told = new CountDownLatch(2);
        List<String> messages = LocalRanks.run(3, rank -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            ProcessGroup group = ProcessGroup.join(rank, Device.CPU, timeouts(20, 2000), heard::add);
            if (rank.rank() == 1) {
                group.close();
                told.await();
                return "silent";
            }
            try (group) {
                String message = heard.poll(20, TimeUnit.SECONDS);
                told.countDown();
                told.await();
                return message;
            }
        });
        assertThat(messages.get(0))
                .isEqualTo("rank 0 of 3 cannot go on: rank 1 has not been heard of for 2 s; look at its output "
                        + "and its machine,"
                        + " then go on with --resume");
        assertThat(messages.get(2)).startsWith("rank 2 of 3 cannot go on: rank 1 has not");
    }

    @Test
    void the_end_of_rank_zero_is_told_at_once() throws Exception {
        List<String> messages = LocalRanks.run(2, rank -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            try (ProcessGroup group = ProcessGroup.join(rank, Device.CPU, timeouts(20, 3000), heard::add)) {
                return group.rank() == 0 ? "ended" : heard.poll(20, TimeUnit.SECONDS);
            }
        });
        assertThat(messages.get(1)).startsWith("rank 1 of 2 cannot go on: rank 0 has ended");
    }

    @Test
    void ranks_that_leave_are_not_missed() throws Exception {
        List<List<String>> messages = LocalRanks.run(3, rank -> {
            List<String> heard = new CopyOnWriteArrayList<>();
            try (ProcessGroup group = ProcessGroup.join(rank, Device.CPU, timeouts(20, 1500), heard::add)) {
                Thread.sleep(1000L * rank.rank());
                group.leave();
                return heard;
            }
        });
        assertThat(messages).allSatisfy(heard -> assertThat(heard).isEmpty());
    }

    @Test
    void ranks_that_do_not_come_are_named() {
        Rendezvous zero = Rendezvous.local(LocalRanks.freePort(), 0, 3);
        assertThatThrownBy(() -> ProcessGroup.join(zero, Device.CPU, timeouts(1, 1000), message -> {}))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("rank 0 of 3 waited 1 s in vain for ranks 1, 2; are they running")
                .hasMessageEndingWith("lead them to 127.0.0.1:" + zero.port() + "?");
        Rendezvous one = Rendezvous.local(LocalRanks.freePort(), 1, 2);
        assertThatThrownBy(() -> ProcessGroup.join(one, Device.CPU, timeouts(1, 1000), message -> {}))
                .isInstanceOf(CodaException.class)
                .hasMessage("rank 1 of 2 waited 1 s in vain for rank 0 at 127.0.0.1:" + one.port()
                        + " (Connection refused); is rank 0 running, and do MASTER_ADDR and MASTER_PORT lead to it?");
    }

    @Test
    void ranks_of_several_machines_meet_although_rank_zero_is_told_localhost() throws Exception {
        List<Float> sums = LocalRanks.run(2, local -> {
            Rendezvous apart = new Rendezvous("localhost", local.port(), local.rank(), 0, 2, 1, Optional.empty());
            assertThat(MeetingPoint.ownAddress(local)).isEqualTo("127.0.0.1");
            assertThat(InetAddress.getByName(MeetingPoint.ownAddress(apart)).isLoopbackAddress())
                    .isEqualTo(NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .noneMatch(address -> address instanceof Inet4Address && !address.isLoopbackAddress()));
            try (ProcessGroup group = LocalRanks.join(apart);
                    Scope _ = Scope.open()) {
                Tensor sum = Tensor.of(new float[] {1}, 1);
                group.allReduce(sum, "ones");
                group.leave();
                return sum.toFloats()[0];
            }
        });
        assertThat(sums).containsExactly(2f, 2f);
    }

    @Test
    void a_rank_that_is_started_again_does_not_enter_the_world_that_lost_it() throws Exception {
        List<String> messages = LocalRanks.run(2, rank -> {
            try (ProcessGroup group = LocalRanks.join(rank)) {
                String message = "";
                if (rank.rank() == 1) {
                    try {
                        ProcessGroup.join(rank, Device.CPU, timeouts(1, 1000), lost -> {});
                    } catch (CodaException e) {
                        message = e.getMessage();
                    }
                }
                group.leave();
                return message;
            }
        });
        assertThat(messages.get(1))
                .startsWith("rank 1 of 2 found the ranks at 127.0.0.1:")
                .contains("training with another rank 1 for 1 s; end them");
    }

    @Test
    void a_port_that_is_in_use_is_said() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Rendezvous zero = Rendezvous.local(taken.getLocalPort(), 0, 2);
            assertThatThrownBy(() -> ProcessGroup.join(zero, Device.CPU, timeouts(1, 1000), message -> {}))
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("rank 0 cannot listen on port " + zero.port())
                    .hasMessageEndingWith("set MASTER_PORT to a free port on all ranks");
        }
    }

    @Test
    void timeouts_have_a_range() {
        assertThatThrownBy(() -> timeouts(0, 1000)).hasMessageStartingWith("the time to join must be positive");
        assertThatThrownBy(() -> timeouts(1, 99))
                .hasMessageStartingWith("the silence of a lost rank must be at least 100");
    }

    private static ProcessGroup.Timeouts timeouts(int joinSeconds, int silenceMillis) {
        return new ProcessGroup.Timeouts(
                Duration.ofSeconds(joinSeconds), Duration.ofSeconds(20), Duration.ofMillis(silenceMillis));
    }

    @Test
    void the_environment_names_the_rendezvous() {
        Map<String, String> environment = Map.of(
                "RANK", "3", "WORLD_SIZE", "4", "LOCAL_RANK", "1", "MASTER_ADDR", "head", "MASTER_PORT", "29500");
        Rendezvous named = new Rendezvous("head", 29_500, 3, 1, 4, 1, Optional.empty());
        assertThat(Rendezvous.of(environment)).contains(named);
        assertThat(Rendezvous.of(named.variables())).contains(named);
        assertThat(Rendezvous.of(Map.of())).isEmpty();
        assertThat(Rendezvous.of(Map.of("WORLD_SIZE", "1"))).isEmpty();
        assertThatThrownBy(() -> Rendezvous.of(Map.of("WORLD_SIZE", "2")))
                .hasMessageContaining("WORLD_SIZE is set but RANK is not");
        assertThatThrownBy(() -> Rendezvous.of(Map.of("WORLD_SIZE", "two")))
                .hasMessage("WORLD_SIZE must be a whole number, got 'two'");
        Map<String, String> bare = Map.of(
                "RANK",
                "3",
                "WORLD_SIZE",
                "4",
                "MASTER_ADDR",
                "head",
                "MASTER_PORT",
                "1",
                "GLOO_SOCKET_IFNAME",
                "eth1");
        assertThat(Rendezvous.of(bare)).contains(new Rendezvous("head", 1, 3, 0, 4, 1, Optional.of("eth1")));
        assertThatThrownBy(() -> new Rendezvous("h", 1, 2, 0, 2, 1, Optional.empty()))
                .hasMessage("RANK must be in [0, 2), got 2");
    }
}
