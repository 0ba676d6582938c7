package io.github.coda4j.tensor.ranks;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This rank's connection to the key-value store of rank 0, through which ranks find each other. What c10d would report
 * in pages of native stack frames is asked here first: whether the port is free, whether rank 0 listens, and whether
 * all ranks are there.
 */
final class MeetingPoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeetingPoint.class);
    private static final long RETRY_MILLIS = 100;
    private static final int CONNECT_MILLIS = 2000;

    private final Rendezvous rendezvous;
    private final Duration timeout;
    private final long deadline;
    private final TCPStore store;
    private final Closing closing = new Closing();

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
        this.store = rendezvous.rank() == 0 ? open() : enter();
    }

    private TCPStore open() {
        requireFreePort();
        TCPStore made = connect(true);
        made.add(key("joined", 0), 1);
        return made;
    }

    /**
     * A rank that is started again may find the world that lost it, which has not ended yet; it waits for the next one.
     */
    private TCPStore enter() {
        while (true) {
            awaitRankZero();
            TCPStore found = connect(false);
            if (found.add(key("joined", rendezvous.rank()), 1) == 1) {
                return found;
            }
            found.releaseReference();
            if (System.nanoTime() > deadline) {
                throw CodaException.of(
                        "%s found the ranks at %s:%d training with another rank %d for %d s; end them, or "
                                + "give MASTER_PORT another"
                                + " number",
                        rendezvous, rendezvous.host(), rendezvous.port(), rendezvous.rank(), timeout.toSeconds());
            }
            pause();
        }
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
                                    Locale.ROOT,
                                    "%s waited %d s in vain for rank 0 at %s:%d (%s); is rank 0 running, and "
                                            + "do MASTER_ADDR and"
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
        while (true) {
            List<Integer> missing = IntStream.range(0, rendezvous.worldSize())
                    .filter(rank -> store.add(key("joined", rank), 0) == 0)
                    .boxed()
                    .toList();
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw CodaException.of(
                        "%s waited %d s in vain for rank%s %s; are they running, and do MASTER_ADDR and "
                                + "MASTER_PORT lead them to %s:%d?",
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

    /**
     * The address that the other ranks can reach this one at. It is the one that this machine has in the network that
     * leads to rank 0; where that is the loopback although others are elsewhere (rank 0 is often told localhost), the
     * one of the machine's name, or of its first network interface.
     */
    static String ownAddress(Rendezvous rendezvous) throws IOException {
        if (rendezvous.localWorldSize() == rendezvous.worldSize()) {
            return "127.0.0.1";
        }
        InetAddress own;
        try (DatagramSocket socket = new DatagramSocket()) { // nothing is sent
            socket.connect(new InetSocketAddress(InetAddress.getByName(rendezvous.host()), rendezvous.port()));
            own = socket.getLocalAddress();
        }
        return (own.isLoopbackAddress() ? outward().orElse(own) : own).getHostAddress();
    }

    private static Optional<InetAddress> outward() throws IOException {
        List<InetAddress> candidates = new ArrayList<>();
        try {
            candidates.add(InetAddress.getLocalHost());
        } catch (UnknownHostException e) {
            LOG.info("this machine does not know its own name: {}", e.getMessage());
        }
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .forEach(candidates::add);
        return candidates.stream()
                .filter(address -> !address.isLoopbackAddress())
                .findFirst();
    }

    /** A connection of its own, for another thread. */
    TCPStore connectAgain() {
        return connect(false);
    }

    TCPStore store() {
        return store;
    }

    private static String key(String what, int rank) {
        return "coda/" + what + "/" + rank;
    }

    @Override
    public void close() {
        closing.once(store::releaseReference);
    }
}
