package io.github.coda4j.tensor.ranks;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOptions;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch_gloo;
import org.bytedeco.pytorch.gloo.Device;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Processes that compute together, over torch's c10d: Gloo for tensors on the CPU, NCCL for CUDA. All ranks call the
 * same operations in the same order. When one is lost, operations fail on the others as soon as its connections are
 * seen closed, and they are told of its silence in any case.
 */
public final class ProcessGroup implements AutoCloseable {
    private final Rendezvous rendezvous;
    private final MeetingPoint meeting;
    private final Backend backend;
    private final Heartbeat heartbeat;
    private final Timeouts timeouts;
    private final Closing closing = new Closing();

    private ProcessGroup(
            Rendezvous rendezvous, MeetingPoint meeting, Backend backend, Heartbeat heartbeat, Timeouts timeouts) {
        this.rendezvous = rendezvous;
        this.meeting = meeting;
        this.backend = backend;
        this.heartbeat = heartbeat;
        this.timeouts = timeouts;
    }

    /**
     * How long ranks wait for each other.
     *
     * @param join for all ranks to be there at the start
     * @param operation for one operation; longer than anything that one rank does while the others wait, such as
     *     writing a checkpoint
     * @param silence after which a rank of which nothing is heard counts as lost; at least 100 ms
     */
    public record Timeouts(Duration join, Duration operation, Duration silence) {
        /**
         * Ten minutes for pods to be scheduled, half an hour for the slowest disk, 20 seconds for a machine that is
         * gone.
         */
        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofMinutes(10), Duration.ofMinutes(30), Duration.ofSeconds(20));

        private static final long LEAST_SILENCE_MILLIS = 100;

