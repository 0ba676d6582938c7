package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.InstructionMaker;
import io.github.coda4j.data.Language;
import io.github.coda4j.data.Split;
import io.github.coda4j.text.ChatMessage;
import java.util.List;
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
            "The rows are {\"messages\": [{\"role\", \"content\"}]}.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda data instruct --out instructions.jsonl --max-examples 20000 src"})
final class DataInstructCommand extends RowsCommand {
    @Option(names = "--per-file", paramLabel = "N", description = "Methods that one file gives at most (default: 2).")
    int perFile = 2;

    @Option(names = "--max-examples", paramLabel = "N", description = "Stop writing after so many (default: 100000).")
    int maxExamples = 100_000;

    @Option(names = "--seed", paramLabel = "N", description = "Which methods and which exercises (default: 0).")
    long seed;

    @Mixin
    CorpusFlags corpus;

    DataInstructCommand(World world, Interrupt interrupt) {
        super(world, interrupt);
    }

    @Override
    CorpusFlags corpus() {
        return corpus;
    }

    @Override
    public Integer call() {
        check(maxExamples >= 1, "--max-examples must be at least 1, got %d", maxExamples);
        checkOut();
        InstructionMaker maker = new InstructionMaker(perFile, seed);
        Rows rows = new Rows();
        read(
                document -> exercises(maker, document),
                exercises -> exercises.stream()
                        .limit(maxExamples - rows.count())
                        .forEach(exercise -> rows.add(row(exercise))));
        if (rows.count() == 0) {
            throw CodaException.of("no methods to learn from were found; are there .java or .py files in the inputs?");
        }
        int exit = write(rows, "instructions");
        world.note("Next: coda data tokenize --sft --tokenizer DIR --out DIR " + out());
        return exit;
    }

    private static List<List<ChatMessage>> exercises(InstructionMaker maker, CorpusReader.Kept document) {
        return document.split() == Split.TRAIN
                ? Language.of(document.name())
                        .map(language -> maker.exercises(language, document.text(), document.hash()))
                        .orElse(List.of())
                : List.of();
    }

    private static ObjectNode row(List<ChatMessage> exercise) {
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
