package io.github.coda4j.cli.train;

import io.github.coda4j.cli.World;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.MetricsSink;
import io.github.coda4j.train.StepMetrics;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Training for a person to look at: a line for the first and last step and for others as time passes. */
final class TrainConsole implements MetricsSink {
    /** Least time between two lines. */
    private static final long PAUSE_NANOS = 2_000_000_000L;
    /** The ETA is made of about so many steps. */
    private static final int MEMORY = 20;

    private final World world;
    private final long steps;
    private final LongSupplier nanos;
    private long lastLine;
    private long seen;
    private double stepSeconds;
    private double trainingSeconds;
    private double waitedSeconds;
    private Optional<StepMetrics> last = Optional.empty();

    /**
     * A console for a run.
     *
     * @param steps of the whole run
     * @param nanos a clock, {@link System#nanoTime}
     */
    TrainConsole(World world, long steps, LongSupplier nanos) {
        this.world = world;
        this.steps = steps;
        this.nanos = nanos;
    }

    @Override
    public void step(StepMetrics m) {
        seen++;
        stepSeconds += (m.seconds() - stepSeconds) / Math.min(seen, MEMORY);
        trainingSeconds += m.seconds();
        waitedSeconds += m.waitedSeconds();
        long now = nanos.getAsLong();
        if (last.isEmpty() || m.step() == steps || now - lastLine >= PAUSE_NANOS) {
            lastLine = now;
            world.note(line(m));
        }
        last = Optional.of(m);
    }

    private String line(StepMetrics m) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "step %d/%d  loss %.4f  elbo %.4f  masked ce %.4f  lr %.2e  grad %.3f  masked %d (S1 %d S2 %d "
                        + "S3 %d)  %s tok/s",
                m.step(),
                steps,
                m.loss(),
                m.elbo(),
                m.maskedCrossEntropy(),
                m.learningRate(),
                m.gradientNorm(),
                m.masked(),
                m.masks().prefixRows(),
                m.masks().truncatedRows(),
                m.masks().blockRows(),
                rate(m.tokensPerSecond())));
        m.peakShare().ifPresent(share -> line.append(String.format(Locale.ROOT, "  mfu %.1f%%", 100 * share)));
        line.append(String.format(Locale.ROOT, "  data %.1f%%", 100 * waitedSeconds / trainingSeconds));
        return line.append("  eta ")
                .append(clock(stepSeconds * (steps - m.step())))
                .toString();
    }

    @Override
    public void heldOut(HeldOutMetrics m) {
        world.note(String.format(
                Locale.ROOT,
                "step %d/%d  held-out loss %.4f  masked ce %.4f",
                m.step(),
                steps,
                m.loss(),
                m.maskedCrossEntropy()));
    }

    /** Part of the steps' time so far that went into waiting for data. */
    double waitedShare() {
        return trainingSeconds == 0 ? 0 : waitedSeconds / trainingSeconds;
    }

    /** The newest step, if there was one. */
    Optional<StepMetrics> last() {
        return last;
    }

    private static String rate(double perSecond) {
        return perSecond < 1e4
                ? String.format(Locale.ROOT, "%.0f", perSecond)
                : String.format(Locale.ROOT, "%.1fk", perSecond / 1e3);
    }

    /** For example {@code 1:02:03} or {@code 12:34}. */
    static String clock(double seconds) {
        Duration time = Duration.ofSeconds(Math.round(seconds));
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
}
