package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.app.Main;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The class for {@code spark-submit}: arguments are those of {@code coda data}, {@code tokenize ...} or
 * {@code tokenizer ...}; the master and the rest of Spark's settings are those that spark-submit sets.
 */
public final class DataJob {
    private DataJob() {}

    /**
     * Runs the command and returns when it is done, so that a cluster counts the job as done.
     *
     * @throws CodaException when it failed, behind its own message
     */
    public static void main(String... arguments) {
        List<String> all = new ArrayList<>(List.of("data"));
        all.addAll(Arrays.asList(arguments));
        if (all.stream().noneMatch(one -> one.equals("--engine") || one.startsWith("--engine="))) {
            all.addAll(Math.min(2, all.size()), List.of("--engine", "spark"));
        }
        int code = Main.run(all.toArray(String[]::new));
        if (code != 0) {
            throw CodaException.of("coda %s ended with %d", String.join(" ", all), code);
        }
    }
}
