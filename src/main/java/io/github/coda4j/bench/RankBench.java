package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.ranks.ProcessGroup;
import io.github.coda4j.tensor.ranks.Rendezvous;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;

/** Times what ranks send each other when they train, and checks the sums; also of one rank alone. */
public final class RankBench {
    private static final ProcessGroup.Timeouts TIMEOUTS =
            new ProcessGroup.Timeouts(Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofSeconds(20));
    private static final int ELEMENTS_PER_MEGABYTE = 1_000_000 / Float.BYTES;

    private RankBench() {}

    /**
     * What it took.
     *
     * @param allReduceSeconds median of summing the tensor on all ranks
     * @param broadcastSeconds median of sending it from rank 0 to all
     */
    public record Result(int rank, int ranks, long bytes, double allReduceSeconds, double broadcastSeconds) {}

    /**
     * Joins the ranks that the environment names, or makes a group of this process alone, and measures.
     *
     * @param device that holds the tensor; NCCL on CUDA, Gloo on the CPU
     * @param megabytes of the tensor, at least 1
     * @throws CodaException when ranks do not come, are lost, or a sum is wrong
     */
    public static Result measure(Map<String, String> environment, Device device, int megabytes, Timing timing) {
        check(megabytes >= 1 && megabytes <= 4000, "megabytes must be in [1, 4000], got %d", megabytes);
        Rendezvous rendezvous = Rendezvous.of(environment).orElseGet(() -> Rendezvous.local(freePort(), 0, 1));
        Device own = device.isCuda() ? new Device(Device.Type.CUDA, rendezvous.localRank()) : device;
        ProcessGroup group = ProcessGroup.join(rendezvous, own, TIMEOUTS, _ -> {});
        try (group;
                Scope _ = Scope.open()) {
            Tensor ones = Tensor.zeros(DType.F32, own, (long) megabytes * ELEMENTS_PER_MEGABYTE);
            int ranks = rendezvous.worldSize();
            double allReduce = timing.seconds(() -> {
                ones.zero();
                ones.accumulate(one(own), 1);
                group.allReduce(ones, "the sum of the measurement");
                if (ones.narrow(0, 0, 1).toFloats()[0] != ranks) {
                    throw CodaException.of("the sum of ones over %d ranks is not %d", ranks, ranks);
                }
            });
            double broadcast = timing.seconds(() -> {
                group.broadcast(ones, 0, "the tensor of the measurement").await();
                ones.narrow(0, 0, 1).toFloats();
            });
            group.leave();
            return new Result(rendezvous.rank(), ranks, (long) megabytes * 1_000_000, allReduce, broadcast);
        }
    }

    private static Tensor one(Device device) {
        return Tensor.of(new float[] {1}, 1).to(device);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CodaException("no port is free for a group of one rank: " + e.getMessage(), e);
        }
    }
}
