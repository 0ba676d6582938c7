package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.AnswerFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.eval.FreeTexts;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench copies}. */
@Command(
        name = "copies",
        sortOptions = false,
        description = {
            "Let a model go on from the beginnings of held-out documents, and count what it repeats and copies.",
            "",
            "Repetition is the share of runs of 4 tokens that stood before in the same text; a copy is a run of",
            "more than 60 tokens that a training document has. What was given counts for neither.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda bench copies --data data/coda-mini/code --texts 20"})
final class BenchCopiesCommand implements Callable<Integer> {
    private static final int RUN = 4;

    private final World world;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Token shards whose held-out documents give the beginnings.")
    Path data;

    @Option(
            names = "--training",
            paramLabel = "DIR",
            description = "Token shards whose training documents may have been copied (default: those of --data).")
    Optional<Path> training = Optional.empty();

    @Option(names = "--texts", paramLabel = "N", description = "Texts to write (default: ${DEFAULT-VALUE}).")
    int texts = 40;

    @Option(names = "--given", paramLabel = "N", description = "Tokens of a beginning (default: ${DEFAULT-VALUE}).")
    int given = 48;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    int newTokens = 128;

    @Option(
            names = "--longer-than",
            paramLabel = "N",
            description = "Tokens that a run must exceed to be a copy (default: ${DEFAULT-VALUE}).")
    int longerThan = 60;

    @Mixin
    AnswerFlags asked;

    BenchCopiesCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() throws InterruptedException {
        check(texts >= 1, "--texts must be at least 1, got %d", texts);
        check(given >= 1, "--given must be at least 1, got %d", given);
        check(longerThan >= 1, "--longer-than must be at least 1, got %d", longerThan);
        check(newTokens > longerThan, "--max-new-tokens must exceed --longer-than, got %d", newTokens);
        AnswerFlags.Answers answers = asked.answers(world, newTokens);
        List<int[]> written = new ArrayList<>();
        try (TokenShards held = TokenShards.open(data, Split.HELD_OUT);
                TokenShards trained = TokenShards.open(training.orElse(data), Split.TRAIN)) {
            BpeTokenizer tokenizer = BpeTokenizer.load(answers.folder());
            held.manifest().requireTokenizer(tokenizer, answers.folder());
            trained.manifest().requireTokenizer(tokenizer, answers.folder());
            try (OpenModel open = answers.open(world);
                    Progress progress = Progress.of(world, "write", "texts")) {
                for (long i = 0; i < held.numDocuments() && written.size() < texts; i++) {
                    int[] document = held.document(i);
                    if (document.length > given) {
                        written.add(goOn(open, answers, Arrays.copyOf(document, given)));
                        progress.to(written.size(), texts, "held-out data");
                    }
                }
            }
            check(!written.isEmpty(), "no held-out document has more than %d tokens: give --given less", given);
            FreeTexts.Report report = FreeTexts.report(
                    written,
                    LongStream.range(0, trained.numDocuments()).mapToObj(trained::document),
                    RUN,
                    longerThan + 1);
            world.out()
                    .printf(
                            Locale.ROOT,
                            "%d texts, %,d tokens: %.1f %% of the runs of %d tokens repeat one before; %d texts hold"
                                    + " more than %d tokens of a training document in a row, the longest %d%n",
                            report.texts(),
                            report.tokens(),
                            100 * report.repeated(),
                            report.runs(),
                            report.copied(),
                            longerThan,
                            report.longest());
        }
        return ExitCodes.OK;
    }

    /** What follows the beginning, up to the first token that ends an answer. */
    private static int[] goOn(OpenModel open, AnswerFlags.Answers answers, int[] beginning)
            throws InterruptedException {
        GenerateRequest request =
                GenerateRequest.of(beginning, answers.how().maxNewTokens(), answers.completion(open, beginning.length));
        return AnswerFlags.Answers.await(open, request).ids().stream()
                .skip(beginning.length)
                .takeWhile(id -> !open.endTokens().contains(id) && id != open.maskId())
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
