package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.LocalRanks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessGroupTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void ranks_reduce_to_a_root_broadcast_from_one_and_sum_everywhere() throws Exception {
        List<float[]> results = LocalRanks.run(3, rank -> {
            try (ProcessGroup group = LocalRanks.join(rank, TIMEOUT);
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
    void a_rank_that_is_lost_ends_the_others_with_a_message_that_says_what_was_waited_for() throws Exception {
        List<String> results = LocalRanks.run(2, rank -> {
            ProcessGroup group = LocalRanks.join(rank, Duration.ofSeconds(3));
            try (Scope _ = Scope.open()) {
                if (group.rank() == 1) {
                    return "gone";
                }
                group.allReduce(Tensor.of(new float[] {1}, 1), "the gradients of step 7");
                return "not lost";
            } catch (CodaException e) {
                return e.getMessage();
            } finally {
                group.close();
            }
        });
        assertThat(results.getFirst())
                .contains("rank 0 of 2 lost another rank while it waited for the gradients of step 7")
                .contains("--resume");
    }

    @Test
    void a_world_that_does_not_come_together_is_said_with_host_and_port() {
        Rendezvous alone = new Rendezvous("127.0.0.1", LocalRanks.freePort(), 1, 1, 2);
        assertThatThrownBy(() -> ProcessGroup.join(alone, Device.CPU, Duration.ofSeconds(1), Optional.empty()))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("rank 1 of 2 could not join the others at 127.0.0.1:");
    }

    @Test
    void the_environment_names_the_rendezvous() {
        Map<String, String> environment = Map.of(
                "RANK", "3", "WORLD_SIZE", "4", "LOCAL_RANK", "1", "MASTER_ADDR", "head", "MASTER_PORT", "29500");
        assertThat(Rendezvous.of(environment)).contains(new Rendezvous("head", 29_500, 3, 1, 4));
        assertThat(Rendezvous.of(Map.of())).isEmpty();
        assertThat(Rendezvous.of(Map.of("WORLD_SIZE", "1"))).isEmpty();
        assertThatThrownBy(() -> Rendezvous.of(Map.of("WORLD_SIZE", "2")))
                .hasMessageContaining("WORLD_SIZE is set but RANK is not");
        assertThatThrownBy(() -> Rendezvous.of(Map.of("WORLD_SIZE", "two")))
                .hasMessage("WORLD_SIZE must be a whole number, got 'two'");
        assertThatThrownBy(() -> new Rendezvous("h", 1, 2, 0, 2)).hasMessage("RANK must be in [0, 2), got 2");
    }
}
