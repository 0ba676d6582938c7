package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import java.util.Map;
import java.util.Optional;

/**
 * Where the processes of a run meet and who this one is, as torchrun, Kubeflow's PyTorchJob and our own launcher say it in environment
 * variables.
 *
 * @param host of rank 0 (MASTER_ADDR)
 * @param port on which rank 0 listens (MASTER_PORT), 1 to 65535
 * @param rank of this process (RANK), 0 to worldSize - 1
 * @param localRank number of this process on its machine (LOCAL_RANK): its GPU
 * @param worldSize number of processes (WORLD_SIZE)
 */
public record Rendezvous(String host, int port, int rank, int localRank, int worldSize) {
    public Rendezvous {
        check(!host.isBlank(), "MASTER_ADDR is blank: give the host of rank 0");
        check(port >= 1 && port <= 65_535, "MASTER_PORT must be in [1, 65535], got %d", port);
        check(worldSize >= 1, "WORLD_SIZE must be at least 1, got %d", worldSize);
        check(rank >= 0 && rank < worldSize, "RANK must be in [0, %d), got %d", worldSize, rank);
        check(localRank >= 0, "LOCAL_RANK must be 0 or more, got %d", localRank);
    }

    /**
     * What the environment says; empty when it names no world or one of a single process.
     *
     * @throws IllegalArgumentException naming the variable that is missing or no number
     */
    public static Optional<Rendezvous> of(Map<String, String> environment) {
        if (!environment.containsKey("WORLD_SIZE") || number(environment, "WORLD_SIZE") == 1) {
            return Optional.empty();
        }
        int rank = number(environment, "RANK");
        return Optional.of(new Rendezvous(
                text(environment, "MASTER_ADDR"),
                number(environment, "MASTER_PORT"),
                rank,
                environment.containsKey("LOCAL_RANK") ? number(environment, "LOCAL_RANK") : rank,
                number(environment, "WORLD_SIZE")));
    }

    private static String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        check(
                value != null,
                "WORLD_SIZE is set but %s is not: a run on several ranks needs RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT",
                name);
        return value;
    }

    private static int number(Map<String, String> environment, String name) {
        String value = text(environment, name).strip();
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, got '" + value + "'", e);
        }
    }
}
