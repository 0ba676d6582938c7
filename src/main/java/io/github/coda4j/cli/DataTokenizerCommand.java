package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.BpeTrainer;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.TokenizerFolder;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.text.AddedToken;
import io.github.coda4j.weights.WholeFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda data tokenizer}. */
@Command(
        name = "tokenizer",
        sortOptions = false,
        description = {
            "Train a tokenizer on files of code: byte-level BPE of the Qwen2 kind.",
            "",
            "The folder holds a tokenizer.json that the Hugging Face library loads too. Pad, end and mask are the ids 0, 1 and 2,"
                    + " as in the presets of `coda init`; tokens of chats, of filling in the middle and of tools follow.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda data tokenizer --size 8192 --out models/tok src libs/*-sources.jar"})
final class DataTokenizerCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--size", paramLabel = "N", description = "Ids altogether, special ones included (default: 8192).")
    int size = 8192;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write; it appears whole or not at all.")
    Path out;

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            description = "A further special token, for example \"<|lang|>\"; may be given several times.")
    List<String> special = new ArrayList<>();

    @Option(
            names = "--sample-mb",
            paramLabel = "N",
            description =
                    "Of a larger corpus, as it lies on the disk, take about so many megabytes, chosen by hash (default: 200).")
    int sampleMegabytes = 200;

    @Option(names = "--overwrite", description = "Replace an older tokenizer in that folder.")
    boolean overwrite;

    @Mixin
    CorpusFlags corpus;

    DataTokenizerCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        List<AddedToken> added = TokenizerFolder.addedTokens(special);
        int smallest = TokenizerFolder.smallestSize(added);
        check(size >= smallest, "--size must be %d or more (special tokens and bytes), got %d", smallest, size);
        check(sampleMegabytes > 0, "--sample-mb must be positive, got %d", sampleMegabytes);
        CorpusReader reader = new CorpusReader(corpus.options(), 0, corpus.threads);
        BpeTrainer.Result trained;
        try (WholeFolder folder = TokenizerFolder.create(out, overwrite)) {
            trained = TokenizerFolder.train(count(reader), added, size);
            interrupt.check();
            TokenizerFolder.write(folder, trained, added);
        }
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d ids (%d special, 256 bytes, %d merges), %.2f bytes per token%n",
                        out,
                        size,
                        added.size(),
                        trained.merges().size(),
                        (double) trained.corpusBytes() / trained.corpusTokens());
        world.out().println("Next: coda data tokenize --tokenizer " + out + " --out DIR INPUT...");
        return ExitCodes.OK;
    }

    private WordCounts count(CorpusReader reader) {
        double share = Math.min(1, (double) sampleMegabytes * MEGABYTE / Math.max(1, reader.totalBytes()));
        WordCounts counts = new WordCounts();
        Account account;
        try (Progress progress = Progress.of(world, "read")) {
            account = reader.read(
                    (done, total, name) -> {
                        interrupt.check();
                        progress.to(done, total, name);
                    },
                    document -> {
                        WordCounts of = new WordCounts();
                        if (document.sampled(share)) {
                            of.addText(document.text());
                        }
                        return of;
                    },
                    counts::addAll);
        }
        CorpusReport.print(world.out(), account, "documents");
        if (counts.size() == 0) {
            throw CodaException.of(
                    "the corpus yields no text to train on: of %d documents %s",
                    account.documents(), account.dropped());
        }
        return counts;
    }
}
