package io.github.coda4j.cli.serve;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.GrowFlag;
import io.github.coda4j.cli.HeapKeeper;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.KeepFlag;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.ServerLog;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.kernel.VectorWidth;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.serve.CodaServer;
import io.github.coda4j.serve.ModelFolder;
import io.github.coda4j.serve.ServeOptions;
import io.github.coda4j.serve.ServedModel;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda serve}. */
@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Serve a model to editors and programs, over HTTP as OpenAI's clients speak it.",
            "",
            "When the model can answer, one line goes to standard output: listening on http://HOST:PORT. Flags that "
                    + "decode are what counts where a request says nothing. Behind the flags these variables of the "
                    + "environment count: HOST PORT MODEL_NAME DEVICE MAX_TOKENS STEPS ALG ALG_PARAM ALG_TEMP "
                    + "BLOCK_LENGTH TEMPERATURE TOP_P TOP_K CACHE_REFRESH CACHED_ROWS "
                    + "CANVAS_WINDOW STOP (a text, or a JSON list of texts), "
                    + "TORCH_DTYPE (bfloat16, float32 or auto) behind --dtype; "
                    + "API_KEY is one more key, LOG_LEVEL (debug, info, warning, error) what the log tells.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda serve",
            "  coda serve --model Salesforce/CoDA-v0-Instruct --port 8080",
            "  coda serve --host 0.0.0.0 --api-key-file keys.txt --log-requests"
        })
public final class ServeCommand implements Callable<Integer> {
    private static final int PACKED_TOKENS = 4096;

    private final World world;
    private final Interrupt interrupt;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFlag model;

    @Mixin
    private ListenFlags listen;

    @Option(
            names = "--max-sessions",
            paramLabel = "N",
            description = "Answers that are worked on at a time (default: 8).")
    private int maxSessions = EngineOptions.DEFAULT.maxSessions();

    @Option(names = "--max-queue", paramLabel = "N", description = "Further answers that may wait (default: 64).")
    private int maxQueue = EngineOptions.DEFAULT.maxQueued();

    @Option(
            names = "--request-timeout",
            paramLabel = "SECONDS",
            description = "The longest time of an answer, waiting included; what is there by then is the answer "
                    + "(default: 600).")
    private long requestTimeout = ServeOptions.DEFAULT_TIMEOUT.toSeconds();

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            description = "How long answers under way may take when the server is told to end (default: 10).")
    private long drain = 10;

    @Option(names = "--log-requests", description = "Write one line of JSON for each request to standard output.")
    private boolean logRequests;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest answer in tokens where a request does not say it; environment MAX_TOKENS "
                    + "(default: " + DecodeDefaults.NEW_TOKENS + ").")
    private Optional<Integer> maxNewTokens = Optional.empty();

    @Mixin
    private KeepFlag keep;

    @Mixin
    private GrowFlag grow;

    @Mixin
    private LoadFlags load;

    @Mixin
    private DecodeFlags decode;

    public ServeCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() throws InterruptedException {
        check(requestTimeout >= 1, "--request-timeout must be at least 1 second, got %d", requestTimeout);
        if (!Boolean.TRUE.equals(spec.root().findOption("--debug").getValue())) {
            ServerLog.check(world);
        }
        check(drain >= 0, "--drain must be 0 or positive, got %d", drain);
        HttpOptions http = listen.options(world, Duration.ofSeconds(requestTimeout));
        Optional<String> named = model.name().or(() -> world.variable("MODEL_NAME"));
        Path folder = ModelFlag.folder(named, world);
        LoadOptions options = load.options(folder, world, LoadFlags.Purpose.SPEED, this::dtypeOfEnvironment);
        Given flags = grow.addTo(decode.given().with(Parameter.MAX_NEW_TOKENS, maxNewTokens));
        DecodeDefaults behind =
                DecodeDefaults.ofCheckpoint(folder, options.told()).behind(ValueSource.environment(world::variable));
        behind.resolve(flags).maxNewTokens(); // what the flags say must have an effect
        DecodeDefaults defaults = behind.behind(flags);
        ServeOptions serve = new ServeOptions(maxSessions, maxQueue, Duration.ofSeconds(requestTimeout));
        ModelConfig config = config(folder, options);
        EngineOptions engine = keep.addTo(new EngineOptions(maxSessions, maxQueue, PACKED_TOKENS), config);
        try (HeapKeeper _ = HeapKeeper.start();
                RequestLog log = new RequestLog(this::say);
                CodaServer server = CodaServer.start(http, serve, logRequests ? log::add : line -> {});
                OpenModel open = world.openModel(folder, options, engine)) {
            ServedModel served = served(open, new ModelFolder(folder, named), config, defaults);
            Cost step = server.warmUp(served);
            world.note(String.format(
                    Locale.ROOT,
                    "%s, %s on %s: a step over %d tokens takes %.1f ms, with vectors of %d bits",
                    served.name(),
                    options.format(),
                    options.device(),
                    step.promptTokens() + step.newTokens(),
                    step.promptMillis() + step.decodeMillis(),
                    VectorWidth.bits()));
            server.serve(served);
            say("listening on " + server.address());
            interrupt.await();
            server.drain(Duration.ofSeconds(drain));
        }
        return ExitCodes.OK;
    }

    static ModelConfig config(Path folder, LoadOptions load) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return ModelConfig.of(checkpoint, load.told());
        }
    }

    static ServedModel served(OpenModel open, ModelFolder folder, ModelConfig config, DecodeDefaults defaults) {
        return new ServedModel(
                folder.name(),
                open.generator(),
                open.tokenizer(),
                open.maskId(),
                open.endTokens(),
                template(open),
                config.maxPositions(),
                defaults,
                CodaModel.lengths(folder.path()),
                folder.created(),
                folder.fingerprint(),
                config.numParameters());
    }

    private static Optional<ChatTemplate> template(OpenModel open) {
        try {
            return Optional.of(open.template().get());
        } catch (CodaException e) {
            return Optional.empty();
        }
    }

    /** The original's names of numbers. */
    private Optional<String> dtypeOfEnvironment() {
        return world.variable("TORCH_DTYPE").flatMap(name -> switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> Optional.empty();
            case "bfloat16" -> Optional.of("bf16");
            case "float32" -> Optional.of("fp32");
            default ->
                throw new IllegalArgumentException(
                        "environment variable TORCH_DTYPE must be bfloat16, float32 or auto, got '" + name + "'");
        });
    }

    private synchronized void say(String line) {
        world.out().println(line);
        world.out().flush();
    }
}
