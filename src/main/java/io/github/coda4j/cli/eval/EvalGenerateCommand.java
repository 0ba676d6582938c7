package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.eval.answers.AnswerRun;
import io.github.coda4j.eval.answers.Programs;
import io.github.coda4j.eval.answers.Question;
import io.github.coda4j.eval.prompts.Prompt;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda eval generate}. */
@Command(
        name = "generate",
        sortOptions = false,
        description = {
            "Let a model answer the tasks of a set and write samples for eval score, one JSON object a line.",
            "",
            "A run that was killed goes on behind the answers that are there.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval generate --task infill-single --limit 5 --out samples.jsonl",
            "  coda eval generate --task humaneval --prompt coda --preset report --model Salesforce/CoDA-v0-Instruct "
                    + "--out samples.jsonl"
        })
final class EvalGenerateCommand implements Callable<Integer> {
    private static final Map<String, String> REPORT = Map.of(
            "MAX_TOKENS",
            "768",
            "STEPS",
            "768",
            "TEMPERATURE",
            "0.1",
            "TOP_P",
            "0.9",
            "ALG",
            "entropy",
            "ALG_TEMP",
            "0");
    private static final int TENTHS = 10;
    private static final int PACKED_TOKENS = 1 << 20;

    private final World world;

    @Option(names = "--task", required = true, paramLabel = "TASK", description = "The set, for example humaneval.")
    String task;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where samples are written.")
    Path out;

    @Mixin
    ModelFlag model;

    @Option(
            names = "--prompt",
            paramLabel = "STYLE",
            description = "Whose way of asking: coda, lm-eval, lm-eval-base, evalplus or bigcode (default: coda). "
                    + "Infilling sets have none.")
    Optional<String> style = Optional.empty();

    @Option(names = "--no-chat", description = "Ask without the chat template.")
    boolean noChat;

