package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Amounts;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.Comments;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Fate;
import io.github.coda4j.data.InstructionTokenizing;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardFolderWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TextTokenizing;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda data tokenize}. */
@Command(
        name = "tokenize",
        sortOptions = false,
        description = {
            "Make token shards for training from files of code, or with --sft from instructions with answers.",
            "",
            "Drops what is no code that people write: binary, minified, generated and repeated files. What "
                    + "was dropped and why is"
                    + " printed and stands in the manifest. The same input gives the same shards, with any "
                    + "number of threads.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda data tokenize --tokenizer models/coda-mini --out data/code src",
            "  coda data tokenize --tokenizer data/small/tokenizer --new-tokenizer 4096 --out data/small/code ~/src",
            "  coda data tokenize --tokenizer models/coda-mini --out data/stack --field content --licenses MIT "
                    + "stack.jsonl.gz",
            "  coda data tokenize --tokenizer models/coda-mini --out data/other --exclude-like examples src",
            "  coda data tokenize --tokenizer models/coda-mini --out data/chat --sft instructions.jsonl",
            "  coda data tokenize --engine spark=spark://host:7077 --tokenizer models/coda-mini --out /shared/code "
                    + "s3a://corpus/code.parquet"
        })
final class DataTokenizeCommand implements Callable<Integer> {
    private static final List<String> TEXT_ONLY = List.of(
            "--drop-comments",
            "--short-comments",
            "--languages",
            "--field",
            "--path-field",
            "--licenses",
            "--licenses-file",
            "--license-field",
            "--default-license",
            "--exclude",
            "--exclude-list",
            "--exclude-like",
            "--exclude-like-from",
            "--decontaminate",
            "--decontaminate-words",
            "--min-bytes",
            "--max-bytes",
            "--near-duplicates");
    private static final int DEFAULT_MAX_TOKENS = 1024;

    private final World world;
    private final Interrupt interrupt;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the tokenizer, or of a model.")
    Path tokenizer;

    @Option(
            names = "--new-tokenizer",
            paramLabel = "SIZE",
            description = "Train a tokenizer of so many ids on the same input first, comments included, and write "
                    + "it to the folder that --tokenizer names.")
    Optional<Integer> newTokenizer = Optional.empty();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(
            names = "--overwrite",
            description = "Replace older shards in that folder, and an older tokenizer with --new-tokenizer.")
    boolean overwrite;

    @Option(
            names = "--held-out",
            paramLabel = "X",
            description =
                    "Share of the documents that is kept away from training, chosen by their hash (default: 0.01).")
    double heldOut = 0.01;

    @Option(
            names = "--drop-comments",
            description = "Take the comments out of Java files; files of other languages stay whole.")
    boolean dropComments;

    @Option(
            names = "--short-comments",
            description =
                    "Of the comments in Java files keep those that explain code, cut to their first sentence on one "
                            + "line: no license headers, no tags, no code, nothing long.")
    boolean shortComments;

    @Option(
            names = "--sft",
            description = "Read instructions: rows of {\"messages\": [{\"role\", \"content\"}]} or "
                    + "{\"instruction\", \"input\","
                    + " \"output\"}. The chat template is applied and the answers are marked. Rows of which a "
                    + "part would be lost are dropped.")
    boolean sft;

