package io.github.coda4j.train;

import io.github.coda4j.Amounts;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The report of a run while it goes on and when it ends, however it ends: written anew at every measurement on held-out
 * data, or at every checkpoint where nothing is measured.
 */
final class RunPage {
    private final TrainConfig config;
    private final Path page;
    private final String title;
    private final long parameters;
    private final boolean measures;
    private final InstantSource clock;
    private final RunCurves curves;
    private long step;
    private long tokens;
    private OptionalDouble loss = OptionalDouble.empty();
    private OptionalDouble heldOut = OptionalDouble.empty();

    /**
     * The page of the run in this folder.
     *
     * @param state where the run stands; what its metrics say about later steps does not count
     * @param parameters of the model
     * @param measures whether there is held-out data to measure
     */
    RunPage(
            TrainConfig config,
            RunFolder folder,
            RunState state,
            long parameters,
            boolean measures,
            InstantSource clock) {
        this.config = config;
        this.page = folder.report();
        this.title = config.stage() + " " + folder.path();
        this.parameters = parameters;
        this.measures = measures;
        this.clock = clock;
        this.curves = RunCurves.read(folder.metrics(), state.step());
        this.step = state.step();
        this.tokens = state.tokens();
        this.heldOut = state.heldOut();
    }

    /** What the page hears of steps and measurements by. */
    MetricsSink sink() {
        return new MetricsSink() {
            @Override
            public void step(StepMetrics metrics) {
                add(metrics);
            }

            @Override
            public void heldOut(HeldOutMetrics metrics) {
                add(metrics);
            }
        };
    }

    private void add(StepMetrics metrics) {
        curves.add(MetricsFile.line(metrics));
        step = metrics.step();
        tokens += metrics.tokens();
        loss = OptionalDouble.of(metrics.loss());
        if (!measures && step % config.checkpoints().every() == 0) {
            write("running", facts());
        }
    }

    private void add(HeldOutMetrics metrics) {
        curves.add(MetricsFile.line(metrics));
        heldOut = OptionalDouble.of(metrics.loss());
        write("running", facts());
    }

    /** The run has ended in order. */
    void ended(TrainingResult result) {
        write(result.outcome() == TrainingLoop.Outcome.FINISHED ? "finished" : "stopped", result.facts());
    }

    /** The run has failed; a page that cannot be written then is remembered with the cause. */
    void failed(Throwable cause) {
        try {
            write("failed: " + cause.getMessage(), facts());
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("parameters", Amounts.count(parameters));
        facts.put("steps", Long.toString(step));
        facts.put("tokens", Amounts.count(tokens));
        loss.ifPresent(value -> facts.put("loss", String.format(Locale.ROOT, "%.4f", value)));
        heldOut.ifPresent(value -> facts.put("held-out loss", String.format(Locale.ROOT, "%.4f", value)));
        return facts;
    }

    private void write(String how, Map<String, String> facts) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("state", how);
        all.put(
                "as of",
                "step " + step + " of " + config.lastStep() + ", "
                        + clock.instant().truncatedTo(ChronoUnit.SECONDS));
        all.putAll(facts);
        RunReport.write(curves, page, title, all, config.yaml());
    }
}
