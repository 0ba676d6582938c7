package io.github.coda4j.serve;

import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.text.ChatTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on this machine over a real engine. Its network writes digits, the position modulo 10, in an order that
 * looks random; its tokens are bytes.
 */
public final class Served implements AutoCloseable {
    public static final int POSITIONS = 4096;
    public static final int SESSIONS = 4;
    public static final int QUEUE = 4;
    public static final HttpOptions HTTP = HttpOptions.local(0);

    private final RuleDenoiser denoiser;
    private final Engine engine;
    private final CodaServer server;
    private final Client client;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private Runnable atEnd = () -> {};

    public Served() {
        this(HTTP, new RuleDenoiser(POSITIONS, (_, position) -> '0' + position % 10));
    }

    public Served(HttpOptions http, RuleDenoiser denoiser) {
        this(http, denoiser, Duration.ofMinutes(1));
    }

    public Served(HttpOptions http, RuleDenoiser denoiser, Duration timeout) {
        this.denoiser = denoiser;
        this.engine = new Engine(denoiser, new ByteTokenizer(), new EngineOptions(SESSIONS, QUEUE, 1 << 16));
        this.server = CodaServer.start(http, new ServeOptions(SESSIONS, QUEUE, timeout), log::add);
        server.serve(model(engine));
        this.client = new Client(server.address());
    }

    public static ServedModel model(Generator generator) {
        return new ServedModel(
                "bytes",
                generator,
                new ByteTokenizer(),
                ByteTokenizer.MASK,
                Set.of(ByteTokenizer.END),
                Optional.of(ChatTemplate.coda()),
                POSITIONS,
                DecodeDefaults.STANDARD,
                LengthOptions.DEFAULT,
                1_700_000_000,
                "fp_test",
                1000);
    }

    /** Answers as somebody's defaults want it from now on. */
    void serve(DecodeDefaults defaults) {
        ServedModel model = model(engine);
        server.serve(new ServedModel(
                model.name(),
                model.generator(),
                model.tokenizer(),
                model.maskId(),
                model.endTokens(),
                model.template(),
                model.maxPositions(),
                defaults,
                model.lengths(),
                model.created(),
                model.fingerprint(),
                model.parameters()));
    }

    /** Takes its first steps, as a server does before it listens. */
    void warmUp() {
        server.warmUp(model(engine));
    }

    /** The same, which does this before it is closed. */
    public Served beforeClose(Runnable work) {
        atEnd = work;
        return this;
    }

    public RuleDenoiser denoiser() {
        return denoiser;
    }

    public CodaServer server() {
        return server;
    }

    public Client client() {
        return client;
    }

    /** A line for each call that is over. */
    public List<String> log() {
        return log;
    }

    @Override
    public void close() {
        atEnd.run();
        client.close();
        server.close();
        engine.close();
    }
}
