package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Amounts;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.InstructionMaker;
import io.github.coda4j.data.Language;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.text.ChatMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda data instruct}. */
@Command(
        name = "instruct",
        sortOptions = false,
        description = {
            "Make instructions with answers out of Java and Python code, for fine-tuning: write a method from "
                    + "its documentation and"
                    + " signature, complete one, fill in a gap.",
            "",
            "Reads the same documents as tokenize with the same flags, and leaves out those that it holds out.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda data instruct --out instructions.jsonl --max-examples 20000 src"})
final class DataInstructCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE.jsonl",
            description = "The file to write, one {\"messages\": [...]} per line; it appears whole or not at all.")
    Path out;

    @Option(names = "--overwrite", description = "Replace an older file.")
    boolean overwrite;

    @Option(
            names = "--held-out",
            paramLabel = "X",
            description = "Share of the documents that is left out, as for tokenize (default: 0.01).")
    double heldOut = 0.01;

    @Option(names = "--per-file", paramLabel = "N", description = "Methods that one file gives at most (default: 2).")
    int perFile = 2;

    @Option(names = "--max-examples", paramLabel = "N", description = "Stop writing after so many (default: 100000).")
    int maxExamples = 100_000;

    @Option(names = "--seed", paramLabel = "N", description = "Which methods and which exercises (default: 0).")
    long seed;

    @Mixin
    CorpusFlags corpus;

    DataInstructCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(maxExamples >= 1, "--max-examples must be at least 1, got %d", maxExamples);
        OutFile.check(out);
        if (Files.exists(out) && !overwrite) {
            throw CodaException.of("%s exists already; add --overwrite to replace it", out);
        }
        InstructionMaker maker = new InstructionMaker(perFile, seed);
        Lines lines = new Lines();
        Account account;
        try (Progress progress = Progress.ofBytes(world, "read")) {
            CorpusReader reader = new CorpusReader(corpus.options(), heldOut, corpus.threads);
            account = reader.read(
                    (done, total, name) -> {
                        interrupt.check();
                        progress.to(done, total, name);
                    },
                    document -> exercises(maker, document),
                    lines::add);
        }
        CorpusReport.print(world.out(), account, "documents");
        if (lines.count == 0) {
            throw CodaException.of("no methods to learn from were found; are there .java or .py files in the inputs?");
        }
        AtomicFiles.write(out, lines.bytes.toByteArray());
        world.out().printf(Locale.ROOT, "%s: %s instructions%n", out, Amounts.count(lines.count));
        world.note("Next: coda data tokenize --sft --tokenizer DIR --out DIR " + out);
        return ExitCodes.OK;
    }

    private static List<List<ChatMessage>> exercises(InstructionMaker maker, CorpusReader.Kept document) {
        return document.split() == Split.TRAIN
                ? Language.of(document.name())
                        .map(language -> maker.exercises(language, document.text(), document.hash()))
                        .orElse(List.of())
                : List.of();
    }

    /** The rows of the file, up to the limit. */
    private final class Lines {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int count;

        void add(List<List<ChatMessage>> exercises) {
            for (List<ChatMessage> exercise : exercises) {
                if (count < maxExamples) {
                    bytes.writeBytes((row(exercise) + "\n").getBytes(StandardCharsets.UTF_8));
                    count++;
                }
            }
        }

        private ObjectNode row(List<ChatMessage> exercise) {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            ArrayNode messages = row.putArray("messages");
            for (ChatMessage message : exercise) {
                messages.addObject()
                        .put("role", message.role())
                        .put("content", message.content().orElse(""));
            }
            return row;
        }
    }
}
