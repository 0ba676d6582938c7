package io.github.coda4j.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda eval requests}: each is asked, tried and shown. */
@Tag("process")
class EvalRequestsTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli().real();

    @Timeout(120)
    @Test
    void every_request_is_asked_and_its_verdict_printed_and_written() throws IOException {
        Path requests = Files.writeString(
                folder.resolve("requests.jsonl"),
                "{\"id\": \"one\", \"language\": \"python\", \"request\": \"Write f(a).\", \"check\": \"pass\"}\n"
                        + "{\"id\": \"two\", \"language\": \"java\", \"request\": \"Write g().\", \"check\": \"g();\"}\n");
        Path page = folder.resolve("page.md");
        assertThat(cli.run(
                        "eval",
                        "requests",
                        requests.toString(),
                        "--model",
                        "models/coda-mini",
                        "--max-new-tokens",
                        "4",
                        "--out",
                        page.toString()))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .containsPattern("one        \\S.*\\ntwo        \\S.*\\n\\d of 2 parse and do it, \\d parse\\n");
        assertThat(page)
                .content()
                .containsPattern("\\d of 2 parse and do it, \\d parse\\.\\n\\n## one: .*\\n\\nWrite f\\(a\\)\\.\\n\\n")
                .containsPattern("\\n## two: .*\\n\\nWrite g\\(\\)\\.\\n");
        assertThat(cli.run("eval", "requests", folder + "/none.jsonl")).isEqualTo(1);
        assertThat(cli.run("eval", "requests", requests.toString(), "--sandbox", "none"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--sandbox must be required, best, off or bwrap, got 'none'");
    }
}
