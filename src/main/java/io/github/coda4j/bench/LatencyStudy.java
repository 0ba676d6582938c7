package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.plot.LinePlot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * How long two models take for an answer in so many steps, as CoDA's report compares it with Dream: no cache, every
 * step runs prompt and answer in full.
 *
 * @param shape of the answers
 * @param a the first model
 * @param b the one that it is compared with
 * @param steps how many there are, ascending
 * @param whole whether answers were decoded whole; otherwise the times of two steps were measured
 * @param layers how many layers of each model were timed, and twice as many; the rest is reckoned. Empty: all
 */
public record LatencyStudy(Shape shape, Model a, Model b, List<Integer> steps, boolean whole, OptionalInt layers) {
    /** What the report says of the original, on its machine and with trained weights. */
    public static final String REPORTED =
            "the report: CoDA 1.7B takes 39.64 % less than Dream 7B, mean of 32 to 1024 steps, on its own machine";

    private static final List<String> ASSUMED = List.of(
            "assumed: every step runs prompt and answer in full, and its time grows evenly with the positions open;",
            "steps with all of them and with one were timed and added up (--whole decodes every answer instead)");

    public LatencyStudy {
        check(!steps.isEmpty(), "a study needs at least one number of steps, got none");
        steps = List.copyOf(steps);
        check(
                a.seconds().size() == steps.size() && b.seconds().size() == steps.size(),
                "%d numbers of steps need as many times, got %d and %d",
                steps.size(),
                a.seconds().size(),
                b.seconds().size());
    }

    /**
     * The answers.
     *
     * @param prompt tokens before them, 1 or more
     * @param answer tokens of each, 1 or more
     */
    public record Shape(int prompt, int answer) {
        public Shape {
            check(prompt >= 1, "a prompt needs at least 1 token, got %d", prompt);
            check(answer >= 1, "an answer needs at least 1 token, got %d", answer);
        }
    }

    /**
     * A model's times.
     *
     * @param name what it is called
     * @param seconds of an answer, for each number of steps
     */
    public record Model(String name, List<Double> seconds) {
        public Model {
            seconds = List.copyOf(seconds);
        }
    }

    /**
     * What two steps take.
     *
     * @param allOpen seconds when every position of the answer is open
     * @param oneOpen seconds when a single one is
     */
    public record StepTimes(double allOpen, double oneOpen) {
        /**
         * Seconds of an answer that commits as many tokens in each step as in any other.
         *
         * @param answer its tokens
         * @param steps 1 to {@code answer}
         */
        public double seconds(int answer, int steps) {
            check(
                    1 <= steps && steps <= answer,
                    "an answer of %d tokens has 1 to %d steps, got %d",
                    answer,
                    answer,
                    steps);
            double sum = 0;
            for (int step = 0; step < steps; step++) {
                double open = answer * (1 - (double) step / steps);
                double part = answer == 1 ? 1 : (open - 1) / (answer - 1);
                sum += oneOpen + (allOpen - oneOpen) * part;
            }
            return sum;
        }
    }

    /** What two steps of a model of so many layers take. */
    public record Layered(int layers, StepTimes times) {
        /**
         * What a model takes that has more layers than two that were timed: each layer takes as long as another.
         *
         * @param more another number of layers, larger than this one's
         */
        public StepTimes upTo(Layered more, int all) {
            double further = (double) (all - layers) / (more.layers - layers);
            return new StepTimes(
                    this.times.allOpen + further * (more.times.allOpen - this.times.allOpen),
                    this.times.oneOpen + further * (more.times.oneOpen - this.times.oneOpen));
        }
    }

    /**
     * Times the two steps.
     *
     * @throws IllegalArgumentException when the model knows too few positions
     */
    public static StepTimes measure(Transformer transformer, Shape shape, Timing timing) {
        int length = shape.prompt() + shape.answer();
        check(
                transformer.maxPositions() >= length,
                "the model knows %d positions, prompt and answer need %d",
                transformer.maxPositions(),
                length);
        int[] ids =
                new SplittableRandom(1).ints(length, 0, transformer.vocabSize()).toArray();
        return new StepTimes(seconds(transformer, ids, shape.answer(), timing), seconds(transformer, ids, 1, timing));
    }

