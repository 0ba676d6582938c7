package io.github.coda4j.cli.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.NGram;
import io.github.coda4j.eval.answers.Answer;
import io.github.coda4j.eval.answers.AnswerRun;
import io.github.coda4j.eval.answers.Asking;
import io.github.coda4j.eval.answers.Asking.ChatForm;
import io.github.coda4j.eval.answers.ModelRespondent;
import io.github.coda4j.eval.answers.NGramRespondent;
import io.github.coda4j.eval.answers.Programs;
import io.github.coda4j.eval.answers.Question;
import io.github.coda4j.eval.answers.Respondent;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.remote.ModelServer;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Who is asked, opened once for all sets: a model in this process or a server. */
final class Asked implements AutoCloseable {
    private static final int PACKED_TOKENS = 1 << 20;
    private static final int USUAL_TIMEOUT = 600;

    private final AskFlags flags;
    private final World world;
    private final Who who;
    private final Supplier<Sanitizer> makeSanitizer;
    private final Closing closing = new Closing();
    private Optional<Sanitizer> sanitizer = Optional.empty();
    private Optional<NGramRespondent> baseline = Optional.empty();

    /** What differs between a model of ours and a server. */
    private sealed interface Who {
        ObjectNode described();

        /** The folder with its tokenizer, where there is one here. */
        Optional<Path> folder();

        /** Those of an answer's text, for the length of a hole. */
        Optional<Tokenizer> tokenizer();

        Optional<Supplier<ChatTemplate>> template();

        Respondent respondent(Point point, Given given);

        /** Gives up what it holds. */
        void end();
    }

    private Asked(AskFlags flags, World world, Who who, Supplier<Sanitizer> makeSanitizer) {
        this.flags = flags;
        this.world = world;
        this.who = who;
        this.makeSanitizer = makeSanitizer;
    }

    /**
     * Opens the model, or asks the server which it has.
     *
     * @throws CodaException when there is no such model, or the server cannot be asked
     */
    static Asked open(AskFlags flags, World world, JudgeFlags judging) {
        Who who = flags.baseUrl.isPresent() ? server(flags, world) : model(flags, world);
        return new Asked(flags, world, who, () -> new Sanitizer(judging.python(world), judging.sandbox(world)));
    }

