package com.example;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.MetricsSink;
import io.github.coda4j.train.MetricsSinkFactory;
import io.github.coda4j.train.MetricsSinkSettings;
import io.github.coda4j.train.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The losses as {@code losses.csv} in the run's folder: what was measured, at which step, and its value. A config names
 * it: {@code metrics: {sinks: [{name: com.example.CsvSink, every: 10}]}}.
 */
public final class CsvSink implements MetricsSinkFactory {
    @Override
    public List<String> options() {
        return List.of("every");
    }

    @Override
    public MetricsSinkSettings read(ConfigValues options) {
        return new Settings(options.countOr("every", 1));
    }

    /**
     * What is written.
     *
     * @param every steps between two lines, at least 1
     */
    record Settings(int every) implements MetricsSinkSettings {
        Settings {
            check(every >= 1, "every must be at least 1, got %d", every);
        }

        @Override
        public MetricsSink open(Path run, long step) {
            return new Writing(run.resolve("losses.csv"), every, step);
        }
    }

    private static final class Writing implements MetricsSink {
        private final Path file;
        private final int every;

        /** Lines about steps after {@code step} are of a process that was killed; they are made again. */
        Writing(Path file, int every, long step) {
            this.file = file;
            this.every = every;
            try {
                List<String> before = Files.exists(file) ? Files.readAllLines(file) : List.of();
                Files.write(
                        file,
                        before.stream()
                                .filter(line -> Long.parseLong(line.split(",")[1]) <= step)
                                .toList());
            } catch (IOException e) {
                throw cannotWrite(e);
            }
        }

        @Override
        public void step(StepMetrics metrics) {
            if (metrics.step() % every == 0) {
                append("loss," + metrics.step() + "," + metrics.loss());
            }
        }

        @Override
        public void heldOut(HeldOutMetrics metrics) {
            append("held-out loss," + metrics.step() + "," + metrics.loss());
        }

        private void append(String line) {
            try {
                Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw cannotWrite(e);
            }
        }

        private CodaException cannotWrite(IOException e) {
            return new CodaException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
