package io.github.coda4j.cli.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
final class DataHeldOutCommand extends RowsCommand {
    @Mixin
    CorpusFlags corpus;

    DataHeldOutCommand(World world, Interrupt interrupt) {
        super(world, interrupt);
    }

    @Override
    CorpusFlags corpus() {
        return corpus;
    }

    @Override
    public Integer call() {
        checkOut();
        Rows rows = new Rows();
        Account account = read(document -> document, document -> {
            if (document.split() == Split.HELD_OUT) {
                rows.add(row(document));
            }
        });
        if (rows.count() == 0) {
            throw CodaException.of(
                    "nothing is held out of %d documents; --held-out is %s", account.documents(), heldOut);
        }
        return write(rows, "documents");
    }

    private static ObjectNode row(CorpusReader.Kept document) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("path", document.name())
                .put("text", document.text());
    }
}
