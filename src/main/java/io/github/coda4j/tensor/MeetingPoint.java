package io.github.coda4j.tensor;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * This rank's connection to the key-value store of rank 0, through which ranks find each other. What c10d would report in pages of native
 * stack frames is asked here first: whether the port is free, whether rank 0 listens, and whether all ranks are there.
 */
final class MeetingPoint implements AutoCloseable {
    private static final long RETRY_MILLIS = 100;
    private static final int CONNECT_MILLIS = 2000;

    private final Rendezvous rendezvous;
    private final Duration timeout;
    private final long deadline;
    private final TCPStore store;

    /**
     * Connects; rank 0 opens the store.
     *
     * @param timeout for this and for {@link #awaitAll} together
     * @throws CodaException when rank 0 does not listen in time, or cannot
     */
    MeetingPoint(Rendezvous rendezvous, Duration timeout) {
        this.rendezvous = rendezvous;
        this.timeout = timeout;
        this.deadline = System.nanoTime() + timeout.toNanos();
        if (rendezvous.rank() == 0) {
            requireFreePort();
        } else {
            awaitRankZero();
        }
        this.store = connect(rendezvous.rank() == 0);
    }

    private void requireFreePort() {
        try {
            new ServerSocket(rendezvous.port()).close();
        } catch (IOException e) {
            throw new CodaException(
                    "rank 0 cannot listen on port " + rendezvous.port() + " of this machine: " + e.getMessage()
                            + "; set MASTER_PORT to a free port on all ranks",
                    e);
        }
    }

    private void awaitRankZero() {
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(rendezvous.host(), rendezvous.port()), CONNECT_MILLIS);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new CodaException(
                            String.format(
                                    "%s waited %d s in vain for rank 0 at %s:%d (%s); is rank 0 running, and do MASTER_ADDR and"
                                            + " MASTER_PORT lead to it?",
                                    rendezvous,
                                    timeout.toSeconds(),
                                    rendezvous.host(),
                                    rendezvous.port(),
                                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                            e);
                }
            }
            pause();
        }
    }

    private TCPStore connect(boolean server) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) rendezvous.port());
        options.isServer(server);
        options.waitWorkers(false);
        options.multiTenant(true);
        options.timeout(new Milliseconds(timeout.toMillis()));
        TCPStore made = new TCPStore(rendezvous.host(), options);
        made.retainReference();
        return made;
    }

    /** @throws CodaException naming the ranks that did not come in time */
    void awaitAll() {
        increment("joined", rendezvous.rank());
        while (true) {
            List<Integer> missing = IntStream.range(0, rendezvous.worldSize())
                    .filter(rank -> count("joined", rank) == 0)
                    .boxed()
                    .toList();
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw CodaException.of(
                        "%s waited %d s in vain for rank%s %s; are they running, and do MASTER_ADDR and MASTER_PORT lead them to %s:%d?",
                        rendezvous,
                        timeout.toSeconds(),
                        missing.size() == 1 ? "" : "s",
                        missing.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                        rendezvous.host(),
                        rendezvous.port());
            }
            pause();
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CodaException(rendezvous + " was interrupted while it waited for the other ranks", e);
        }
    }

    /** A connection of its own, for another thread. */
    TCPStore connectAgain() {
        return connect(false);
    }

    TCPStore store() {
        return store;
    }

    private void increment(String what, int rank) {
        store.add("coda/" + what + "/" + rank, 1);
    }

    private long count(String what, int rank) {
        return store.add("coda/" + what + "/" + rank, 0);
    }

    @Override
    public void close() {
        store.releaseReference();
    }
}