        public Timeouts {
            check(join.isPositive(), "the time to join must be positive, got %s", join);
            check(operation.isPositive(), "the time for an operation must be positive, got %s", operation);
            check(
                    silence.toMillis() >= LEAST_SILENCE_MILLIS,
                    "the silence of a lost rank must be at least %d ms, got %s",
                    LEAST_SILENCE_MILLIS,
                    silence);
        }
    }

    /**
     * An operation that goes on while this rank computes; its tensor must stay alive and untouched until it is done.
     */
    public final class Pending {
        private final Work work;
        private final String what;

        private Pending(Work work, String what) {
            this.work = work;
            this.what = what;
        }

        /** @throws CodaException when another rank is lost or does not answer in time */
        public void await() {
            try {
                work._wait();
            } catch (RuntimeException e) {
                throw lost(what, e);
            } finally {
                work.releaseReference();
            }
        }
    }

    /**
     * Waits for all ranks and joins them.
     *
     * @param device what tensors live on
     * @param lost gets a message, once and from a thread of its own, when another rank is lost; operations that wait
     *     for that rank may fail before, later or not at all, so that this should end the process
     * @throws CodaException naming the ranks that are not there in time, or what rank 0 cannot do
     */
    public static ProcessGroup join(
            Rendezvous rendezvous, io.github.coda4j.tensor.Device device, Timeouts timeouts, Consumer<String> lost) {
        Libtorch.load();
        NativeLog.quiet();
        MeetingPoint meeting = new MeetingPoint(rendezvous, timeouts.join());
        try {
            meeting.awaitAll();
            Backend backend = device.isCuda()
                    ? nccl(meeting.store(), rendezvous, timeouts)
                    : gloo(meeting.store(), rendezvous, timeouts);
            backend.retainReference();
            Heartbeat heartbeat = new Heartbeat(rendezvous, meeting.connectAgain(), timeouts.silence(), lost);
            return new ProcessGroup(rendezvous, meeting, backend, heartbeat, timeouts);
        } catch (CodaException e) {
            meeting.close();
            throw e;
        } catch (RuntimeException | IOException e) {
            meeting.close();
            throw new CodaException(
                    String.format(
                            Locale.ROOT,
                            "%s met the others at %s:%d but could not connect to them: %s; GLOO_SOCKET_IFNAME "
                                    + "names the network"
                                    + " interface to use",
                            rendezvous,
                            rendezvous.host(),
                            rendezvous.port(),
                            firstLine(e)),
                    e);
        }
    }

    private static Backend nccl(TCPStore store, Rendezvous rendezvous, Timeouts timeouts) {
        ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
        options.timeout(new Milliseconds(timeouts.operation().toMillis()));
        return new ProcessGroupNCCL(store, rendezvous.rank(), rendezvous.worldSize(), options);
    }

    private static Backend gloo(TCPStore store, Rendezvous rendezvous, Timeouts timeouts) throws IOException {
        Loader.load(torch_gloo.class);
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(
                new Milliseconds(timeouts.operation().toMillis()));
        Device device = rendezvous.networkInterface().isPresent()
                ? ProcessGroupGloo.createDeviceForInterface(
                        rendezvous.networkInterface().get())
                : ProcessGroupGloo.createDeviceForHostname(MeetingPoint.ownAddress(rendezvous));
        options.devices(new GlooDeviceVector(device));
        options.threads(2);
        return new ProcessGroupGloo(store, rendezvous.rank(), rendezvous.worldSize(), options);
    }

    public int rank() {
        return rendezvous.rank();
    }

    public int size() {
        return rendezvous.worldSize();
    }

    /**
     * Adds up a tensor over all ranks, in place on {@code root}; on the others its content is undefined afterwards.
     *
     * @param what for the message when it fails
     */
    public Pending reduce(Tensor tensor, int root, String what) {
        check(root >= 0 && root < size(), "root must be a rank in [0, %d), got %d", size(), root);
        try (ReduceOptions options = new ReduceOptions();
                TensorVector tensors = new TensorVector(tensor.raw())) {
            options.rootRank(root);
            options.timeout(new Milliseconds(timeouts.operation().toMillis()));
            return start(backend.reduce(tensors, options), what);
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    /** Copies a tensor from {@code root} to all ranks. */
    public Pending broadcast(Tensor tensor, int root, String what) {
        check(root >= 0 && root < size(), "root must be a rank in [0, %d), got %d", size(), root);
        try (BroadcastOptions options = new BroadcastOptions();
                TensorVector tensors = new TensorVector(tensor.raw())) {
            options.rootRank(root);
            options.timeout(new Milliseconds(timeouts.operation().toMillis()));
            return start(backend.broadcast(tensors, options), what);
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    /** Sends a tensor to one rank, which must {@link #receive} it. */
    public Pending send(Tensor tensor, int to, String what) {
        check(
                to >= 0 && to < size() && to != rank(),
                "a tensor is sent to another rank in [0, %d), got %d",
                size(),
                to);
        try (TensorVector tensors = new TensorVector(tensor.raw())) {
            return start(backend.send(tensors, to, 0), what);
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    /** Overwrites a tensor with what another rank sends. */
    public Pending receive(Tensor tensor, int from, String what) {
        check(
                from >= 0 && from < size() && from != rank(),
                "a tensor is received from another rank in [0, %d), got %d",
                size(),
                from);
        try (TensorVector tensors = new TensorVector(tensor.raw())) {
            return start(backend.recv(tensors, from, 0), what);
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    /** Adds up a tensor over all ranks, in place on all of them, and waits. */
    public void allReduce(Tensor tensor, String what) {
        try (AllreduceOptions options = new AllreduceOptions();
                TensorVector tensors = new TensorVector(tensor.raw())) {
            options.timeout(new Milliseconds(timeouts.operation().toMillis()));
            start(backend.allreduce(tensors, options), what).await();
        } catch (CodaException e) {
            throw e;
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    private Pending start(Work work, String what) {
        work.retainReference();
        return new Pending(work, what);
    }

    private CodaException lost(String what, RuntimeException cause) {
        return new CodaException(
                String.format(
                        Locale.ROOT,
                        "%s lost another rank while it waited for %s: %s; look at the output of the other "
                                + "ranks, then go on with --resume",
                        rendezvous,
                        what,
                        firstLine(cause)),
                cause);
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }

    /**
     * Says that this rank ends in order and will not be missed; to be called by all ranks after their last operation.
     */
    public void leave() {
        heartbeat.leave();
    }

    /** Lets the others find out that this rank is gone, unless it has left before. */
    @Override
    public void close() {
        closing.once(() -> Closing.all(heartbeat, backend::releaseReference, meeting));
    }
}
