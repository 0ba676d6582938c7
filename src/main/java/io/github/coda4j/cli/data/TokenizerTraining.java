package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.BpeTrainer;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.TokenizerFolder;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.files.WholeFolder;
import io.github.coda4j.text.AddedToken;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Makes a tokenizer's folder out of a corpus, with progress and an account. */
final class TokenizerTraining {
    static final int DEFAULT_SAMPLE_MEGABYTES = 200;

    private static final long MEGABYTE = 1_000_000;

    private final World world;
    private final Interrupt interrupt;
    private final CorpusFlags corpus;

    private final EngineFlags engine;

    TokenizerTraining(World world, Interrupt interrupt, CorpusFlags corpus, EngineFlags engine) {
        this.engine = engine;
        this.world = world;
        this.interrupt = interrupt;
        this.corpus = corpus;
    }

    /**
     * Trains and writes.
     *
     * @param sizeFlag what the user calls the size
     * @param size ids altogether
     * @param special further special tokens
     * @param sampleMegabytes how much of a larger corpus is read
     * @param out appears whole or not at all
     */
    void run(String sizeFlag, int size, List<String> special, int sampleMegabytes, Path out, boolean overwrite) {
        List<AddedToken> added = TokenizerFolder.addedTokens(special);
        int smallest = TokenizerFolder.smallestSize(added);
        check(size >= smallest, "%s must be %d or more (special tokens and bytes), got %d", sizeFlag, smallest, size);
        BpeTrainer.Result trained;
        try (WholeFolder folder = TokenizerFolder.create(out, overwrite)) {
            trained = TokenizerFolder.train(count(sampleMegabytes * MEGABYTE, out), added, size);
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
    }

    private WordCounts count(long sampleBytes, Path out) {
        CorpusEngine.Counted counted = engine.isLocal() ? here(sampleBytes) : onCluster(sampleBytes, out);
        CorpusReport.print(world.out(), counted.account(), "documents");
        counted.notes().forEach(world::note);
        if (counted.counts().size() == 0) {
            throw counted.account().nothingKept();
        }
        return counted.counts();
    }

    private CorpusEngine.Counted onCluster(long sampleBytes, Path out) {
        try (Progress progress = Progress.of(world, "count", "tasks")) {
            return engine.cluster()
                    .count(
                            engine.work(corpus, 0),
                            sampleBytes,
                            out,
                            (tasks, all, what) -> progress.to(tasks, all, what, interrupt));
        }
    }

    private CorpusEngine.Counted here(long sampleBytes) {
        CorpusReader reader = new CorpusReader(corpus.options(), 0, corpus.threads);
        double share = Math.min(1, (double) sampleBytes / Math.max(1, reader.totalBytes()));
        WordCounts counts = new WordCounts();
        Account account;
        try (Progress progress = Progress.ofBytes(world, "read")) {
            account = reader.read(
                    (done, total, name) -> progress.to(done, total, name, interrupt),
                    document -> {
                        WordCounts of = new WordCounts();
                        if (document.sampled(share)) {
                            of.addText(document.text());
                        }
                        return of;
                    },
                    counts::addAll);
        }
        return new CorpusEngine.Counted(counts, account, List.of());
    }
}
