package io.github.coda4j.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores of coda-mini do not depend on how many answers are under way, nor on when. */
@Tag("process")
class EvalSessionsTest {
    private static final String TASK = "infill-random-light";

    @TempDir
    Path folder;

    private Path samples(int together, String name) {
        Path file = folder.resolve(name + ".jsonl");
        Cli cli = new Cli().env("PATH", System.getenv("PATH")).real();
        int code = cli.run(
                "eval",
                "generate",
                "--task",
                TASK,
                "--model",
                "models/coda-mini",
                "--data",
                SharedData.datasets().toString(),
                "--limit",
                "4",
                "--samples",
                "2",
                "--temperature",
                "0.7",
                "--together",
                Integer.toString(together),
                "--out",
                file.toString());
        assertThat(code).as(cli.err()).isZero();
        return file;
    }

    private Path scores(Path samples, int workers) {
        Path out = folder.resolve(samples.getFileName() + ".scores");
        Cli cli = new Cli().env("PATH", System.getenv("PATH"));
        int code = cli.run(
                "eval",
                "score",
                "--task",
                TASK,
                "--data",
                SharedData.datasets().toString(),
                "--allow-missing",
                "--workers",
                Integer.toString(workers),
                "--samples",
                samples.toString(),
                "--out",
                out.toString());
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.err())
                .containsPattern("a worker starts in \\d+ ms, \\d+ ms of them imports; an empty program takes \\d+ ms")
                .contains("judged 8 samples in ", " s by " + workers + " workers at once, ");
        return out;
    }

    private static List<ObjectNode> rows(Path file) {
        List<ObjectNode> rows = new ArrayList<>();
        JsonLines.read(file, line -> {
            ObjectNode row = line.object();
            row.remove("tokens_per_second");
            rows.add(row);
        });
        return rows;
    }

    @Test
    void scores_are_the_same_for_1_8_and_32_sessions_and_once_more() throws Exception {
        Path alone = samples(1, "alone");
        Path scores = scores(alone, 1);
        List<ObjectNode> rows = rows(alone);
        assertThat(rows).hasSize(8);
        assertThat(rows.stream().map(row -> row.get("completion").asText()).distinct())
                .as("seeds of their own at a temperature")
                .hasSizeGreaterThan(4);
        for (int together : new int[] {8, 32, 1}) {
            Path file = samples(together, "together-" + together);
            assertThat(rows(file)).isEqualTo(rows);
        }
        // That the same samples have the same verdicts whoever judges them and once more: ScoringTest.
        assertThat(rows(scores(folder.resolve("together-32.jsonl"), 32).resolve("results.jsonl")))
                .isEqualTo(rows(scores.resolve("results.jsonl")));
    }
}