    private static Who model(AskFlags flags, World world) {
        Path folder = flags.model.folder(world);
        LoadOptions options = flags.load.options(folder, world, LoadFlags.Purpose.SPEED);
        ObjectNode described = JsonNodeFactory.instance.objectNode();
        int maxPositions;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            maxPositions = ModelConfig.of(checkpoint, options.told()).maxPositions();
            described
                    .put(
                            "name",
                            folder.toAbsolutePath().normalize().getFileName().toString())
                    .put("weights", checkpoint.fingerprint())
                    .put("format", options.format().toString())
                    .put("engine", options.engine().toString())
                    .put("device", options.device().toString());
        }
        DecodeDefaults defaults =
                DecodeDefaults.ofCheckpoint(folder, options.told()).behind(ValueSource.environment(world::variable));
        defaults = flags.presetValues().map(defaults::behind).orElse(defaults);
        OpenModel open = world.openModel(folder, options, new EngineOptions(flags.together, 0, PACKED_TOKENS));
        return new Own(folder, open, defaults, CodaModel.lengths(folder), maxPositions, described);
    }

    /** A model in this process. */
    private record Own(
            Path where,
            OpenModel open,
            DecodeDefaults defaults,
            LengthOptions lengths,
            int maxPositions,
            ObjectNode described)
            implements Who {
        @Override
        public Optional<Path> folder() {
            return Optional.of(where);
        }

        @Override
        public Optional<Tokenizer> tokenizer() {
            return Optional.of(open.tokenizer());
        }

        @Override
        public Optional<Supplier<ChatTemplate>> template() {
            return Optional.of(open.template());
        }

        @Override
        public Respondent respondent(Point point, Given given) {
            return new ModelRespondent(
                    open.generator(),
                    open.tokenizer(),
                    open.endTokens(),
                    maxPositions,
                    defaults.resolve(given),
                    lengths,
                    point.benchmark().fileName());
        }

        @Override
        public void end() {
            open.close();
        }
    }

    private static Who server(AskFlags flags, World world) {
        Optional<String> key = flags.apiKeyVariable.map(name -> world.variable(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "--api-key-env names " + name + ", which is not set or empty in the environment")));
        ModelServer.Address address = ModelServer.Address.of(
                flags.baseUrl.orElseThrow(), key, Duration.ofSeconds(flags.requestTimeout.orElse(USUAL_TIMEOUT)));
        Optional<Path> template = flags.template.map(name -> world.modelStore().folder(name));
        ModelServer server = ModelServer.connect(
                address,
                flags.model.name(),
                ProxyVariables.of(world.environment()),
                (what, reason, wait) -> world.note(String.format(
                        Locale.ROOT, "%s: %s; trying again in %.1f s", what, reason, wait.toMillis() / 1e3)));
        return new Remote(server, flags, template);
    }

    /** A server. */
    private record Remote(ModelServer server, AskFlags flags, Optional<Path> folder) implements Who {
        @Override
        public ObjectNode described() {
            return server.model();
        }

        @Override
        public Optional<Tokenizer> tokenizer() {
            return folder.map(BpeTokenizer::load);
        }

        @Override
        public Optional<Supplier<ChatTemplate>> template() {
            return folder.map(path -> () -> ChatTemplate.forCheckpoint(path));
        }

        @Override
        public Respondent respondent(Point point, Given given) {
            return server.respondent(Sampling.json(given, flags.presetValues()));
        }

        @Override
        public void end() {
            server.close();
        }
    }

    /** Which model or server it is, for the record. */
    ObjectNode described() {
        return who.described();
    }

    /** The folder of the model that is asked, or of the one that stands for it here. */
    Path folder() {
        return who.folder()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the 5-gram needs the model's tokenizer: add --template MODEL, or leave it out"));
    }

    /** The tokenizer of the model that is asked. */
    Tokenizer tokenizer() {
        return who.tokenizer()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--length oracle needs the model's tokenizer: add --template MODEL, or take --length auto or a"
                                + " number"));
    }

    /** Sets the baseline that {@link Point.Who#NGRAM} means. */
    void baseline(NGram model, String learned) {
        baseline = Optional.of(new NGramRespondent(model, tokenizer(), learned));
    }

    private Asking asking(Point point) {
        Benchmark benchmark = point.benchmark();
        if (benchmark.isInfilling()) {
            // Counted only where the length asks for it.
            ToIntFunction<String> tokens = text -> tokenizer().encodeOrdinary(text).length;
            return new Asking.ByHole(
                    benchmark, point.length().orElseThrow(), point.who() == Point.Who.LEFT_ONLY, tokens);
        }
        PromptStyle style = flags.style(benchmark);
        Supplier<ChatTemplate> template = who.template().orElse(() -> {
            throw new IllegalStateException("no template");
        });
        return new Asking.ByPrompt(benchmark, style, chat(style), flags.prefixEnd(), template);
    }

    private ChatForm chat(PromptStyle style) {
        if (flags.noChat || !style.asksInChat()) {
            return ChatForm.NONE;
        }
        return who.template().isPresent() ? ChatForm.RENDERED : ChatForm.ENDPOINT;
    }

    /**
     * Asks the tasks and writes what is answered.
     *
     * @param md5 of the set's file
     * @param samples answers to each task
     * @return what the answers depend on
     */
    ObjectNode answer(
            Point point,
            List<Problem> problems,
            String md5,
            int samples,
            Path out,
            Interrupt interrupt,
            StatusLine status)
            throws InterruptedException {
        Benchmark benchmark = point.benchmark();
        Asking asking = asking(point);
        List<Question> questions = asking.questions(problems, samples);
        Given given = point.steps()
                .map(steps -> flags.given().with(Parameter.STEPS, steps))
                .orElse(flags.given());
        Respondent respondent = point.who() == Point.Who.NGRAM ? baseline.orElseThrow() : who.respondent(point, given);
        ObjectNode setting = JsonNodeFactory.instance
                .objectNode()
                .put("task", benchmark.label())
                .put("data_md5", md5)
                .put("tasks", problems.size())
                .put("samples_of_a_task", samples);
        if (flags.spread) {
            setting.put("spread", true);
        }
        asking.describe(setting);
        setting.setAll(respondent.setting(questions.getFirst()));
        setting.set("model", described());
        if (asking instanceof Asking.ByPrompt && flags.style(benchmark) == PromptStyle.CODA) {
            setting.put("sanitizer", flags.sanitizer.orElse("keep"));
        }
        Remaining remaining = new Remaining();
        AnswerRun.Listener console = (done, all, answer) -> {
            interrupt.check();
            String left = remaining.after(done, all);
            status.show(() -> progress(point, done, all, answer, left));
        };
        int there = new AnswerRun(respondent, flags.together, console)
                .run(out, setting, questions, (question, answer) -> sample(asking, question, answer));
        status.note("wrote " + (questions.size() - there) + " answers to " + out
                + (there > 0 ? ", behind " + there + " that were there" : ""));
        return setting;
    }

    private static String progress(Point point, int done, int all, Answer answer, String left) {
        String forwards = answer.forwards().isPresent()
                ? String.format(
                        Locale.ROOT,
                        ", the last one in %,d forwards",
                        answer.forwards().getAsInt())
                : "";
        return String.format(Locale.ROOT, "%s: answered %,d of %,d%s, %s", point.name(), done, all, forwards, left);
    }

    private ObjectNode sample(Asking asking, Question question, Answer answer) {
        return switch (asking) {
            case Asking.ByHole _ -> Programs.filled(question.problem(), answer.text());
            case Asking.ByPrompt by ->
                new Programs(
                                by.benchmark(),
                                by.style(),
                                by.chat(),
                                flags.sanitizer.orElse("keep").equals("keep"),
                                this::sanitizer)
                        .sample(question.problem(), answer.text());
        };
    }

    private Sanitizer sanitizer() {
        if (sanitizer.isEmpty()) {
            sanitizer = Optional.of(makeSanitizer.get());
        }
        return sanitizer.get();
    }

    @Override
    public void close() {
        closing.once(() -> {
            sanitizer.ifPresent(Sanitizer::close);
            who.end();
        });
    }
}
