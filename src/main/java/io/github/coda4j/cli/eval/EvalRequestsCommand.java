package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.AnswerFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.requests.OneLineRequest;
import io.github.coda4j.eval.requests.RequestTrial;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.verdict.JavaJudge;
import io.github.coda4j.eval.verdict.PythonJudge;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda eval requests}. */
@Command(
        name = "requests",
        sortOptions = false,
        description = {
            "Ask for methods and functions in one line each, and say which answers parse and do it.",
            "",
            "FILE has rows of {\"id\", \"language\": java or python, \"request\", \"check\"}: the check's statements",
            "stand behind the code of the answer, its first fenced block or all of it, where a Java method is",
            "called as answer.NAME(...). Programs are run as those of other tasks are.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda eval requests recipes/coda-mini/requests.jsonl"})
final class EvalRequestsCommand implements Callable<Integer> {
    private static final int NEW_TOKENS = 96;

    private final World world;
    private final Interrupt interrupt;

    @Parameters(paramLabel = "FILE", description = "The requests.")
    Path file;

    @Option(names = "--out", paramLabel = "FILE.md", description = "Write requests, answers and verdicts to a page.")
    Optional<Path> out = Optional.empty();

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest answer, in tokens (default: " + NEW_TOKENS + ").")
    int maxNewTokens = NEW_TOKENS;

    @Mixin
    AnswerFlags asked;

    @Mixin
    ProgramFlags programs;

    EvalRequestsCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() throws InterruptedException {
        out.ifPresent(OutFile::check);
        List<OneLineRequest> requests = OneLineRequest.read(file);
        AnswerFlags.Answers answers = asked.answers(world, maxNewTokens);
        Sandbox sandbox = programs.sandbox(world);
        List<RequestTrial> trials = new ArrayList<>();
        try (OpenModel open = answers.open(world);
                PythonJudge python = new PythonJudge(programs.python(world), sandbox)) {
            JavaJudge java = new JavaJudge(sandbox, "");
            for (OneLineRequest request : requests) {
                interrupt.check();
                RequestTrial trial = RequestTrial.of(request, answer(open, answers, request), java, python);
                world.out().printf(Locale.ROOT, "%-10s %s%n", request.id(), trial.result());
                trials.add(trial);
            }
        }
        world.out().println(count(trials));
        out.ifPresent(page -> AtomicFiles.writeText(page, page(trials)));
        return ExitCodes.OK;
    }

    private static String answer(OpenModel open, AnswerFlags.Answers answers, OneLineRequest request)
            throws InterruptedException {
        ChatRequest chat = ChatRequest.of(List.of(ChatMessage.user(request.request())))
                .withThinking(answers.how().thinking());
        GenerateRequest asked = GenerateRequest.of(
                        open.template().get().mark(chat), answers.how().maxNewTokens(), answers.completion(open, 0))
                .withStopStrings(answers.how().stopStrings());
        return AnswerFlags.Answers.await(open, asked).text();
    }

    private static String count(List<RequestTrial> trials) {
        return String.format(
                Locale.ROOT,
                "%d of %d parse and do it, %d parse",
                trials.stream().filter(RequestTrial::does).count(),
                trials.size(),
                trials.stream().filter(RequestTrial::parses).count());
    }

    private static String page(List<RequestTrial> trials) {
        StringBuilder page = new StringBuilder("# Requests in one line\n\n")
                .append(count(trials))
                .append(".\n");
        for (RequestTrial trial : trials) {
            page.append("\n## ")
                    .append(trial.request().id())
                    .append(": ")
                    .append(trial.result().lines().findFirst().orElse(""))
                    .append("\n\n")
                    .append(trial.request().request())
                    .append("\n\n")
                    .append(trial.answer().strip().replaceAll("(?m)^", "    "))
                    .append('\n');
        }
        return page.toString();
    }
}
