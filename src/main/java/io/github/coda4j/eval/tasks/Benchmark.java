package io.github.coda4j.eval.tasks;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.files.JsonLines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** What can be evaluated: a set, or a part of one, and the ways of judging that it allows. */
public enum Benchmark {
    HUMANEVAL("humaneval", DataSet.HUMANEVAL, Mode.HUMAN_EVAL),
    HUMANEVAL_PLUS("humaneval+", DataSet.HUMANEVAL_PLUS, Mode.EVALPLUS, Mode.HUMAN_EVAL, Mode.EVALPLUS_MINI),
    MBPP("mbpp", DataSet.MBPP, Mode.HUMAN_EVAL),
    MBPP_SANITIZED("mbpp-sanitized", DataSet.SANITIZED_MBPP, Mode.HUMAN_EVAL),
    MBPP_PLUS("mbpp+", DataSet.MBPP_PLUS, Mode.EVALPLUS, Mode.CODA),
    INFILL_SINGLE("infill-single", DataSet.SINGLE_LINE, Mode.HUMAN_EVAL, Mode.EXACT),
    INFILL_MULTI("infill-multi", DataSet.MULTI_LINE, Mode.HUMAN_EVAL, Mode.EXACT),
    INFILL_RANDOM("infill-random", DataSet.RANDOM_SPAN, Mode.HUMAN_EVAL, Mode.EXACT),
    INFILL_RANDOM_LIGHT("infill-random-light", DataSet.RANDOM_SPAN_LIGHT, Mode.HUMAN_EVAL, Mode.EXACT),
    SANTACODER_JAVA("santacoder-java", DataSet.SANTACODER, Mode.EXACT, Mode.MULTIPL_E),
    SANTACODER_PYTHON("santacoder-python", DataSet.SANTACODER, Mode.EXACT, Mode.MULTIPL_E),
    SANTACODER_JS("santacoder-js", DataSet.SANTACODER, Mode.EXACT),
    MULTIPL_E_HUMANEVAL_JAVA("multipl-e-java-humaneval", DataSet.MULTIPL_E_HUMANEVAL_JAVA, Mode.MULTIPL_E),
    MULTIPL_E_MBPP_JAVA("multipl-e-java-mbpp", DataSet.MULTIPL_E_MBPP_JAVA, Mode.MULTIPL_E),
    HUMANEVAL_X_JAVA("humaneval-x-java", DataSet.HUMANEVAL_X_JAVA, Mode.HUMANEVAL_X),
    SAFIM_BLOCK_JAVA("safim-block-java", DataSet.SAFIM_BLOCK, Mode.SAFIM, Mode.EXACT),
    SAFIM_BLOCK_PYTHON("safim-block-python", DataSet.SAFIM_BLOCK, Mode.SAFIM, Mode.EXACT),
    SAFIM_CONTROL_JAVA("safim-control-java", DataSet.SAFIM_CONTROL, Mode.SAFIM, Mode.EXACT),
    SAFIM_CONTROL_PYTHON("safim-control-python", DataSet.SAFIM_CONTROL, Mode.SAFIM, Mode.EXACT),
    SAFIM_API_JAVA("safim-api-java", DataSet.SAFIM_API, Mode.SAFIM, Mode.EXACT),
    SAFIM_API_PYTHON("safim-api-python", DataSet.SAFIM_API, Mode.SAFIM, Mode.EXACT),
    QUIXBUGS_JAVA("quixbugs-java", DataSet.QUIXBUGS_JAVA, Mode.EXACT);

    /** Of MBPP's numbers: those before are for prompts, those behind for training. */
    private static final int FIRST_OF_TEST = 11;

    private static final int LAST_OF_TEST = 510;

    private final String label;
    private final DataSet set;
    private final List<Mode> modes;

    Benchmark(String label, DataSet set, Mode... modes) {
        this.label = label;
        this.set = set;
        this.modes = List.of(modes);
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    /** The ways of judging; the first one is taken unless another is asked for. */
    public List<Mode> modes() {
        return modes;
    }

    /** Whether an answer is the whole program, and not what follows the prompt. */
    public boolean wantsWholePrograms() {
        return this == MBPP || this == MBPP_SANITIZED || this == MBPP_PLUS;
    }

    /** A name of a file in the language of its programs. */
    public String fileName() {
        return label.contains("java") ? "Main.java" : label.endsWith("-js") ? "main.js" : "main.py";
    }

    /** Whether an answer stands between a prompt and a suffix. */
    public boolean isInfilling() {
        return switch (rowForm()) {
            case SANTACODER, SAFIM, QUIXBUGS -> true;
            case HUMANEVAL -> this != HUMANEVAL && this != HUMANEVAL_PLUS;
            case MBPP, MBPP_PLUS, JAVA_PROGRAM -> false;
        };
    }

    /** Whether the hole is a whole line whose line ends neither the prompt nor the suffix has. */
    public boolean hasLineHoles() {
        return rowForm() == RowForm.SANTACODER;
    }

    /** Whether its answers are Python's. */
    public boolean isPython() {
        return switch (this) {
            case SANTACODER_JAVA,
                    SANTACODER_JS,
                    QUIXBUGS_JAVA,
                    SAFIM_BLOCK_JAVA,
                    SAFIM_CONTROL_JAVA,
                    SAFIM_API_JAVA,
                    MULTIPL_E_HUMANEVAL_JAVA,
                    MULTIPL_E_MBPP_JAVA,
                    HUMANEVAL_X_JAVA -> false;
            default -> true;
        };
    }

    /** Whether a way of judging runs answers. */
    public boolean runs(Mode mode) {
        return mode != Mode.EXACT && set != DataSet.SAFIM_API;
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Benchmark::label).toList();
    }

