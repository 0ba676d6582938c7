package io.github.coda4j.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.generate.length.LengthCalibration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How well a model fills holes whose length it is not told: a section of a page, and rows for people and programs.
 *
 * @param results by kind and method; empty where nothing was measured
 * @param calibration what the model's confidence in empty holes was found to be, if that was ever measured
 */
public record LengthReport(List<LengthResult> results, Optional<LengthCalibration> calibration) {
    /** Nothing was measured. */
    public static final LengthReport NONE = new LengthReport(List.of(), Optional.empty());

    static final String HEADING = "## Holes of unknown length";

    private static final String NOT_TRAINED = "not trained";

    private static final Columns<LengthResult> COLUMNS = new Columns<>(
            List.of("kind", "method", "holes", "exact", "tokens", "parses", "forwards", "s"),
            Columns.widths(-12, -27, 6, 12, 12, 12, 9, 8),
            LengthReport::cells);

    public LengthReport {
        results = List.copyOf(results);
    }

    /** The headings over {@link #line}. */
    public static String headline() {
        return COLUMNS.headline();
    }

    /** One row under {@link #headline}. */
    public static String line(LengthResult result) {
        return COLUMNS.line(result);
    }

    private static List<String> cells(LengthResult result) {
        List<String> cells = new ArrayList<>(List.of(result.kind(), result.method()));
        if (result.score().isEmpty()) {
            cells.add("-");
            cells.add(NOT_TRAINED);
            cells.addAll(Collections.nCopies(4, "-"));
            return cells;
        }
        LengthScore score = result.score().get();
        cells.add(Integer.toString(score.holes()));
        cells.add(Columns.share(score.exact(), score.holes()));
        cells.add(Columns.share(score.right(), score.tokens()));
        cells.add(Columns.share(score.parses(), score.judged()));
        cells.add(score.holes() == 0 ? "-" : Columns.number((double) score.forwards() / score.holes(), 1));
        cells.add(score.holes() == 0 ? "-" : Columns.number(score.seconds() / score.holes(), 3));
        return cells;
    }

    /** Every figure under its own name. */
    void json(ArrayNode holes) {
        for (LengthResult result : results) {
            ObjectNode row = holes.addObject();
            row.put("kind", result.kind());
            row.put("method", result.method());
            row.put("trained", result.score().isPresent());
            result.score().ifPresent(score -> {
                row.put("holes", score.holes());
                row.put("exact", score.exact());
                row.put("tokens", score.tokens());
                row.put("tokens_right", score.right());
                row.put("files_judged", score.judged());
                row.put("files_that_parse", score.parses());
                row.put("forwards", score.forwards());
                row.put("pads", score.pads());
                row.put("seconds", score.seconds());
            });
        }
    }

    /**
     * The section in Markdown, from its heading to its end.
     *
     * @param command the command line that measured it
     * @param about a line about date and machine
     * @param plot file name of the calibration's plot, if it was drawn
     */
    List<String> section(String command, String about, Optional<String> plot) {
        List<String> lines = new ArrayList<>(List.of(HEADING, "", "Made by", "", "    " + command, "", about, ""));
        lines.addAll(
                Prose.lines("Pieces of held-out files are taken out and filled without being told how long they were, "
                        + "by the methods of `coda infill`; the answer is compared as text. **true length**: the "
                        + "number of tokens is told, with the context that the checkpoint asks for and, of holes of "
                        + "up to 16 tokens, with all that the model takes. **fixed**: 32 tokens. **at most**: pads "
                        + "that were trained say how many of 32 tokens are needed. **search alone**: the length of "
                        + "which the empty hole is surest. **+**: one source of the length after another: the "
                        + "log-probability of the best lengths' answers as decoded, the same and read back, whether "
                        + "the file parses and, in Java, what a compiler refuses, with names of the file among the "
                        + "answers, pads that were trained. **auto**: as `infill` does it. **forwards**: of one "
                        + "sequence, for each hole; those that find a length run a part of it."));
        lines.add("");
        lines.addAll(COLUMNS.markdown(of(LengthBench.UP_TO_SHORT)));
        lines.add("");
        lines.addAll(Prose.lines(ratio()));
        lines.add("");
        plot.ifPresent(file -> lines.addAll(List.of(
                "![How sure the model is of empty holes, and the curve of its calibration](" + file + ")", "")));
        Set<String> kinds = new LinkedHashSet<>();
        results.forEach(result -> kinds.add(result.kind()));
        kinds.remove(LengthBench.UP_TO_SHORT);
        List<LengthResult> rows =
                kinds.stream().flatMap(kind -> of(kind).stream()).toList();
        lines.addAll(COLUMNS.markdown(rows));
        return lines;
    }

    private List<LengthResult> of(String kind) {
        return results.stream().filter(result -> result.kind().equals(kind)).toList();
    }

    private String ratio() {
        Optional<LengthScore> auto = score("auto");
        Optional<LengthScore> known = score("true length");
        if (auto.isEmpty() || known.isEmpty()) {
            return "No hole is that short.";
        }
        return String.format(
                Locale.ROOT,
                "Of holes of up to %d tokens, `auto` fills %s of those that are exact at the true length (%d and %d), "
                        + "and %s of those whose files parse (%d and %d).",
                LengthBench.SHORT,
                Columns.share(auto.get().exact(), known.get().exact()),
                auto.get().exact(),
                known.get().exact(),
                Columns.share(auto.get().parses(), known.get().parses()),
                auto.get().parses(),
                known.get().parses());
    }

    private Optional<LengthScore> score(String method) {
        return of(LengthBench.UP_TO_SHORT).stream()
                .filter(result -> result.method().equals(method))
                .findFirst()
                .flatMap(LengthResult::score);
    }
}
