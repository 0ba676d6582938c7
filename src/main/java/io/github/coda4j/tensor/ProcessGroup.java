package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.time.Duration;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOptions;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch_gloo;
import org.bytedeco.pytorch.gloo.Device;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Processes that compute together, over torch's c10d: Gloo for tensors on the CPU, NCCL for CUDA. All ranks call the same operations in
 * the same order; what one of them waits for in vain ends with an error on all of them, at the latest after the timeout.
 */
public final class ProcessGroup implements AutoCloseable {
    private final Rendezvous rendezvous;
    private final TCPStore store;
    private final Backend backend;
    private final Duration timeout;

    private ProcessGroup(Rendezvous rendezvous, TCPStore store, Backend backend, Duration timeout) {
        this.rendezvous = rendezvous;
        this.store = store;
        this.backend = backend;
        this.timeout = timeout;
    }

    /** An operation that goes on while this rank computes; its tensor must stay alive and untouched until it is done. */
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
     * @param timeout of joining and of every operation
     * @param networkInterface of this machine that Gloo talks over, for example eth0; empty for the one of the machine's name, or the
     *     loopback when rank 0 is on it
     * @throws CodaException when not all ranks are there in time
     */
    public static ProcessGroup join(
            Rendezvous rendezvous,
            io.github.coda4j.tensor.Device device,
            Duration timeout,
            Optional<String> networkInterface) {
        Libtorch.load();
        try {
            TCPStore store = store(rendezvous, timeout);
            Backend backend = device.isCuda()
                    ? new ProcessGroupNCCL(store, rendezvous.rank(), rendezvous.worldSize())
                    : gloo(store, rendezvous, timeout, networkInterface);
            backend.retainReference();
            return new ProcessGroup(rendezvous, store, backend, timeout);
        } catch (RuntimeException e) {
            throw new CodaException(
                    String.format(
                            "rank %d of %d could not join the others at %s:%d within %d s: %s; is every rank running, and can it reach rank 0?",
                            rendezvous.rank(),
                            rendezvous.worldSize(),
                            rendezvous.host(),
                            rendezvous.port(),
                            timeout.toSeconds(),
                            firstLine(e)),
                    e);
        }
    }

    private static TCPStore store(Rendezvous rendezvous, Duration timeout) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) rendezvous.port());
        options.isServer(rendezvous.rank() == 0);
        options.waitWorkers(false);
        options.multiTenant(true);
        options.timeout(new Milliseconds(timeout.toMillis()));
        TCPStore store = new TCPStore(rendezvous.host(), options);
        store.retainReference();
        return store;
    }

    private static Backend gloo(
            TCPStore store, Rendezvous rendezvous, Duration timeout, Optional<String> networkInterface) {
        Loader.load(torch_gloo.class);
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(new Milliseconds(timeout.toMillis()));
        boolean local =
                rendezvous.host().equals("localhost") || rendezvous.host().startsWith("127.");
        Device device = networkInterface
                .map(ProcessGroupGloo::createDeviceForInterface)
                .orElseGet(() -> local
                        ? ProcessGroupGloo.createDeviceForHostname("127.0.0.1")
                        : ProcessGroupGloo.createDefaultDevice());
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
            options.timeout(new Milliseconds(timeout.toMillis()));
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
            options.timeout(new Milliseconds(timeout.toMillis()));
            return start(backend.broadcast(tensors, options), what);
        } catch (RuntimeException e) {
            throw lost(what, e);
        }
    }

    /** Adds up a tensor over all ranks, in place on all of them, and waits. */
    public void allReduce(Tensor tensor, String what) {
        try (AllreduceOptions options = new AllreduceOptions();
                TensorVector tensors = new TensorVector(tensor.raw())) {
            options.timeout(new Milliseconds(timeout.toMillis()));
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
                        "rank %d of %d lost another rank while it waited for %s: %s; look at the output of the other ranks, then go on with --resume",
                        rank(), size(), what, firstLine(cause)),
                cause);
    }

    private static String firstLine(RuntimeException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }

    @Override
    public void close() {
        backend.releaseReference();
        store.releaseReference();
    }
}