    /** @throws IllegalArgumentException when there is none of the name */
    public static Benchmark of(String name) {
        return Arrays.stream(values())
                .filter(one -> one.label.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no task '" + name + "': there are "
                        + String.join(", ", labels()) + Nearest.hint(name, labels())));
    }

    /** @throws IllegalArgumentException when this task is not judged in that way */
    public Mode mode(String name) {
        return modes.stream()
                .filter(mode -> mode.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the task " + label + " has no mode '" + name
                        + "': it has "
                        + String.join(", ", modes.stream().map(Mode::label).toList())));
    }

    /** The set that a way of judging reads. */
    public DataSet set(Mode mode) {
        return switch (this) {
            case HUMANEVAL_PLUS ->
                switch (mode) {
                    case HUMAN_EVAL -> DataSet.HUMANEVAL_PLUS_TESTS;
                    case EVALPLUS_MINI -> DataSet.HUMANEVAL_PLUS_MINI;
                    default -> set;
                };
            case MBPP_PLUS -> mode == Mode.CODA ? DataSet.MBPP_PLUS_TESTS : set;
            default -> set;
        };
    }

    /**
     * The tasks of a set by their names, in the order of the file.
     *
     * @param md5 of the file's bytes, unpacked
     */
    public record Loaded(Benchmark benchmark, String md5, Map<String, Problem> problems) {}

    /**
     * Reads the tasks.
     *
     * @throws CodaException when the file is not there or is not what it should be
     */
    public Loaded load(DataFolder data, Mode mode) {
        check(modes.contains(mode), "the task %s is not judged as %s", label, mode);
        DataFolder.Rows rows = data.read(set(mode));
        return new Loaded(this, rows.md5(), problems(rows));
    }

    /** The tasks among the rows of a set. */
    public Map<String, Problem> problems(DataFolder.Rows rows) {
        Predicate<ObjectNode> mine = part();
        Map<String, Problem> problems = new LinkedHashMap<>();
        for (JsonLines.Line line : rows.lines()) {
            ObjectNode row = line.object();
            if (!mine.test(row)) {
                continue;
            }
            Problem problem = problem(row, line);
            if (problems.put(problem.id(), problem) != null) {
                throw CodaException.of("%s: the task %s is there twice", line.source(), problem.id());
            }
        }
        if (problems.isEmpty()) {
            throw CodaException.of("%s holds no task of %s", rows.file(), label);
        }
        return problems;
    }

    private Predicate<ObjectNode> part() {
        return switch (this) {
            case MBPP, MBPP_SANITIZED ->
                row -> row.path("task_id").asInt() >= FIRST_OF_TEST
                        && row.path("task_id").asInt() <= LAST_OF_TEST;
            case SANTACODER_JAVA -> language("language", "java");
            case SANTACODER_PYTHON -> language("language", "py");
            case SANTACODER_JS -> language("language", "js");
            case SAFIM_BLOCK_JAVA, SAFIM_CONTROL_JAVA, SAFIM_API_JAVA -> language("lang", "java");
            case SAFIM_BLOCK_PYTHON, SAFIM_CONTROL_PYTHON, SAFIM_API_PYTHON -> language("lang", "python");
            default -> _ -> true;
        };
    }

    private static Predicate<ObjectNode> language(String field, String name) {
        return row -> row.path(field).asText().equals(name);
    }

    private Problem problem(ObjectNode row, JsonLines.Line line) {
        Row fields = new Row(row, line.source());
        return switch (rowForm()) {
            case HUMANEVAL ->
                new Problem(
                        fields.text("task_id"),
                        fields.text("prompt"),
                        fields.textOr("suffix"),
                        fields.text("canonical_solution"),
                        fields.text("entry_point"),
                        fields.textOr("test"),
                        List.of(),
                        "",
                        line.text());
            case MBPP ->
                new Problem(
                        fields.mbppId(),
                        "",
                        "",
                        fields.text("code"),
                        "",
                        "",
                        fields.texts("test_list"),
                        row.has("text") ? fields.text("text") : fields.text("prompt"),
                        line.text());
            case MBPP_PLUS ->
                row.has("test_list")
                        ? new Problem(
                                fields.mbppId(),
                                "",
                                "",
                                fields.text("code"),
                                "",
                                fields.text("test"),
                                firstThree(fields.texts("test_list")),
                                fields.text("prompt"),
                                line.text())
                        : new Problem(
                                fields.text("task_id"),
                                fields.text("prompt"),
                                "",
                                fields.text("canonical_solution"),
                                fields.text("entry_point"),
                                "",
                                List.of(),
                                "",
                                line.text());
            case JAVA_PROGRAM ->
                new Problem(
                        row.has("task_id") ? fields.text("task_id") : fields.text("name"),
                        fields.text("prompt"),
                        "",
                        fields.textOr("canonical_solution"),
                        "",
                        row.has("tests") ? fields.text("tests") : fields.text("test"),
                        List.of(),
                        "",
                        line.text());
            case SANTACODER ->
                new Problem(
                        fields.text("name"),
                        fields.text("prompt"),
                        fields.text("suffix"),
                        fields.text("canonical_solution"),
                        "",
                        fields.textOr("tests"),
                        List.of(),
                        "",
                        line.text());
            case SAFIM -> safim(fields, line);
            case QUIXBUGS ->
                new Problem(
                        fields.text("task_id"),
                        fields.text("prompt"),
                        fields.text("suffix"),
                        fields.text("canonical_solution"),
                        "",
                        "",
                        List.of(),
                        "",
                        line.text());
        };
    }

    private enum RowForm {
        HUMANEVAL,
        MBPP,
        MBPP_PLUS,
        JAVA_PROGRAM,
        SANTACODER,
        SAFIM,
        QUIXBUGS
    }

    private RowForm rowForm() {
        return switch (set) {
            case MBPP, SANITIZED_MBPP -> RowForm.MBPP;
            case MBPP_PLUS, MBPP_PLUS_TESTS -> RowForm.MBPP_PLUS;
            case MULTIPL_E_HUMANEVAL_JAVA, MULTIPL_E_MBPP_JAVA, HUMANEVAL_X_JAVA -> RowForm.JAVA_PROGRAM;
            case QUIXBUGS_JAVA -> RowForm.QUIXBUGS;
            case SANTACODER -> RowForm.SANTACODER;
            case SAFIM_BLOCK, SAFIM_CONTROL, SAFIM_API -> RowForm.SAFIM;
            default -> RowForm.HUMANEVAL;
        };
    }

    /** The names of SAFIM's API set are those of its block set: they are told apart by the set's own. */
    private Problem safim(Row fields, JsonLines.Line line) {
        String program = fields.text("eval_prompt");
        int hole = program.indexOf(HOLE);
        String before = hole < 0 ? program : program.substring(0, hole);
        String behind = hole < 0 ? "" : program.substring(hole + HOLE.length());
        String id = set == DataSet.SAFIM_API
                ? fields.text("task_id").replace("block_completion", "api_completion")
                : fields.text("task_id");
        return new Problem(id, before, behind, fields.text("ground_truth"), "", "", List.of(), "", line.text());
    }

    private static final String HOLE = "{{completion}}";
    private static final int VISIBLE_ASSERTS = 3;

    /** The original's templates name three tests and no more. */
    private static List<String> firstThree(List<String> tests) {
        return tests.subList(0, Math.min(VISIBLE_ASSERTS, tests.size()));
    }

    /** Fields of a row, or what is wrong with them. */
    private record Row(ObjectNode row, String source) {
        String text(String name) {
            JsonNode value = row.path(name);
            if (!value.isTextual()) {
                throw CodaException.of("%s: the field \"%s\" must be a text: is this the set's file?", source, name);
            }
            return value.textValue();
        }

        String textOr(String name) {
            return row.has(name) ? text(name) : "";
        }

        String mbppId() {
            JsonNode value = row.path("task_id");
            if (!value.isIntegralNumber()) {
                throw CodaException.of("%s: the field \"task_id\" must be a number: is this the set's file?", source);
            }
            return "Mbpp/" + value.intValue();
        }

        List<String> texts(String name) {
            JsonNode value = row.path(name);
            if (!value.isArray()) {
                throw CodaException.of("%s: the field \"%s\" must be a list: is this the set's file?", source, name);
            }
            List<String> texts = new ArrayList<>();
            StreamSupport.stream(value.spliterator(), false)
                    .map(JsonNode::asText)
                    .forEach(texts::add);
            return texts;
        }
    }
}
