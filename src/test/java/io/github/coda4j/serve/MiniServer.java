package io.github.coda4j.serve;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.serve.http.HttpOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A server on this machine with the model in the box. */
final class MiniServer implements AutoCloseable {
    private static final Path FOLDER = Path.of("models/coda-mini");

    private final CodaModel model;
    private final CodaServer server;

    /** @param log is given a line for each call that is over */
    MiniServer(int maxNewTokens, Consumer<String> log) {
        this(FOLDER, maxNewTokens, log);
    }

    /** The same with another model. */
    MiniServer(Path folder, int maxNewTokens, Consumer<String> log) {
        model = CodaModel.open(folder, LoadOptions.forFolder(folder), EngineOptions.DEFAULT);
        server = CodaServer.start(HttpOptions.local(0), new ServeOptions(8, 64, Duration.ofMinutes(1)), log);
        ModelFolder named = new ModelFolder(folder, Optional.empty());
        server.serve(new ServedModel(
                named.name(),
                model,
                model.tokenizer(),
                model.info().maskId(),
                model.endTokens(),
                Optional.of(model.chatTemplate()),
                model.info().maxPositions(),
                model.defaults().behind(Given.inJava().with(Parameter.MAX_NEW_TOKENS, maxNewTokens)),
                CodaModel.lengths(folder),
                named.created(),
                named.fingerprint(),
                model.info().parameters()));
    }

    String address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
        model.close();
    }
}
