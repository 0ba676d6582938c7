package io.github.coda4j.cli.serve;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.World;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.serve.http.HttpOptions.Tls;
import io.github.coda4j.serve.http.Keys;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the server listens, and to whom. */
final class ListenFlags {
    private static final String HOST = "127.0.0.1";
    private static final int PORT = 8000;
    private static final Duration BODY_WAIT = Duration.ofSeconds(30);
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofSeconds(75);

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on; environment HOST (default: " + HOST + ").")
    private Optional<String> host = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port, 0 for any that is free; environment PORT (default: " + PORT + ").")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "File with a key on each line, which clients must show; readable by its owner alone. "
                    + "Environment API_KEY gives one key.")
    private Optional<Path> keyFile = Optional.empty();

    @Option(names = "--insecure", description = "Listen on another address than loopback without a key.")
    private boolean insecure;

    @Option(
            names = "--cors-origin",
            paramLabel = "URL",
            description = "Pages of this origin may call from browsers, for example http://localhost:3000; may be "
                    + "given several times.")
    private List<String> origins = new ArrayList<>();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificates in PEM, for https.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's key in PEM.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            description = "The largest body of a request (default: " + HttpOptions.DEFAULT_MAX_BODY + ").")
    private int maxBody = HttpOptions.DEFAULT_MAX_BODY;

    @Option(
            names = "--keep-alive",
            paramLabel = "SECONDS",
            description = "Silence after which a stream says that it is still there; 0 is never (default: 10).")
    private int keepAlive = 10;

    /**
     * How the server listens.
     *
     * @param requestTimeout the longest time of an answer
     * @throws IllegalArgumentException when the flags do not go together
     * @throws CodaException when a file cannot be used
     */
    HttpOptions options(World world, Duration requestTimeout) {
        String address = host.or(() -> world.variable("HOST")).orElse(HOST);
        List<String> keys = keys(world);
        check(
                !keys.isEmpty() || insecure || isLoopback(address),
                "%s is open to others: give a key with --api-key-file FILE or API_KEY, or say --insecure",
                address);
        check(keepAlive >= 0, "--keep-alive must be 0 (never) or positive, got %d", keepAlive);
        return new HttpOptions(
                address,
                port.orElseGet(() -> portOfEnvironment(world)),
                tls(),
                new Keys(keys),
                origins,
                maxBody,
                Duration.ofSeconds(keepAlive),
                STALL,
                BODY_WAIT,
                IDLE,
                requestTimeout.plus(IDLE));
    }

    private List<String> keys(World world) {
        List<String> keys = new ArrayList<>();
        keyFile.ifPresent(file -> keys.addAll(KeyFile.read(file)));
        world.variable("API_KEY").ifPresent(keys::add);
        return keys;
    }

    private static int portOfEnvironment(World world) {
        Optional<String> text = world.variable("PORT");
        try {
            return text.map(Integer::valueOf).orElse(PORT);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "environment variable PORT must be an integer, got '" + text.orElseThrow() + "'", e);
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new CodaException(
                    "there is no address " + address + ": --host takes one of this machine, 127.0.0.1 or 0.0.0.0 "
                            + "for example",
                    e);
        }
    }

    private Optional<Tls> tls() {
        check(certificate.isPresent() == key.isPresent(), "--tls-cert and --tls-key go together: give both or none");
        return certificate.map(file -> new Tls(file, key.orElseThrow()));
    }
}
