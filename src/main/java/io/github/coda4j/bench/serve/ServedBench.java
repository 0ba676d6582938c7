package io.github.coda4j.bench.serve;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.serve.CodaServer;
import io.github.coda4j.serve.ModelFolder;
import io.github.coda4j.serve.ServeOptions;
import io.github.coda4j.serve.ServedModel;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;

/** A server in this process whose network is counted and can be held. */
final class ServedBench implements AutoCloseable {
    private static final int PACKED_TOKENS = 4096;

    private final LoadOptions load;
    private final CountedDenoiser network;
    private final Engine engine;
    private final CodaServer server;
    private final boolean chats;
    private final Closing closing = new Closing();

    private ServedBench(LoadOptions load, CountedDenoiser network, Engine engine, CodaServer server, boolean chats) {
        this.load = load;
        this.network = network;
        this.engine = engine;
        this.server = server;
        this.chats = chats;
    }

    /**
     * Starts it on any port of the loopback address.
     *
     * @param sessions answers that are worked on at a time
     * @param queue further ones that may wait
     * @throws CodaException when the folder holds no model that these options load
     */
    static ServedBench start(Path folder, LoadOptions load, int sessions, int queue) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ModelConfig config = ModelConfig.of(checkpoint, load.told());
            Tokenizer tokenizer = BpeTokenizer.load(checkpoint);
            CountedDenoiser network = new CountedDenoiser(Transformer.open(checkpoint, load), config);
            Engine engine = new Engine(network, tokenizer, new EngineOptions(sessions, queue, PACKED_TOKENS));
            CodaServer server = CodaServer.start(
                    HttpOptions.local(0), new ServeOptions(sessions, queue, ServeOptions.DEFAULT_TIMEOUT), _ -> {});
            ModelFolder named = new ModelFolder(folder, Optional.empty());
            Optional<ChatTemplate> template = template(folder);
            server.serve(new ServedModel(
                    named.name(),
                    engine,
                    tokenizer,
                    config.maskId(),
                    tokenizer.specialTokens().endTokens(config.eosIds(), config.padId()),
                    template,
                    config.maxPositions(),
                    DecodeDefaults.ofCheckpoint(folder, load.told()),
                    CodaModel.lengths(folder),
                    named.created(),
                    named.fingerprint(),
                    config.numParameters()));
            return new ServedBench(load, network, engine, server, template.isPresent());
        }
    }

    private static Optional<ChatTemplate> template(Path folder) {
        try {
            return Optional.of(ChatTemplate.forCheckpoint(folder));
        } catch (CodaException e) {
            return Optional.empty();
        }
    }

    String address() {
        return server.address();
    }

    /** How its model was loaded. */
    LoadOptions load() {
        return load;
    }

    CountedDenoiser network() {
        return network;
    }

    /** Whether its model chats. */
    boolean chats() {
        return chats;
    }

    int underWay() {
        return server.underWay();
    }

    int openCalls() {
        return server.openCalls();
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(server, engine, network));
    }
}