    @Option(
            names = "--show-empty-thoughts",
            description =
                    "With --sft: an empty thought at the beginning of an answer is shown and not learned, as when a "
                            + "model is asked without thinking.")
    boolean showThoughts;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "With --sft: drop longer conversations (default: 1024). They are never cut.")
    Optional<Integer> maxTokens = Optional.empty();

    @Option(
            names = "--shard-tokens",
            paramLabel = "N",
            description = "Start another shard after so many tokens (default: 100 million).")
    long shardTokens = ShardFolderWriter.DEFAULT_SHARD_TOKENS;

    @Mixin
    CorpusFlags corpus;

    @Mixin
    EngineFlags engine;

    DataTokenizeCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        checkFlags();
        newTokenizer.ifPresent(this::trainTokenizer);
        if (!engine.isLocal()) {
            return onCluster();
        }
        BpeTokenizer loaded = BpeTokenizer.load(tokenizer);
        long start = System.nanoTime();
        Account account;
        Manifest manifest;
        Manifest.Content kind = sft ? Manifest.Content.INSTRUCTIONS : Manifest.Content.TEXT;
        try (ShardFolderWriter writer = ShardFolderWriter.create(out, kind, loaded, heldOut, shardTokens, overwrite)) {
            account = read(loaded, writer);
            CorpusReport.print(world.out(), account, unit());
            manifest = writer.finish(account);
        }
        print(manifest, account, (System.nanoTime() - start) / 1e9);
        return ExitCodes.OK;
    }

    private int onCluster() {
        long start = System.nanoTime();
        CorpusEngine.Tokenized done;
        try (Progress progress = Progress.of(world, "tokenize", "tasks")) {
            done = engine.cluster()
                    .tokenize(
                            engine.work(corpus, heldOut),
                            content(),
                            tokenizer,
                            out,
                            shardTokens,
                            overwrite,
                            (tasks, all, what) -> progress.to(tasks, all, what, interrupt));
        }
        CorpusReport.print(world.out(), done.account(), unit());
        print(done.manifest(), done.account(), (System.nanoTime() - start) / 1e9);
        done.notes().forEach(world::note);
        return ExitCodes.OK;
    }

    private CorpusEngine.Content content() {
        return sft
                ? new CorpusEngine.Instructions(maxTokens.orElse(DEFAULT_MAX_TOKENS), showThoughts)
                : new CorpusEngine.Text(comments());
    }

    private String unit() {
        return sft ? "rows" : "documents";
    }

    private Comments comments() {
        if (dropComments) {
            return Comments.DROP;
        }
        return shortComments ? Comments.SHORT : Comments.KEEP;
    }

    private void checkFlags() {
        check(!dropComments || !shortComments, "--drop-comments and --short-comments exclude each other");
        corpus.verify();
        if (!engine.isLocal()) {
            engine.checkCluster(out);
        }
        check(!sft || newTokenizer.isEmpty(), "--new-tokenizer has no effect with --sft: leave it out");
        check(heldOut >= 0 && heldOut < 1, "--held-out must be in [0, 1), got %s", heldOut);
        if (newTokenizer.isPresent() && !overwrite) {
            for (Path folder : List.of(out, tokenizer)) {
                if (Files.exists(folder)) {
                    throw CodaException.of(
                            "%s exists already: --overwrite replaces shards and tokenizer; leave "
                                    + "--new-tokenizer out to use a tokenizer that is there",
                            folder);
                }
            }
        }
        check(sft || !showThoughts, "--show-empty-thoughts has no effect without --sft");
        check(sft || maxTokens.isEmpty(), "--max-tokens has no effect without --sft");
        for (String name : TEXT_ONLY) {
            check(
                    !sft || !spec.commandLine().getParseResult().hasMatchedOption(name),
                    "%s has no effect with --sft: leave it out",
                    name);
        }
    }

    private void trainTokenizer(int size) {
        new TokenizerTraining(world, interrupt, corpus, engine)
                .run(
                        "--new-tokenizer",
                        size,
                        List.of(),
                        TokenizerTraining.DEFAULT_SAMPLE_MEGABYTES,
                        tokenizer,
                        overwrite);
    }

    private Account read(BpeTokenizer loaded, ShardFolderWriter writer) {
        try (Progress progress = Progress.ofBytes(world, "tokenize")) {
            CorpusReader.Listener listener = (done, total, name) -> progress.to(done, total, name, interrupt);
            if (!sft) {
                CorpusReader reader = new CorpusReader(corpus.options(), heldOut, corpus.threads);
                return TextTokenizing.run(reader, loaded, comments(), writer, listener);
            }
            ChatTemplate template = ChatTemplate.forCheckpoint(tokenizer);
            return new InstructionTokenizing(
                            loaded,
                            template,
                            corpus.options(),
                            maxTokens.orElse(DEFAULT_MAX_TOKENS),
                            heldOut,
                            showThoughts)
                    .run(corpus.threads, writer, listener);
        }
    }

    private void print(Manifest manifest, Account account, double seconds) {
        long bytes = account.bytes(Fate.TRAIN) + account.bytes(Fate.HELD_OUT);
        long tokens = manifest.tokens(Split.TRAIN) + manifest.tokens(Split.HELD_OUT);
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s: %s tokens to train on, %s held out; vocabulary %d, %.2f bytes of %s per token%n",
                        out,
                        Amounts.count(manifest.tokens(Split.TRAIN)),
                        Amounts.count(manifest.tokens(Split.HELD_OUT)),
                        manifest.vocabSize(),
                        (double) bytes / tokens,
                        comments() != Comments.KEEP ? "the files with their comments" : "text");
        world.note(String.format(
                Locale.ROOT, "%s of text in %.1f s, %s per second", Amounts.bytes(bytes), seconds, Amounts.bytes((long)
                        (bytes / seconds))));
    }
}
