package io.github.coda4j.cli.data;

import io.github.coda4j.Amounts;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.files.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** A command that makes rows of JSON out of the documents that tokenize reads. */
abstract class RowsCommand implements Callable<Integer> {
    final World world;
    private final Interrupt interrupt;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE.jsonl",
            description = "The file to write, one row per line; it appears whole or not at all.")
    private Path out;

    @Option(names = "--overwrite", description = "Replace an older file.")
    private boolean overwrite;

    @Option(
            names = "--held-out",
            paramLabel = "X",
            description = "Share of the documents that is held out, as for tokenize (default: 0.01).")
    double heldOut = 0.01;

    RowsCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    /** Which documents; after this command's own flags in the help. */
    abstract CorpusFlags corpus();

    /** Throws where the file could not be written in the end, or is there already and is to stay. */
    final void checkOut() {
        OutFile.check(out);
        if (Files.exists(out) && !overwrite) {
            throw CodaException.of("%s exists already; add --overwrite to replace it", out);
        }
    }

    /**
     * Reads the documents and tells what became of them.
     *
     * @param work done for several documents at once
     * @param sink is given the results in the documents' order
     */
    final <T> Account read(Function<CorpusReader.Kept, T> work, Consumer<T> sink) {
        Account account;
        try (Progress progress = Progress.ofBytes(world, "read")) {
            CorpusReader reader = new CorpusReader(corpus().options(), heldOut, corpus().threads);
            account = reader.read((done, total, name) -> progress.to(done, total, name, interrupt), work, sink);
        }
        CorpusReport.print(world.out(), account, "documents");
        return account;
    }

    /**
     * Writes the file and tells it.
     *
     * @param what the rows are
     */
    final int write(Rows rows, String what) {
        AtomicFiles.write(out, rows.bytes.toByteArray());
        world.out().printf(Locale.ROOT, "%s: %s %s%n", out, Amounts.count(rows.count), what);
        return ExitCodes.OK;
    }

    /** Where the file is. */
    final Path out() {
        return out;
    }

    /** Rows of the file. */
    static final class Rows {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int count;

        void add(Object row) {
            bytes.writeBytes((row + "\n").getBytes(StandardCharsets.UTF_8));
            count++;
        }

        int count() {
            return count;
        }
    }
}
