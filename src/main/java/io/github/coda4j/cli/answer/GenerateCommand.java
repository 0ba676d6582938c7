package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.InputText;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.MarkedText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jline.terminal.spi.SystemStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda generate}. */
@Command(
        name = "generate",
        sortOptions = false,
        description = {
            "Answer a prompt.",
            "",
            "The answer goes to standard output as it becomes certain from the left; everything else to "
                    + "standard error. Values"
                    + " come from flags, else the environment (MAX_TOKENS STEPS ALG ALG_PARAM ALG_TEMP BLOCK_LENGTH "
                    + "TEMPERATURE TOP_P TOP_K STOP"
                    + " CACHE_REFRESH CACHED_ROWS CANVAS_WINDOW DEVICE), else the "
                    + "checkpoint's generation_config.json, else the defaults.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda generate --raw --max-new-tokens 3 \"for (int i = 0; i < names.size();\"",
            "  coda generate --raw --max-new-tokens 32 --watch --file examples/Guests.java",
            "  coda generate --model Salesforce/CoDA-v0-Instruct \"Write a Python function that merges two "
                    + "sorted lists\""
        })
public final class GenerateCommand implements Callable<Integer> {
    private final World world;

    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "The prompt; without it and --file it is read from standard input.")
    Optional<String> prompt = Optional.empty();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Read the prompt from a file; - is standard input.")
    Optional<Path> file = Optional.empty();

    @Option(
            names = "--raw",
            description = "Continue the text as it is, special tokens in it included, instead of putting it into "
                    + "the chat template.")
    boolean raw;

    @Option(names = "--system", paramLabel = "TEXT", description = "The system message of the chat template.")
    Optional<String> system = Optional.empty();

    @Mixin
    ShowFlags show;

    @Mixin
    LengthFlag length;

    @Mixin
    ThinkingFlag thinking;

    @Mixin
    WriterFlags writer;

    public GenerateCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() throws InterruptedException {
        check(!raw || system.isEmpty(), "--system has no effect with --raw: leave one of them out");
        check(!raw || !thinking.isGiven(), "--thinking has no effect with --raw: leave one of them out");
        show.verify();
        WriterFlags.Source source = writer.source(world);
        DecodeSettings how = source.defaults().resolve(thinking.addTo(length.addTo(writer.given())));
        how.completion(0, source.config().maxPositions(), Set.of());
        String text = prompt();
        check(
                raw || !text.isBlank(),
                "the prompt is empty: say what is to be done, or use --raw to start from nothing");
        try (OpenModel open = source.open(world)) {
            GenerateRequest request = GenerateRequest.of(
                            marked(text, open, how.thinking()),
                            how.maxNewTokens(),
                            how.completion(0, source.config().maxPositions(), open.endTokens())
                                    .withHolePad(how.holePad(open.tokenizer().holePad())))
                    .withStopStrings(how.stopStrings());
            answer(open, request);
        }
        return ExitCodes.OK;
    }

    private String prompt() {
        check(prompt.isEmpty() || file.isEmpty(), "both a prompt and --file are given: leave one of them out");
        if (prompt.isPresent()) {
            return prompt.get();
        }
        if (file.isPresent()) {
            return InputText.read(file.get(), world).text();
        }
        check(
                !world.terminals().isTerminal(SystemStream.Input),
                "no prompt: give it as an argument, with --file FILE or on standard input");
        return TextFiles.read(world.in());
    }

    private MarkedText marked(String text, OpenModel open, Optional<Boolean> thinks) {
        if (raw) {
            MarkedText trusted = MarkedText.trusted(text);
            boolean hasMask = Arrays.stream(open.tokenizer().encode(trusted)).anyMatch(id -> id == open.maskId());
            check(!hasMask, "the prompt holds the mask token; to fill holes use `coda infill`");
            return trusted;
        }
        List<ChatMessage> messages = new ArrayList<>();
        system.ifPresent(words -> messages.add(ChatMessage.system(words)));
        messages.add(ChatMessage.user(text.replaceFirst("\\R\\z", "")));
        return open.template().get().mark(ChatRequest.of(messages).withThinking(thinks));
    }

    private void answer(OpenModel open, GenerateRequest request) throws InterruptedException {
        Answering answering = new Answering(world, open);
        if (show.json()) {
            Completion completion = answering.quiet(request);
            world.out().println(CostReport.json(completion.text(), completion).toPrettyString());
            return;
        }
        Completion completion = show.watch() ? answering.watched(request, false) : answering.streaming(request);
        if (show.watch()) {
            world.out().print(completion.text());
        }
        if (!completion.text().endsWith("\n")) {
            world.out().println();
        }
        show.finish(world, completion);
    }
}
