package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Until;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files with holes, filled by a real engine whose network writes digits: the position modulo 10. */
class InfillCommandTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final Engine engine = new Engine(
            new RuleDenoiser(4096, (_, position) -> '0' + position % 10),
            new ByteTokenizer(),
            new EngineOptions(1, 0, 4096));
    private final Cli cli = new Cli().with(engine);

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @Test
    void markers_are_filled_and_everything_else_stays() throws IOException {
        Path file = file("a<|hole|>b\r\nc<|hole|>\u00E9\n");
        assertThat(infill(file, "--tokens", "2", "--tokens", "3")).isZero();
        assertThat(cli.out()).isEqualTo("a12b\r\nc789\u00E9\n");
        assertThat(Files.readString(file)).contains("<|hole|>");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.closed()).isTrue();
    }

    @Test
    void ranges_are_replaced() throws IOException {
        Path file = file("first\nsecond\nthird");
        assertThat(infill(file, "--hole", "2:1-2:7", "--hole", "3:6-3:6", "--tokens", "2"))
                .isZero();
        assertThat(cli.out()).isEqualTo("first\n67\nthird34");
    }

    @Test
    void an_answer_ends_where_until_says() throws IOException {
        ScriptedGenerator generator = ScriptedGenerator.always(Script.says("x"));
        cli.with(generator).run("infill", file("x<|hole|>y").toString(), "-m", MODEL, "--until", "line");
        assertThat(generator.requests().getLast().until()).isEqualTo(Until.LINE);
        cli.with(generator).run("infill", file("x<|hole|>y").toString(), "-m", MODEL);
        assertThat(generator.requests().getLast().until()).isEqualTo(Until.LENGTH);
    }

    @Test
    void one_count_serves_all_holes_and_by_default_lengths_are_found() throws IOException {
        infill(file("<|hole|>-<|hole|>"), "--tokens", "1");
        assertThat(cli.out()).isEqualTo("0-2");
        ScriptedGenerator generator = ScriptedGenerator.always(Script.says("x"));
        cli.with(generator).run("infill", file("<|hole|>").toString(), "-m", MODEL, "--stop", "\n");
        Document document = ((Prompt.Text) generator.requests().getFirst().prompt()).document();
        assertThat(document.holes()).containsExactly(Document.Hole.upTo(64));
        assertThat(generator.requests().getFirst().lengths()).isEqualTo(LengthOptions.DEFAULT);
        assertThat(generator.requests().getFirst().stopStrings()).containsExactly("\n");
    }

    @Test
    void lengths_are_found_beside_given_ones_and_the_cost_says_so() throws IOException {
        Path file = file("a<|hole|>b<|hole|>c");
        assertThat(infill(file, "--tokens", "auto", "--tokens", "2", "--max-tokens", "6", "--show-meta"))
                .isZero();
        assertThat(cli.out()).matches("a\\d{1,6}b\\d\\dc");
        assertThat(cli.err()).containsPattern("\\d+ to find lengths among 6\\)");
        assertThat(cli.err()).contains("whether an answer parses is not looked at");
        assertThat(infill(file, "--candidates", "2", "--no-parse", "--json")).isZero();
        JsonNode json = Json.parse(cli.out().substring(cli.out().indexOf('{')), "the output");
        assertThat(json.at("/cost/lengths_tried").intValue()).isPositive();
        assertThat(json.at("/cost/length_forwards").intValue()).isPositive();
        assertThat(json.get("notes")).isEmpty();
    }

    @Test
    void a_file_of_nothing_but_a_hole_is_filled() throws IOException {
        assertThat(infill(file("<|hole|>"), "--max-tokens", "6")).as(cli.err()).isZero();
        assertThat(cli.out()).matches("\\d{1,6}");
    }

    @Test
    void a_ceiling_of_one_leaves_one_token() throws IOException {
        assertThat(infill(file("a<|hole|>b"), "--max-tokens", "1"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).isEqualTo("a1b");
    }

    @Test
    void holes_with_nothing_between_them_are_refused() throws IOException {
        assertThat(infill(file("a<|hole|><|hole|>b"))).isEqualTo(2);
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .contains("segments 1 and 2 of the document are both holes: make one of them");
        assertThat(cli.loaded()).isEmpty();
    }

    @Test
    void a_file_that_does_not_parse_anyway_is_filled_and_said_so() throws IOException {
        String broken = "class A { int f( { }\n int g() { return <|hole|>; } }\n";
        Path file = Files.writeString(folder.resolve("A.java"), broken);
        assertThat(infill(file, "--max-tokens", "4")).as(cli.err()).isZero();
        assertThat(cli.out()).matches("(?s)class A .* return \\d{1,4}; .*");
        assertThat(cli.err()).contains("does not parse as Java before anything");
        Path sound = Files.writeString(folder.resolve("B.java"), broken.replace("f( {", "f() {"));
        Cli other = new Cli().with(engine);
        assertThat(other.run("infill", sound.toString(), "-m", MODEL, "--max-tokens", "4"))
                .isZero();
        assertThat(other.err()).doesNotContain("parse");
    }

    @Test
    void a_calibration_of_another_checkpoint_is_refused_before_a_model_is_loaded() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(Path.of(MODEL, name), model.resolve(name));
        }
        Files.copy(Path.of("models/coda-mini/length.json"), model.resolve("length.json"));
        assertThat(cli.run("infill", file("a<|hole|>").toString(), "-m", model.toString()))
                .isEqualTo(1);
        assertThat(cli.err())
                .contains("length.json is of another checkpoint (")
                .contains("coda calibrate length --model " + model);
        assertThat(cli.loaded()).isEmpty();
        // Nobody asks it where the length is given.
        assertThat(cli.run("infill", file("a<|hole|>").toString(), "-m", model.toString(), "--tokens", "2"))
                .isZero();
    }

    @Test
    void a_small_context_makes_ceilings_small_that_nobody_gave() throws IOException {
        assertThat(infill(file("x".repeat(40) + "<|hole|>"), "--context", "16")).isZero();
        ScriptedGenerator generator = ScriptedGenerator.always(Script.says("x"));
        cli.with(generator).run("infill", file("x<|hole|>y").toString(), "-m", MODEL, "--context", "16");
        Document document = ((Prompt.Text) generator.requests().getFirst().prompt()).document();
        assertThat(document.holes()).containsExactly(Document.Hole.upTo(8));
    }

    @Test
    void in_place_replaces_the_file_and_keeps_line_ends_bytes_and_permissions() throws IOException {
        Path file = file("\uFEFFa\r\n<|hole|>\r\n\tb\u00A0\uD83D\uDE00");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(infill(file, "--tokens", "2", "--in-place")).isZero();
        assertThat(Files.readString(file)).matches("\uFEFFa\r\n\\d\\d\r\n\tb\u00A0\uD83D\uDE00");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(cli.out()).isEmpty();
        assertThat(names()).containsExactly(file.getFileName().toString());
    }

    @Test
    void a_byte_order_mark_stays_in_the_file_outside_columns_holes_and_the_model_s_input() throws IOException {
        Path file = file("\uFEFFint a = 1;\n");
        assertThat(infill(file, "--hole", "1:5-1:6", "--tokens", "2")).isZero();
        assertThat(cli.out()).isEqualTo("\uFEFFint 34 = 1;\n");
        assertThat(infill(file, "--hole", "1:1-1:4", "--tokens", "2")).isZero();
        assertThat(cli.out()).endsWith("\n\uFEFF01 a = 1;\n");
        assertThat(infill(file, "--hole", "1:1-1:4", "--tokens", "2", "--diff")).isZero();
        assertThat(cli.out()).contains("-\uFEFFint a = 1;\n").contains("+\uFEFF01 a = 1;\n");
        assertThat(infill(file, "--hole", "1:1-1:4", "--tokens", "2", "--in-place"))
                .isZero();
        assertThat(Files.readString(file)).isEqualTo("\uFEFF01 a = 1;\n");
    }

    @Test
    void in_place_follows_a_link_and_leaves_it_a_link() throws IOException {
        Path file = file("<|hole|>");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(infill(link, "--tokens", "2", "--in-place")).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Files.readString(file)).isEqualTo("01");
    }

    @Test
    void a_file_that_someone_changes_meanwhile_is_left_alone() throws IOException {
        Path file = file("<|hole|>");
        Generator slow = (request, listener) -> {
            write(file, "edited");
            return engine.submit(request, listener);
        };
        assertThat(cli.with(slow).run("infill", file.toString(), "-m", MODEL, "--in-place"))
                .isEqualTo(1);
        assertThat(cli.err()).contains("was changed by someone else meanwhile; nothing was written");
        assertThat(Files.readString(file)).isEqualTo("edited");
    }

    @Test
    void a_file_that_may_not_be_written_is_refused_before_the_work() throws IOException {
        Path file = file("<|hole|>");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        boolean may = Files.isWritable(file); // whoever runs everything as root
        AtomicInteger asked = new AtomicInteger();
        Generator counted = (request, listener) -> {
            asked.incrementAndGet();
            return engine.submit(request, listener);
        };
        int code = cli.with(counted).run("infill", file.toString(), "-m", MODEL, "--tokens", "2", "--in-place");
        assertThat(code).isEqualTo(may ? 0 : 1);
        assertThat(asked).hasValue(may ? 1 : 0);
        assertThat(cli.err()).isEqualTo(may ? "" : "coda: cannot write " + file + ": no permission\n");
    }

    @Test
    void a_failed_write_leaves_the_old_file_and_nothing_else() throws IOException {
        Path file = file("old");
        Path gone = folder.resolve("gone");
        assertThatThrownBy(() -> InPlaceFile.replace(gone, "old", "new")).isInstanceOf(CodaException.class);
        assertThatThrownBy(() -> InPlaceFile.replace(file, "other", "new")).isInstanceOf(CodaException.class);
        assertThat(Files.readString(file)).isEqualTo("old");
        assertThat(names()).containsExactly("text");
    }

    @Test
    void the_change_can_be_shown_as_a_diff_that_patch_reads() throws IOException {
        Path file = file("one\r\ntwo <|hole|>\r\nthree\r\nfour");
        assertThat(infill(file, "--tokens", "2", "--diff")).isZero();
        assertThat(cli.out())
                .isEqualTo("--- a" + file + "\n+++ b" + file
                        + "\n@@ -1,4 +1,4 @@\n one\r\n-two <|hole|>\r\n+two 89\r\n three\r\n"
                        + " four\n\\ No newline at end of file\n");
        assertThat(UnifiedDiff.of("f", "same\n", "same\n")).isEmpty();
        assertThat(UnifiedDiff.of("f", "a", "a\n"))
                .isEqualTo("--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
        assertThat(UnifiedDiff.of("f", "", "a\n")).isEqualTo("--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
    }

    @Test
    void json_has_the_filled_text_and_each_hole() throws IOException {
        assertThat(infill(file("a<|hole|>b<|hole|>"), "--tokens", "1", "--json"))
                .isZero();
        JsonNode json = Json.parse(cli.out(), "the output");
        assertThat(json.get("text").textValue()).isEqualTo("a1b3");
        assertThat(json.at("/holes/1/text").textValue()).isEqualTo("3");
        assertThat(json.at("/cost/new_tokens").intValue()).isEqualTo(2);
    }

    @Test
    void watching_into_a_pipe_gives_plain_frames_on_standard_error() throws IOException {
        assertThat(infill(file("a<|hole|>b"), "--tokens", "2", "--steps", "2", "--watch", "--show-meta"))
                .isZero();
        assertThat(cli.out()).isEqualTo("a12b");
        assertThat(cli.err())
                .startsWith("--- step 1: 0 of 2 tokens\na\u2591\u2591b\n--- step 2: 2 of 2 tokens\na12b\n2 new "
                        + "tokens, 2 given")
                .doesNotContain("\u001B");
    }

    @Test
    void a_context_shows_a_part_of_the_file_at_a_time_and_fills_all_of_it() throws IOException {
        String text = ("int a = <|hole|>;\r\n" + "// \u00E9\r\n".repeat(30)).repeat(3);
        Path file = file(text);
        assertThat(infill(file, "--tokens", "4", "--context", "64", "--in-place"))
                .isZero();
        assertThat(Files.readString(file)).matches("(int a = \\d{4};\r\n(// \u00E9\r\n){30}){3}");
        assertThat(cli.err()).matches("window: 1\\d\\d of about 6\\d\\d tokens around 3 holes in 3 windows\n");
        assertThat(infill(file(text), "--tokens", "4", "--context", "64", "--json"))
                .isZero();
        JsonNode cost = Json.parse(cli.out(), "the output").get("cost");
        assertThat(cost.get("windows").intValue()).isEqualTo(3);
        assertThat(cost.get("left_out_tokens").intValue())
                .isBetween(400, cost.get("document_tokens").intValue() - 100);
    }

    @Test
    void a_file_that_fits_into_the_context_is_seen_whole() throws IOException {
        assertThat(infill(file("a<|hole|>b"), "--tokens", "2", "--context", "4"))
                .isZero();
        assertThat(cli.out()).isEqualTo("a12b");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void imports_and_signatures_are_kept_for_a_language_with_a_grammar() throws IOException {
        Path java = Files.writeString(
                folder.resolve("A.java"),
                "import b.C;\nclass A {\n" + "  int x;\n".repeat(50) + "  int f() {\n" + "    y();\n".repeat(50)
                        + "    return <|hole|>;\n  }\n}\n");
        assertThat(infill(java, "--tokens", "4", "--context", "160", "--watch")).isZero();
        assertThat(cli.err())
                .startsWith("--- step 1: 0 of 4 tokens\nimport b.C;\nclass A {\n  int f() {\n    y();\n")
                .contains("    return \u2591\u2591\u2591\u2591;\n  }\n}\n", "window: 1", " around 1 hole\n");
    }

    @Test
    void every_window_is_watched() throws IOException {
        String text = "a <|hole|>\n" + "12345678\n".repeat(30) + "b <|hole|>\n";
        assertThat(infill(file(text), "--tokens", "2", "--context", "32", "--watch"))
                .isZero();
        assertThat(cli.err())
                .contains("--- step 1: 0 of 2 tokens\na \u2591\u2591\n12345678\n")
                .contains("--- step 2: 2 of 2 tokens\na ")
                .contains("--- step 3: 0 of 2 tokens\n12345678\n")
                .contains("--- step 4: 2 of 2 tokens\n12345678\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--diff --in-place ~ --diff, --in-place and --json exclude each other",
                "--json --watch ~ --watch and --json exclude each other",
                "--tokens 0 ~ --tokens must be at least 1 or auto, got 0",
                "--tokens 1 --tokens 2 --tokens 3 ~ 2 holes need one token count for all or one for each, got 3 counts",
                "--hole 1:1 ~ a hole is written LINE:COL-LINE:COL",
                "--hole 1:1-9:1 ~ line 9 asked for, the file ends at line 2",
                "--hole 1:19-1:19 ~ is outside the file: column 19 of line 1",
                "--block-length 4 --steps 1 --tokens 8 ~ 1 steps do not divide over 4 blocks",
                "--context 1 ~ --context must be 2 to 512, which is what the model takes, got 1",
                "--context 0 ~ --context must be 2 to 512, which is what the model takes, got 0",
                "--context 513 ~ --context must be 2 to 512, which is what the model takes, got 513",
                "--context 16 --tokens 16 ~ a hole of 16 tokens does not fit in a context of 16 tokens, of which text",
                "--tokens 512 ~ a hole of 512 tokens does not fit in a context of 512 tokens, of which text needs one",
                "--max-new-tokens 8 ~ unknown option --max-new-tokens",
                "--tokens many ~ --tokens must be a number or auto, got 'many'",
                "--max-tokens 0 ~ --max-tokens must be at least 1, got 0",
                "--max-tokens 513 ~ 1026 tokens are to be generated: the model takes at most 512",
                "--max-tokens 16 --context 16 ~ a hole of 16 tokens does not fit in a context of 16 tokens, of which",
                "--max-tokens 8 --tokens 4 ~ --max-tokens has no effect where every hole has its number of tokens",
                "--candidates 8 --tokens 4 ~ --candidates has no effect where every hole has its number of tokens",
                "--no-parse --tokens 4 ~ --no-parse has no effect where every hole has its number of tokens",
                "--pads alone --tokens 4 ~ --pads has no effect where every hole has its number of tokens",
                "--pads never ~ --pads must be alone or beside, got 'never'",
                "--pads beside ~ --pads has no effect: the pads of this checkpoint do not say how long a hole is",
                "--candidates 0 ~ --candidates must be in [1, 64], got 0",
                "--tokens 4 --tokens 0 ~ --tokens must be at least 1 or auto, got 0",
                "--tokens auto --tokens 0 --max-tokens 8 ~ --tokens must be at least 1 or auto, got 0",
                "--tokens 4 --tokens auto --max-tokens 0 ~ --max-tokens must be at least 1, got 0",
                "--until page ~ --until must be length or line or block, got 'page'",
            })
    void what_does_not_fit_the_file_is_refused_before_a_model_is_loaded(String flags, String message)
            throws IOException {
        assertThat(infill(file("a<|hole|>\n<|hole|>"), flags.split(" "))).isEqualTo(2);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
        assertThat(cli.loaded()).isEmpty();
    }

    @Test
    void a_dash_reads_standard_input() {
        assertThat(cli.stdin("a<|hole|>b\n").run("infill", "-", "-m", MODEL, "--tokens", "2"))
                .isZero();
        assertThat(cli.out()).isEqualTo("a12b\n");
        Cli other = new Cli().with(engine).stdin("a<|hole|>");
        assertThat(other.run("infill", "-", "-m", MODEL, "--tokens", "1", "--diff"))
                .isZero();
        assertThat(other.out()).startsWith("--- a/stdin\n+++ b/stdin\n");
    }

    @Test
    void several_files_are_filled_by_a_model_that_is_loaded_once() throws IOException {
        Path one = Files.writeString(folder.resolve("one"), "a<|hole|>");
        Path two = Files.writeString(folder.resolve("two"), "bb<|hole|>");
        String[] files = {
            "infill", one.toString(), two.toString(), "-m", MODEL, "--tokens", "2", "--diff", "--show-meta"
        };
        assertThat(cli.run(files)).isZero();
        assertThat(cli.loaded()).hasSize(1);
        assertThat(cli.out()).contains("+a12").contains("+bb23");
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(one + ": 2 new tokens"),
                        line -> assertThat(line).startsWith(two + ": 2 new tokens"));
        files[7] = "--in-place";
        assertThat(cli.run(files)).isZero();
        assertThat(one).hasContent("a12");
        assertThat(two).hasContent("bb23");
    }

    @Test
    void json_of_several_files_is_an_object_a_line_that_names_its_file() throws IOException {
        Path one = Files.writeString(folder.resolve("one"), "a<|hole|>");
        cli.stdin("bb<|hole|>");
        assertThat(cli.run("infill", one.toString(), "-", "-m", MODEL, "--tokens", "1", "--json"))
                .isZero();
        List<JsonNode> lines =
                cli.out().lines().map(line -> Json.parse(line, "a line")).toList();
        assertThat(lines).extracting(line -> line.get("file").textValue()).containsExactly(one.toString(), "stdin");
        assertThat(lines).extracting(line -> line.get("text").textValue()).containsExactly("a1", "bb2");
    }

    @Test
    void a_mistake_in_one_of_several_files_is_found_before_anything_is_done() throws IOException {
        Path one = Files.writeString(folder.resolve("one"), "a<|hole|>");
        Path two = Files.writeString(folder.resolve("two"), "<|hole|>b<|hole|>");
        Path none = Files.writeString(folder.resolve("none"), "b");
        assertThat(cli.run("infill", one.toString(), none.toString(), "-m", MODEL, "--in-place"))
                .isEqualTo(1);
        String[] counts = {"--tokens", "1", "--tokens", "1", "--tokens", "1"};
        List<String> arguments =
                new ArrayList<>(List.of("infill", one.toString(), two.toString(), "-m", MODEL, "--in-place"));
        arguments.addAll(List.of(counts));
        assertThat(cli.run(arguments.toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains(none + " has no <|hole|>"),
                        line -> assertThat(line).contains(one + ": 1 holes need one token count"));
        assertThat(one).hasContent("a<|hole|>");
        assertThat(cli.loaded()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "FILE FILE ~ several files need --diff, --in-place or --json",
                "FILE FILE --diff --hole 1:1-1:1 ~ --hole goes with one file, got 2",
                "- --in-place ~ --in-place cannot write to standard input",
                "- - --diff ~ - is given 2 times",
            })
    void what_several_files_and_standard_input_cannot_have_is_refused(String arguments, String message)
            throws IOException {
        String line = "infill -m " + MODEL + " "
                + arguments.replace("FILE", file("<|hole|>").toString());
        assertThat(cli.run(line.split(" "))).isEqualTo(2);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
        assertThat(cli.loaded()).isEmpty();
    }

    @Test
    void markers_that_a_range_leaves_in_the_text_are_told() throws IOException {
        Path file = file("a<|hole|>\nb<|hole|>c<|hole|>");
        assertThat(infill(file, "--hole", "1:2-1:10", "--tokens", "2")).isZero();
        assertThat(cli.out()).isEqualTo("a12\nb<|hole|>c<|hole|>");
        assertThat(cli.err()).isEqualTo(file + ": --hole says where, so that 2 <|hole|> stay in the text as it is\n");
    }

    @Test
    void files_without_holes_and_files_that_are_no_text_are_bad_data() throws IOException {
        assertThat(infill(file("no hole"))).isEqualTo(1);
        assertThat(cli.err()).contains("has no <|hole|>: put one").contains("--hole LINE:COL-LINE:COL");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
        assertThat(infill(binary, "--in-place")).isEqualTo(1);
        assertThat(cli.err()).contains("binary is not UTF-8: byte 0 is 0xC3");
        assertThat(infill(folder.resolve("missing"))).isEqualTo(1);
        assertThat(cli.err()).contains("there is no file");
    }

    private int infill(Path file, String... flags) {
        List<String> arguments = new ArrayList<>(List.of("infill", file.toString(), "-m", MODEL));
        arguments.addAll(List.of(flags));
        return cli.run(arguments.toArray(String[]::new));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("text"), text);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> names() throws IOException {
        try (var children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }
}
