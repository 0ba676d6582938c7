package io.github.coda4j.tensor.ranks;

import static io.github.coda4j.Checks.check;

import java.util.Map;
import java.util.Optional;

/**
 * Where the processes of a run meet and who this one is, as torchrun, Kubeflow's PyTorchJob and our own launcher say it
 * in environment variables.
 *
 * @param host of rank 0 (MASTER_ADDR)
 * @param port on which rank 0 listens (MASTER_PORT), 1 to 65535
 * @param rank of this process (RANK), 0 to worldSize - 1
 * @param localRank number of this process on its machine (LOCAL_RANK, 0 where it is not set): its GPU
 * @param worldSize number of processes (WORLD_SIZE)
 * @param localWorldSize number of processes on this machine, which share its cores (LOCAL_WORLD_SIZE, 1 where it is not
 *     set)
 * @param networkInterface of this machine that tensors on the CPU are sent over (GLOO_SOCKET_IFNAME); empty for the one
 *     that leads to rank 0
 */
public record Rendezvous(
        String host,
        int port,
        int rank,
        int localRank,
        int worldSize,
        int localWorldSize,
        Optional<String> networkInterface) {
    private static final int LAST_PORT = 65_535;

    public Rendezvous {
        check(!host.isBlank(), "MASTER_ADDR is blank: give the host of rank 0");
        check(port >= 1 && port <= LAST_PORT, "MASTER_PORT must be in [1, %d], got %d", LAST_PORT, port);
        check(worldSize >= 1, "WORLD_SIZE must be at least 1, got %d", worldSize);
        check(rank >= 0 && rank < worldSize, "RANK must be in [0, %d), got %d", worldSize, rank);
        check(
                localWorldSize >= 1 && localWorldSize <= worldSize,
                "LOCAL_WORLD_SIZE must be in [1, %d], got %d",
                worldSize,
                localWorldSize);
        check(localRank >= 0, "LOCAL_RANK must be 0 or more, got %d", localRank);
    }

    /** A rank of a world that is all on this machine. */
    public static Rendezvous local(int port, int rank, int worldSize) {
        return new Rendezvous("127.0.0.1", port, rank, rank, worldSize, worldSize, Optional.empty());
    }

    /**
     * What the environment says; empty when it names no world or one of a single process.
     *
     * @throws IllegalArgumentException naming the variable that is missing, no number or out of range
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
                environment.containsKey("LOCAL_RANK") ? number(environment, "LOCAL_RANK") : 0,
                number(environment, "WORLD_SIZE"),
                environment.containsKey("LOCAL_WORLD_SIZE") ? number(environment, "LOCAL_WORLD_SIZE") : 1,
                Optional.ofNullable(environment.get("GLOO_SOCKET_IFNAME")).filter(name -> !name.isBlank())));
    }

    /** What a process must find in its environment to be this rank. */
    public Map<String, String> variables() {
        return Map.of(
                "MASTER_ADDR", host,
                "MASTER_PORT", Integer.toString(port),
                "RANK", Integer.toString(rank),
                "LOCAL_RANK", Integer.toString(localRank),
                "WORLD_SIZE", Integer.toString(worldSize),
                "LOCAL_WORLD_SIZE", Integer.toString(localWorldSize));
    }

    /** {@code rank 3 of 4}. */
    @Override
    public String toString() {
        return "rank " + rank + " of " + worldSize;
    }

    private static String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        check(
                value != null,
                "WORLD_SIZE is set but %s is not: a run on several ranks needs RANK, WORLD_SIZE, MASTER_ADDR "
                        + "and MASTER_PORT",
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
