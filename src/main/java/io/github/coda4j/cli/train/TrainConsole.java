package io.github.coda4j.cli.train;

import io.github.coda4j.Amounts;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Split;
import io.github.coda4j.model.VocabularyFit;
import io.github.coda4j.train.HeldOutMetrics;
import io.github.coda4j.train.StepMetrics;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.TrainingListener;
import io.github.coda4j.train.TrainingStart;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Training for a person to look at: what it begins with, and how far it is on a {@link StatusLine}. The first and the
 * last step and every measurement are told whatever the time.
 */
final class TrainConsole implements TrainingListener {
    /** The ETA is made of about so many steps. */
    private static final int MEMORY = 20;

    private static final double GIGA = 1e9;

    private final World world;
    private final long steps;
    private final StatusLine status;
    private long seen;
    private double stepSeconds;
    private double trainingSeconds;
    private double waitedSeconds;

    /**
     * A console for a run.
     *
     * @param steps of the whole run
     * @param nanos a clock, {@link System#nanoTime}
     */
    TrainConsole(World world, long steps, LongSupplier nanos) {
        this.world = world;
        this.steps = steps;
        this.status = StatusLine.of(world, nanos);
    }

    @Override
    public void resuming(Path checkpoint) {
        world.note("going on from " + checkpoint);
    }

    @Override
    public void nothingToResume(Path run) {
        world.note("no checkpoint in " + run + " yet: beginning");
    }

    @Override
    public void vocabulary(VocabularyFit fit) {
        fit.note().ifPresent(world::note);
    }

    @Override
    public void examplesLeftOut(Split split, long tooLong, long examples, int length) {
        world.note(tooLong + " of " + examples + " " + split.label() + " examples are longer than " + length
                + " tokens and left out; none is cut");
    }

    @Override
    public void fewerHeldOut(Path data, long rows, int asked) {
        world.note("evaluation.sequences asks for " + asked + " held-out rows, but " + data + " has " + rows
                + ": these are measured; tokenize with a larger --held-out for more");
    }

    @Override
    public void started(TrainingStart start) {
        TrainConfig config = start.config();
        world.note(String.format(
                Locale.ROOT,
                "%s: %s parameters, %s tokens in %d rows of %d, %d rows per step, %d steps = %.2f epochs; %s, %s",
                config.stage(),
                Amounts.count(start.parameters()),
                Amounts.count(start.tokens()),
                start.rows(),
                start.length(),
                config.batch().rows(),
                config.lastStep(),
                start.epochs(),
                config.compute().precision(),
                config.out()));
    }

    @Override
    public void step(StepMetrics m) {
        seen++;
        stepSeconds += (m.seconds() - stepSeconds) / Math.min(seen, MEMORY);
        trainingSeconds += m.seconds();
        waitedSeconds += m.waitedSeconds();
        if (m.step() == steps) {
            status.keep(line(m));
        } else if (seen == 1) {
            status.showNow(line(m));
        } else {
            status.show(() -> line(m));
        }
    }

    /** What matters most comes first: a narrow terminal shows the beginning. */
    private String line(StepMetrics m) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT, "step %d/%d  loss %.4f  %s tok/s", m.step(), steps, m.loss(), rate(m.tokensPerSecond())));
        m.peakShare().ifPresent(share -> line.append(String.format(Locale.ROOT, "  mfu %.1f%%", 100 * share)));
        return line.append(String.format(
                        Locale.ROOT,
                        "  eta %s  masked ce %.4f  elbo %.4f  lr %.2e  grad %.3f  data %.1f%%  masked %d (S1 %d S2 %d "
                                + "S3 %d%s)",
                        clock(stepSeconds * (steps - m.step())),
                        m.maskedCrossEntropy(),
                        m.elbo(),
                        m.learningRate(),
                        m.gradientNorm(),
                        100 * waitedSeconds / trainingSeconds,
                        m.masked(),
                        m.masks().prefixRows(),
                        m.masks().truncatedRows(),
                        m.masks().blockRows(),
                        m.masks().holeRows() == 0 ? "" : " S4 " + m.masks().holeRows()))
                .toString();
    }

    @Override
    public void heldOut(HeldOutMetrics m) {
        status.note(String.format(
                Locale.ROOT,
                "step %d/%d  held-out loss %.4f  masked ce %.4f",
                m.step(),
                steps,
                m.loss(),
                m.maskedCrossEntropy()));
    }

    @Override
    public void peakRaised(double before, double now) {
        status.note(String.format(
                Locale.ROOT,
                "a step was faster than the products of %.0f GFLOP/s that mfu is a part of: the machine was busy when "
                        + "they were measured; mfu is now a part of %.0f GFLOP/s",
                before / GIGA,
                now / GIGA));
    }

    @Override
    public void close() {
        status.close();
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
