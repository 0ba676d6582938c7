package io.github.coda4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda bench copies}: beginnings out of shards, a model that goes on, and what is counted of it. */
@Tag("slow")
class BenchCopiesTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli().real();

    private int copies(String... more) {
        String[] arguments = {"bench", "copies", "--model", "models/coda-mini", "--data", folder + "/shards"};
        return cli.run(java.util.stream.Stream.of(arguments, more)
                .flatMap(java.util.stream.Stream::of)
                .toArray(String[]::new));
    }

    @Test
    void texts_are_written_and_counted() {
        assertThat(cli.run(
                        "data",
                        "tokenize",
                        "--tokenizer",
                        "models/coda-mini",
                        "--held-out",
                        "0.4",
                        "--out",
                        folder + "/shards",
                        "src/main/java/io/github/coda4j/plot"))
                .as(cli.err())
                .isZero();
        assertThat(copies("--texts", "2", "--given", "8", "--max-new-tokens", "12", "--longer-than", "5"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .containsPattern("\\n2 texts, \\d\\d tokens: \\d+\\.\\d % of the runs of 4 tokens repeat one before; "
                        + "\\d texts hold more than 5 tokens of a training document in a row, the longest \\d+\\n");
        assertThat(copies("--texts", "2", "--given", "100000")).isEqualTo(2);
        assertThat(cli.err()).contains("no held-out document has more than 100000 tokens: give --given less");
        assertThat(copies("--max-new-tokens", "60")).isEqualTo(2);
        assertThat(cli.err()).contains("--max-new-tokens must exceed --longer-than, got 60");
    }
}