    private static double seconds(Transformer transformer, int[] ids, int open, Timing timing) {
        int[] positions = new int[open];
        Arrays.setAll(positions, i -> ids.length - open + i);
        ForwardPlan plan = new ForwardPlan(ids, 0, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
        return timing.seconds(() -> transformer.forward(List.of(plan)));
    }

    /** By how much the first model's time is below the second's, as a part of the second's; negative when above. */
    public double below(int index) {
        return 1 - a.seconds().get(index) / b.seconds().get(index);
    }

    /** The mean of that over all numbers of steps. */
    public double meanBelow() {
        double sum = 0;
        for (int i = 0; i < steps.size(); i++) {
            sum += below(i);
        }
        return sum / steps.size();
    }

    /** For people: the table, and what stands behind it. */
    public List<String> lines() {
        int widthA = Math.max(12, a.name().length() + 2);
        int widthB = Math.max(12, b.name().length() + 2);
        String form = "%6s  %" + widthA + "s  %" + widthB + "s  %9s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, form, "steps", a.name() + " s", b.name() + " s", "lower by"));
        for (int i = 0; i < steps.size(); i++) {
            lines.add(String.format(
                    Locale.ROOT,
                    form,
                    steps.get(i),
                    number(a.seconds().get(i)),
                    number(b.seconds().get(i)),
                    percent(below(i))));
        }
        lines.add(String.format(Locale.ROOT, form, "mean", "", "", percent(meanBelow())));
        lines.addAll(notes());
        return lines;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT, "answers of %,d tokens behind %,d of prompt, no cache", shape.answer(), shape.prompt()));
        if (!whole) {
            notes.addAll(ASSUMED);
        }
        layers.ifPresent(n -> notes.add(String.format(
                Locale.ROOT,
                "reckoned: models of %d and %d layers were timed, and a step was taken to grow by the same time with"
                        + " each further layer",
                n,
                2 * n)));
        notes.add(REPORTED);
        return notes;
    }

    private static String number(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * part);
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", shape.prompt())
                .put("answer_tokens", shape.answer())
                .put("whole", whole);
        layers.ifPresent(n -> json.put("layers_timed", n));
        for (Model model : List.of(a, b)) {
            ObjectNode times = json.putObject(model == a ? "a" : "b").put("model", model.name());
            for (int i = 0; i < steps.size(); i++) {
                times.put(steps.get(i).toString(), model.seconds().get(i));
            }
        }
        return json.put("mean_below", meanBelow());
    }

    /**
     * Writes a page in Markdown, and its plot beside it.
     *
     * @param file the page; the plot gets its name with {@code .png} in place of {@code .md}
     * @param command the command line that measured it
     * @param about lines about machine and date
     * @return the plot
     * @throws io.github.coda4j.CodaException when one of them cannot be written, or the plot cannot be drawn
     */
    public Path write(Path file, String command, List<String> about) {
        Path plot = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.md$", "") + ".png");
        StringBuilder page = new StringBuilder();
        page.append("# Time against steps\n\n    ").append(command).append("\n\n");
        about.forEach(line -> page.append("- ").append(line).append('\n'));
        notes().forEach(line -> page.append("- ").append(line).append('\n'));
        page.append(String.format(
                Locale.ROOT, "%n| steps | %s, s | %s, s | lower by |%n|---|---|---|---|%n", a.name(), b.name()));
        for (int i = 0; i < steps.size(); i++) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %d | %s | %s | %s |%n",
                    steps.get(i),
                    number(a.seconds().get(i)),
                    number(b.seconds().get(i)),
                    percent(below(i))));
        }
        page.append("| mean | | | ").append(percent(meanBelow())).append(" |\n\n");
        page.append("![Seconds against steps](").append(plot.getFileName()).append(")\n");
        AtomicFiles.writeText(file, page.toString());
        AtomicFiles.write(plot, new LinePlot("an answer", "steps", "seconds", List.of(line(a), line(b))).png());
        return plot;
    }

    private LinePlot.Line line(Model model) {
        List<LinePlot.Point> points = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            points.add(new LinePlot.Point(steps.get(i), model.seconds().get(i)));
        }
        return new LinePlot.Line(model.name(), points);
    }
}