    @Option(
            names = "--sanitizer",
            paramLabel = "WHOSE",
            description = "With --prompt coda and HumanEval: keep, which keeps the prompt's helpers, or coda, the "
                    + "original's (default: keep).")
    Optional<String> sanitizer = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "report: 768 tokens in 768 steps, temperature 0.1, top-p 0.9, entropy, as CoDA's report has "
                    + "it.")
    Optional<String> preset = Optional.empty();

    @Option(
            names = "--length",
            paramLabel = "N|oracle",
            description =
                    "Infilling sets: tokens of the hole; oracle takes those of the true middle " + "(default: oracle).")
    Optional<String> length = Optional.empty();

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest answer, in tokens (default: " + DecodeDefaults.NEW_TOKENS + ").")
    Optional<Integer> maxNewTokens = Optional.empty();

    @Option(names = "--samples", paramLabel = "N", description = "Answers to each task (default: ${DEFAULT-VALUE}).")
    int samples = 1;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first tasks of the set.")
    Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--together",
            paramLabel = "N",
            description = "Answers under way at once (default: ${DEFAULT-VALUE}).")
    int together = 4;

    @Mixin
    DecodeFlags decode;

    @Mixin
    LoadFlags load;

    @Mixin
    DataFlags data;

    @Spec
    CommandSpec spec;

    EvalGenerateCommand(World world) {
        this.world = world;
    }

    private String weights = "";

    @Override
    public Integer call() throws InterruptedException {
        Benchmark benchmark = Benchmark.of(task);
        checkFlags(benchmark);
        Path folder = model.folder(world);
        LoadOptions options = load.options(folder, world, LoadFlags.Purpose.SPEED);
        int maxPositions;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            maxPositions = ModelConfig.read(checkpoint.config()).maxPositions();
            weights = checkpoint.fingerprint();
        }
        DecodeDefaults defaults = DecodeDefaults.ofCheckpoint(folder).behind(ValueSource.environment(world::variable));
        if (preset.isPresent()) {
            defaults = defaults.behind(ValueSource.environment(name -> Optional.ofNullable(REPORT.get(name))));
        }
        PromptStyle asks = PromptStyle.of(style.orElse("coda"));
        List<Problem> problems = List.copyOf(benchmark
                .load(
                        data.folder(world),
                        benchmark.isInfilling() ? benchmark.modes().getFirst() : asks.mode(benchmark))
                .problems()
                .values());
        problems = problems.subList(0, Math.min(limit.orElse(problems.size()), problems.size()));
        Given given = decode.given().with(Parameter.MAX_NEW_TOKENS, maxNewTokens);
        try (OpenModel open = world.openModel(folder, options, new EngineOptions(together, 0, PACKED_TOKENS))) {
            if (benchmark.isInfilling()) {
                fill(open, benchmark, problems, defaults.resolve(given), maxPositions);
            } else {
                ask(open, benchmark, asks, problems, defaults, given, maxPositions);
            }
        }
        return ExitCodes.OK;
    }

    private void checkFlags(Benchmark benchmark) {
        boolean fills = benchmark.isInfilling();
        check(samples >= 1, "--samples must be at least 1, got %d", samples);
        check(limit.isEmpty() || limit.get() >= 1, "--limit must be at least 1, got %d", limit.orElse(0));
        check(together >= 1, "--together must be at least 1, got %d", together);
        preset.ifPresent(name -> check(name.equals("report"), "--preset must be report, got '%s'", name));
        check(!fills || style.isEmpty(), "--prompt has no effect on infilling: leave it out");
        check(!fills || !noChat, "--no-chat has no effect on infilling: leave it out");
        check(!fills || maxNewTokens.isEmpty(), "--max-new-tokens has no effect on infilling: use --length");
        check(!fills || preset.isEmpty(), "--preset is for answers of a fixed length: leave it out for infilling");
        check(fills || length.isEmpty(), "--length is for infilling: use --max-new-tokens");
        boolean coda = style.orElse("coda").equals("coda") && !fills && !benchmark.wantsWholePrograms();
        check(sanitizer.isEmpty() || coda, "--sanitizer is for HumanEval asked by --prompt coda: leave it out");
        sanitizer.ifPresent(name ->
                check(Set.of("keep", "coda").contains(name), "--sanitizer must be keep or coda, got '%s'", name));
    }

    private void ask(
            OpenModel open,
            Benchmark benchmark,
            PromptStyle asks,
            List<Problem> problems,
            DecodeDefaults defaults,
            Given given,
            int maxPositions)
            throws InterruptedException {
        boolean chat = !noChat && asks.hasChatForm() && asks != PromptStyle.LM_EVAL_BASE;
        List<Question> questions = new ArrayList<>();
        for (Problem problem : problems) {
            Prompt prompt = asks.of(benchmark, problem, chat);
            String text = chat ? prompt.chat(open.template().get(), Prompt.PrefixEnd.NEWER) : prompt.plain();
            for (int i = 0; i < samples; i++) {
                questions.add(new Question(problem, i, new Question.Continue(MarkedText.trusted(text))));
            }
        }
        Sandbox place = Sandbox.open(SandboxMode.BEST, world.environment().getOrDefault("PATH", ""));
        PythonInterpreter python = PythonInterpreter.find(Optional.empty(), world.environment());
        try (Sanitizer takes = new Sanitizer(python, place)) {
            Programs programs =
                    new Programs(benchmark, asks, chat, sanitizer.orElse("keep").equals("keep"), takes);
            run(
                    open,
                    questions,
                    question -> {
                        DecodeSettings how = defaults.resolve(given);
                        MarkedText text = ((Question.Continue) question.form()).text();
                        return GenerateRequest.of(
                                text,
                                how.maxNewTokens(),
                                how.completion(0, maxPositions, open.endTokens())
                                        .withHolePad(
                                                how.holePad(open.tokenizer().holePad()))
                                        .withSeed(seed(
                                                how.completion(0, maxPositions, Set.of())
                                                        .seed(),
                                                question)));
                    },
                    (question, completion) -> programs.sample(question.problem(), completion.text()));
        }
    }

    private static long seed(long first, Question question) {
        return first + question.sample();
    }

    private void fill(OpenModel open, Benchmark benchmark, List<Problem> problems, DecodeSettings how, int maxPositions)
            throws InterruptedException {
        String around = benchmark.hasLineHoles() ? "\n" : "";
        List<Question> questions = new ArrayList<>();
        for (Problem problem : problems) {
            int tokens = length.filter(text -> !text.equals("oracle"))
                    .map(EvalGenerateCommand::number)
                    .orElseGet(() -> Math.max(1, open.tokenizer().encode(problem.canonical()).length));
            Document document = new Document(List.of(
                    new Document.Text(problem.prompt() + around),
                    new Document.Hole(tokens),
                    new Document.Text(around + problem.suffix())));
            for (int i = 0; i < samples; i++) {
                questions.add(new Question(problem, i, new Question.Fill(document)));
            }
        }
        run(
                open,
                questions,
                question -> {
                    Document document = ((Question.Fill) question.form()).document();
                    var options = how.options(document.shape(0), maxPositions, open.endTokens())
                            .withHolePad(how.holePad(open.tokenizer().holePad()));
                    return GenerateRequest.of(document, options.withSeed(seed(options.seed(), question)));
                },
                (question, completion) -> Programs.filled(
                        question.problem(),
                        ((Question.Fill) question.form()).document().fill(completion.holeTexts()),
                        question.problem().prompt() + around,
                        around + question.problem().suffix()));
    }

    /** How the first question is decoded: what flags, environment and checkpoint come to; the same in every process. */
    private static String described(DecodeOptions how) {
        String all = how.withEndTokens(Set.of()).toString().replaceAll("@[0-9a-f]+", "");
        return all + ", ends " + new TreeSet<>(how.endTokens());
    }

    private static int number(String text) {
        try {
            int value = Integer.parseInt(text);
            check(value >= 1, "--length must be at least 1, got %d", value);
            return value;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--length must be a number or oracle, got '" + text + "'", e);
        }
    }

    private void run(
            OpenModel open,
            List<Question> questions,
            Function<Question, GenerateRequest> request,
            BiFunction<Question, Completion, ObjectNode> sample)
            throws InterruptedException {
        ObjectNode setting = JsonNodeFactory.instance
                .objectNode()
                .put(
                        "command",
                        "coda "
                                + String.join(
                                        " ", spec.commandLine().getParseResult().originalArgs()))
                .put("questions", questions.size())
                .put("weights", weights)
                .put(
                        "decoding",
                        questions.isEmpty()
                                ? ""
                                : described(request.apply(questions.getFirst()).decode()));
        AnswerRun.Listener console = (done, all, completion) -> {
            if (done * TENTHS / all > (done - 1) * TENTHS / all) {
                world.note(String.format(
                        Locale.ROOT,
                        "answered %,d of %,d, the last one in %,d forwards",
                        done,
                        all,
                        completion.cost().forwards()));
            }
        };
        int there = new AnswerRun(open.generator(), together, console)
                .run(out, setting, questions, request, (question, completion) -> {
                    ObjectNode row = sample.apply(question, completion);
                    row.put("new_tokens", completion.cost().newTokens());
                    row.put("forwards", completion.cost().forwards());
                    return row.put("tokens_per_second", completion.cost().tokensPerSecond());
                });
        world.note("wrote " + (questions.size() - there) + " answers to " + out
                + (there > 0 ? ", behind " + there + " that were there" : ""));
    }
}
