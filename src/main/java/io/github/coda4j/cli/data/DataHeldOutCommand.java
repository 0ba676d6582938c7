package io.github.coda4j.cli.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.Amounts;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda data held-out}. */
@Command(
        name = "held-out",
        sortOptions = false,
        description = {
            "Write the documents that tokenize holds out, as rows, so that another corpus can keep away from them.",
            "",
            "Reads the same documents as tokenize with the same flags. The rows have a path and a text.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda data held-out --out held-out.jsonl src"})
final class DataHeldOutCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE.jsonl",
            description = "The file to write, one {\"path\", \"text\"} per line; it appears whole or not at all.")
    Path out;

    @Option(names = "--overwrite", description = "Replace an older file.")
    boolean overwrite;

    @Option(
            names = "--held-out",
            paramLabel = "X",
            description = "Share of the documents that is held out, as for tokenize (default: 0.01).")
    double heldOut = 0.01;

    @Mixin
    CorpusFlags corpus;

    DataHeldOutCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        OutFile.check(out);
        if (Files.exists(out) && !overwrite) {
            throw CodaException.of("%s exists already; add --overwrite to replace it", out);
        }
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        int[] count = {0};
        Account account;
        try (Progress progress = Progress.ofBytes(world, "read")) {
            CorpusReader reader = new CorpusReader(corpus.options(), heldOut, corpus.threads);
            account = reader.read(
                    (done, total, name) -> {
                        interrupt.check();
                        progress.to(done, total, name);
                    },
                    document -> document,
                    document -> {
                        if (document.split() == Split.HELD_OUT) {
                            rows.writeBytes(row(document).getBytes(StandardCharsets.UTF_8));
                            count[0]++;
                        }
                    });
        }
        CorpusReport.print(world.out(), account, "documents");
        if (count[0] == 0) {
            throw CodaException.of(
                    "nothing is held out of %d documents; --held-out is %s", account.documents(), heldOut);
        }
        AtomicFiles.write(out, rows.toByteArray());
        world.out().printf(Locale.ROOT, "%s: %s documents%n", out, Amounts.count(count[0]));
        return ExitCodes.OK;
    }

    private static String row(CorpusReader.Kept document) {
        return JsonNodeFactory.instance
                        .objectNode()
                        .put("path", document.name())
                        .put("text", document.text())
                + "\n";
    }
}
