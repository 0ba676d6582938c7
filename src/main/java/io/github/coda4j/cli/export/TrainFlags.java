package io.github.coda4j.cli.export;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.train.Adafactor;
import io.github.coda4j.train.AdamW;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What only a training step has; its numbers beside these are the trainer's defaults. */
final class TrainFlags {
    /** How parameters move. */
    enum Optimizer {
        ADAFACTOR,
        ADAMW
    }

    @Option(
            names = "--micro-rows",
            paramLabel = "N",
            description = "Sequences that are computed at a time; divides --rows (default: all).")
    Optional<Integer> microRows = Optional.empty();

    @Option(
            names = "--optimizer",
            paramLabel = "adafactor|adamw",
            description = "The rule, with the trainer's default numbers (default: adafactor).")
    Optional<String> optimizer = Optional.empty();

    @Option(
            names = "--clip",
            paramLabel = "X",
            description = "Largest L2 norm of the gradient (default: every gradient is let through).")
    Optional<Double> clip = Optional.empty();

    @Option(
            names = "--share",
            paramLabel = "data_parallel|fsdp|gspmd|shardy",
            description = "How devices share the work: with collectives in the text, or with annotations for XLA's "
                    + "partitioner.")
    Optional<String> share = Optional.empty();

    @Option(names = "--devices", paramLabel = "N", description = "How many share it (default: 1).")
    Optional<Integer> devices = Optional.empty();

    /** Names of those that were given. */
    private List<String> given() {
        List<String> names = new ArrayList<>();
        microRows.ifPresent(_ -> names.add("--micro-rows"));
        optimizer.ifPresent(_ -> names.add("--optimizer"));
        clip.ifPresent(_ -> names.add("--clip"));
        share.ifPresent(_ -> names.add("--share"));
        devices.ifPresent(_ -> names.add("--devices"));
        return names;
    }

    boolean areUntouched() {
        return given().isEmpty();
    }

    /** The first of those that were given. */
    String first() {
        return areUntouched() ? "" : given().getFirst();
    }

    UpdateRule rule() {
        Optimizer named = Choice.of(
                "--optimizer", optimizer.orElse(Choice.word(Optimizer.ADAFACTOR)), List.of(Optimizer.values()));
        return switch (named) {
            case ADAFACTOR -> Adafactor.Settings.DEFAULT.rule();
            case ADAMW -> AdamW.Settings.DEFAULT.rule();
        };
    }

    double clip() {
        return clip.orElse(Double.POSITIVE_INFINITY);
    }

    Distribution distribution() {
        int count = devices.orElse(1);
        check(
                share.isPresent() || devices.isEmpty(),
                "--devices %d needs --share: data_parallel, fsdp, gspmd or shardy",
                count);
        if (share.isEmpty()) {
            return Distribution.ONE;
        }
        Distribution.Kind kind = Choice.of(
                "--share",
                share.get(),
                List.of(
                        Distribution.Kind.DATA_PARALLEL,
                        Distribution.Kind.FSDP,
                        Distribution.Kind.GSPMD,
                        Distribution.Kind.SHARDY));
        check(count > 1, "--share %s needs --devices N, at least 2", share.get());
        return new Distribution(kind, count);
    }
}
