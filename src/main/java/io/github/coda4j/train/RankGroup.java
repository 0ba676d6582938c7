package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import io.github.coda4j.tensor.ranks.ProcessGroup;
import io.github.coda4j.tensor.ranks.Rendezvous;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** This process among those that train together: alone, or one rank of several. */
public final class RankGroup implements AutoCloseable {
    /** Gradients that are sent at a time: 16 MB, several pieces per layer of the full model. */
    private static final long BUCKET_ELEMENTS = 4 << 20;

    private static final int HALF = 32;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private final Optional<Rendezvous> rendezvous;
    private final Optional<ProcessGroup> group;
    private final Device device;

    private RankGroup(Optional<Rendezvous> rendezvous, Optional<ProcessGroup> group, Device device) {
        this.rendezvous = rendezvous;
        this.group = group;
        this.device = device;
    }

    /**
     * Joins the others, if there are any; waits for all ranks.
     *
     * @param device what the run computes on; of several ranks on CUDA each takes the one of its number on the machine
     * @param lost as for {@link ProcessGroup#join}
     * @throws CodaException when not all ranks come in time
     */
    public static RankGroup join(
            Optional<Rendezvous> rendezvous, Device device, ProcessGroup.Timeouts timeouts, Consumer<String> lost) {
        if (rendezvous.isEmpty()) {
            return new RankGroup(rendezvous, Optional.empty(), device);
        }
        Rendezvous meeting = rendezvous.get();
        Device own = device.isCuda() ? new Device(Device.Type.CUDA, meeting.localRank()) : device;
        return new RankGroup(rendezvous, Optional.of(ProcessGroup.join(meeting, own, timeouts, lost)), own);
    }

    /** A process that trains alone, whatever its environment says. */
    public static RankGroup alone(Device device) {
        return new RankGroup(Optional.empty(), Optional.empty(), device);
    }

    /**
     * Joins the ranks that the environment names (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and more, as torchrun sets
     * them), if it names any; waits for all of them, at most ten minutes.
     *
     * @param device what the run computes on; of several ranks on CUDA each takes the one of its number on the machine
     * @param lost told on a thread of its own, with a message for people, when another rank is lost while this one may
     *     be in native code that nothing interrupts: it should end the process
     * @throws IllegalArgumentException naming the variable that is missing, no number or out of range
     * @throws CodaException when not all ranks come in time
     */
    public static RankGroup join(Map<String, String> environment, Device device, Consumer<String> lost) {
        return join(Rendezvous.of(environment), device, ProcessGroup.Timeouts.DEFAULT, lost);
    }

    /**
     * The variables that make a process one rank of several that are all on this machine.
     *
     * @param port that is free on this machine
     * @param rank 0 to {@code size} - 1
     */
    public static Map<String, String> variables(int port, int rank, int size) {
        return Rendezvous.local(port, rank, size).variables();
    }

    /** Number of this process, 0 to {@link #size} - 1. */
    public int rank() {
        return rendezvous.map(Rendezvous::rank).orElse(0);
    }

    public int size() {
        return rendezvous.map(Rendezvous::worldSize).orElse(1);
    }

    /** Whether this is the rank that prints and writes. */
    public boolean isFirst() {
        return rank() == 0;
    }

    /** This rank's share of so many processors of its machine, at least 1. */
    public int share(int processors) {
        return Math.max(
                1, processors / rendezvous.map(Rendezvous::localWorldSize).orElse(1));
    }

    /** What this rank computes on. */
    public Device device() {
        return device;
    }

    /**
     * Lets rank 0 work before the others do: it makes what they find.
     *
     * @param what the others wait for, for messages
     */
    public <T> T firstThenOthers(String what, Supplier<T> work) {
        if (isFirst()) {
            T result = work.get();
            sum(what, 0);
            return result;
        }
        sum(what, 0);
        return work.get();
    }

    /** Lets rank 0 do what the others only wait for. */
    public void firstOnly(String what, Runnable work) {
        if (isFirst()) {
            work.run();
        }
        sum(what, 0);
    }

    /**
     * Compares a number that must be the same on all ranks.
     *
     * @param what it is, for messages
     * @throws CodaException on a rank whose number is not the mean of all
     */
    public void requireSame(String what, long number) {
        double high = number >> HALF;
        double low = number & LOW_HALF;
        double[] sums = sum(what, high, low);
        if (sums[0] != high * size() || sums[1] != low * size()) {
            throw CodaException.of(
                    "%s is not the same on all ranks (%d on rank %d); they need the same files and the same "
                            + "command line",
                    what, number, rank());
        }
    }

    /** Sums each number over all ranks, which call it together. */
    double[] sum(String what, double... values) {
        if (group.isEmpty()) {
            return values;
        }
        try (Scope _ = Scope.open()) {
            Tensor tensor = Tensor.of(values, values.length).to(device);
            group.get().allReduce(tensor, what);
            return tensor.toDoubles();
        }
    }

    /** The updater of this rank, which owns neither the parameters nor this. */
    public Updater updater(ParameterStore parameters, OptimizerSettings settings) {
        return group.<Updater>map(joined -> new ShardedUpdater(parameters, joined, settings, BUCKET_ELEMENTS))
                .orElseGet(() -> new LocalUpdater(parameters, settings));
    }

    /** Says that this rank has done all that it does together with the others. */
    public void leave() {
        group.ifPresent(ProcessGroup::leave);
    }

    /** Ends this rank's part; without {@link #leave} before, the others are told that it is lost. */
    @Override
    public void close() {
        group.ifPresent(ProcessGroup::close);
    }
}
