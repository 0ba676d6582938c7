package io.github.coda4j.eval.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where sets are found, and what is said when they are not. */
@Tag("slow")
class DataFolderTest {
    private static final String ROW = """
            {"task_id": "HumanEval/0", "prompt": "def f():\\n", "entry_point": "f", \
            "canonical_solution": "    return 1\\n", "test": "def check(c): pass"}
            """;

    @TempDir
    Path folder;

    private DataFolder folder(boolean any, String... variables) {
        Map<String, String> environment = variables.length == 0 ? Map.of() : Map.of(variables[0], variables[1]);
        return DataFolder.of(folder, environment, any);
    }

    @Test
    void every_published_set_is_read_whole_and_in_its_version() {
        DataFolder data = new DataFolder(SharedData.datasets(), Map.of(), false);
        for (DataSet set : DataSet.values()) {
            assertThat(data.read(set).lines()).as(set.file()).hasSize(set.rows());
        }
    }

    @Test
    void every_task_finds_its_problems() {
        DataFolder data = new DataFolder(SharedData.datasets(), Map.of(), false);
        Map<String, Integer> sizes = new TreeMap<>();
        for (Benchmark benchmark : Benchmark.values()) {
            for (Mode mode : benchmark.modes()) {
                sizes.put(
                        benchmark.label() + " " + mode,
                        benchmark.load(data, mode).problems().size());
            }
        }
        assertThat(sizes)
                .containsEntry("humaneval human-eval", 164)
                .containsEntry("mbpp human-eval", 500)
                .containsEntry("mbpp-sanitized human-eval", 257)
                .containsEntry("humaneval+ evalplus-mini", 164)
                .containsEntry("quixbugs-java exact", 36)
                .containsEntry("mbpp+ evalplus", 378)
                .containsEntry("mbpp+ coda", 378)
                .containsEntry("humaneval+ human-eval", 164)
                .containsEntry("infill-multi exact", 5815)
                .containsEntry("santacoder-java exact", 1780)
                .containsEntry("santacoder-js exact", 1969)
                .containsEntry("multipl-e-java-mbpp multipl-e", 386)
                .containsEntry("humaneval-x-java humaneval-x", 164)
                .containsEntry("safim-block-java exact", 2479)
                .containsEntry("safim-control-java exact", 2464)
                .containsEntry("safim-api-java exact", 56);
    }

    @Test
    void a_missing_set_is_named_with_where_its_publisher_has_it() {
        for (DataSet set : DataSet.values()) {
            assertThatThrownBy(() -> folder(false).read(set))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("there is no " + set.file() + ".jsonl.gz in " + folder
                            + ": its publisher has it at " + set.publisher()
                            + "; put it there, or name its folder with --data");
        }
    }

    @Test
    void a_file_of_another_version_is_refused_by_its_hash_unless_any_is_asked_for() throws Exception {
        Files.writeString(folder.resolve("HumanEval.jsonl"), ROW);
        assertThatThrownBy(() -> folder(false).read(DataSet.HUMANEVAL))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("is of another version of HumanEval: its MD5, unpacked, is ")
                .hasMessageContaining(", expected 88771747746422b8669027625578460c;");
        Problem problem = Benchmark.HUMANEVAL
                .load(folder(true), Mode.HUMAN_EVAL)
                .problems()
                .get("HumanEval/0");
        assertThat(problem.checkProgram("    return 2\n"))
                .isEqualTo("def f():\n    return 2\n\ndef check(c): pass\ncheck(f)");
        assertThat(problem.checkWhole("def f(): pass")).isEqualTo("def f(): pass\ndef check(c): pass\ncheck(f)");
    }

    @Test
    void evalpluss_variables_put_a_file_in_the_place_of_a_set() throws Exception {
        Path other = folder.resolve("mine.jsonl");
        Files.writeString(other, ROW);
        DataFolder.Rows rows =
                folder(false, "HUMANEVAL_OVERRIDE_PATH", other.toString()).read(DataSet.HUMANEVAL_PLUS);
        assertThat(rows.file()).isEqualTo(other);
        assertThat(rows.lines()).hasSize(1);
        assertThat(folder(false, "MBPP_OVERRIDE_PATH", other.toString()).find(DataSet.MBPP_PLUS))
                .contains(other);
    }

    @Test
    void a_damaged_file_says_its_line_and_what_is_wrong() throws Exception {
        Path file = folder.resolve("HumanEval.jsonl");
        Files.writeString(file, ROW + ROW);
        assertThatThrownBy(() -> Benchmark.HUMANEVAL.load(folder(true), Mode.HUMAN_EVAL))
                .hasMessage(file + ", line 2: the task HumanEval/0 is there twice");
        Files.writeString(file, ROW + "\n{\"task_id\": 3}\n");
        assertThatThrownBy(() -> Benchmark.HUMANEVAL.load(folder(true), Mode.HUMAN_EVAL))
                .hasMessage(file + ", line 3: the field \"task_id\" must be a text: is this the set's file?");
        byte[] packed = Files.readAllBytes(SharedData.datasets().resolve("HumanEval.jsonl.gz"));
        Path cut = folder.resolve("HumanEval.jsonl.gz");
        Files.write(cut, Arrays.copyOf(packed, packed.length / 2));
        assertThatThrownBy(() -> folder(true).read(DataSet.HUMANEVAL))
                .hasMessage(cut + " is cut off or damaged: gzip cannot unpack it; fetch it again");
    }

    @Test
    void unknown_tasks_and_modes_are_refused_with_what_there_is() {
        assertThatThrownBy(() -> Benchmark.of("humanevl"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no task 'humanevl': there are humaneval, humaneval+, mbpp")
                .hasMessageEndingWith("did you mean humaneval?");
        assertThatThrownBy(() -> Benchmark.MBPP.mode("evalplus"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the task mbpp has no mode 'evalplus': it has human-eval");
    }
}
