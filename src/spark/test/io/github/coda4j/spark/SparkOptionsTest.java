package io.github.coda4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.data.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every option of the commands that have {@code --engine}: what it does with one process, it does on Spark. */
@Tag("slow")
@Timeout(600)
class SparkOptionsTest {
    private static final Pattern OPTION = Pattern.compile("^ +(?:-\\w, +)?(--[a-z-]+)", Pattern.MULTILINE);

    /** {@link SparkEngineTest} has those of the engine, of comments that are dropped and of samples. */
    private static final Set<String> ELSEWHERE =
            Set.of("--engine", "--partitions", "--conf", "--drop-comments", "--sample-mb");

    /** One process's own; refused beside {@code --engine spark}. */
    private static final Set<String> REFUSED = Set.of("--threads");

    /** Of any command. */
    private static final Set<String> GENERAL = Set.of("--help", "--debug");

    private final Set<String> tried = new TreeSet<>();

    @TempDir
    Path folder;

    private Path corpus;

    @BeforeEach
    void makeFolder() throws IOException {
        corpus = Files.createDirectory(folder.resolve("corpus"));
    }

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String code(int number) {
        return ToyCorpus.code(number, 40);
    }

    private static ObjectNode row(int number, String path, String license) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("body", code(number))
                .put("file", path)
                .put("terms", license);
    }

    private static String lines(List<ObjectNode> rows) {
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(row).append('\n'));
        return text.toString();
    }

    @Test
    void text_is_chosen_counted_and_tokenized_by_every_option_as_by_one_process() throws IOException {
        List<ObjectNode> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(row(i % 50, "src/F" + i + (i % 7 == 0 ? ".md" : ".java"), i % 5 == 0 ? "GPL-3.0" : "MIT"));
        }
        rows.add(row(99, "src/G.py", "Apache-2.0"));
        rows.add(JsonNodeFactory.instance.objectNode().put("text", "in another field"));
        file("corpus/rows.jsonl", lines(rows));
        for (int i = 0; i < 40; i++) {
            file("corpus/code/c" + i + ".java", "// What it is for. And more.\nint x" + i + ";\n" + code(100 + i));
        }
        file("corpus/skip/a.java", code(200));
        file("corpus/code/listed.java", code(201));
        file("corpus/code/tiny.java", "int a;");
        file("corpus/code/huge.java", code(202).repeat(30));
        file("corpus/code/near.java", code(105) + "int more = 1;\n");
        String said = "alpha beta gamma delta epsilon zeta eta theta iota kappa";
        file("corpus/code/leaked.java", code(203) + "// " + said + "\n");
        Path held = file("held/h.java", code(110) + "int other = 2;\n");
        Path set = file("sets/tasks.jsonl", "{\"prompt\": \"before " + said + " after\"}\n");
        Path licenses = file("licenses.txt", "# those that are allowed\nApache-2.0\n");
        Path excludes = file("excludes.txt", "listed.java\n");

        List<String> options = List.of(
                "--new-tokenizer",
                "290",
                "--held-out",
                "0.2",
                "--short-comments",
                "--shard-tokens",
                "4000",
                "--languages",
                "java,python",
                "--field",
                "body",
                "--path-field",
                "file",
                "--license-field",
                "terms",
                "--licenses",
                "MIT",
                "--licenses-file",
                licenses.toString(),
                "--default-license",
                "MIT",
                "--exclude",
                "**/skip/**",
                "--exclude-list",
                excludes.toString(),
                "--exclude-like",
                held.toString(),
                "--exclude-like-from",
                "0.6",
                "--decontaminate-words",
                "9",
                "--min-bytes",
                "20",
                "--max-bytes",
                "20000",
                "--near-duplicates",
                "0.7",
                "--overwrite");
        tried.addAll(List.of("--tokenizer", "--out", "--decontaminate"));
        options.stream().filter(one -> one.startsWith("--")).forEach(tried::add);

        Cli here = run(options, "local", "--tokenizer", "LOCAL/t", "--decontaminate", set.toString());
        // As Spark sees it: no file of one process.
        Cli there = run(options, "spark", "--tokenizer", "SPARK/t", "--decontaminate", set.toUri() + "");
        for (Fate fate : List.of(
                Fate.TRAIN,
                Fate.HELD_OUT,
                Fate.EXCLUDED,
                Fate.AVOIDED,
                Fate.CONTAMINATED,
                Fate.LICENSE,
                Fate.LANGUAGE,
                Fate.NO_FIELD,
                Fate.TOO_SMALL,
                Fate.TOO_LARGE,
                Fate.DUPLICATE,
                Fate.NEAR_DUPLICATE)) {
            assertThat(here.out()).contains(fate.label());
        }
        assertThat(here.out()).contains("were found of: tasks.jsonl 1");
        assertSame(here, there);
        assertThat(ToyCorpus.contents(folder.resolve("SPARK/t")))
                .isEqualTo(ToyCorpus.contents(folder.resolve("LOCAL/t")));

        Set<String> known = new TreeSet<>(ELSEWHERE);
        known.addAll(REFUSED);
        known.addAll(GENERAL);
        known.addAll(tried);
        known.addAll(CONVERSATIONS);
        assertThat(options("tokenize"))
                .as("an option that nobody has tried on Spark")
                .isSubsetOf(known);
        // What is counted is made a tokenizer by the process that asked, whoever counted.
        known.addAll(List.of("--size", "--special"));
        assertThat(options("tokenizer"))
                .as("an option that nobody has tried on Spark")
                .isSubsetOf(known);
    }

    private static final Set<String> CONVERSATIONS = Set.of("--sft", "--max-tokens", "--show-empty-thoughts");

    private static ObjectNode conversation(int number, String answer) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.putArray("messages")
                .add(message("user", "What is v" + number + "? " + ToyCorpus.code(number, 1)))
                .add(message("assistant", answer));
        return row;
    }

    private static ObjectNode message(String role, String content) {
        return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
    }

    /** Files of which the first attempt fails now and then; a chat template of the tokenizer's own. */
    @Test
    void conversations_with_marked_answers_are_those_of_one_process() throws IOException {
        List<ObjectNode> rows = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            rows.add(conversation(i % 70, (i % 3 == 0 ? "<think>\n\n</think>\n\n" : "") + ToyCorpus.code(i % 70, 2)));
        }
        rows.add(conversation(500, ToyCorpus.code(500, 60)));
        rows.add(conversation(501, ""));
        rows.add(JsonNodeFactory.instance.objectNode().put("prompt", "of another form"));
        ObjectNode strange = JsonNodeFactory.instance.objectNode();
        strange.putArray("messages").add(message("oracle", "who?"));
        rows.add(strange);
        for (int i = 0; i < 40; i++) {
            rows.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("instruction", "Add " + i)
                    .put("output", ToyCorpus.code(300 + i, 2)));
        }
        file("corpus/rows.jsonl", lines(rows) + "no json\n");
        file("corpus/list.json", "[" + conversation(3, ToyCorpus.code(3, 2)) + "," + conversation(400, "4") + "]");
        file("corpus/notes.md", "no rows");
        Files.copy(Path.of("src/test/resources/parquet/messages.parquet"), corpus.resolve("more.parquet"));
        Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(ToyCorpus.TOKENIZER.resolve(name), tokenizer.resolve(name));
        }
        Files.writeString(tokenizer.resolve("chat_template.jinja"), """
                {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']\
                 + '<|im_end|>' + '\\n'}}{% endfor %}""");

        List<String> options = List.of(
                "--sft",
                "--max-tokens",
                "160",
                "--show-empty-thoughts",
                "--held-out",
                "0.2",
                "--shard-tokens",
                "1500",
                "--tokenizer",
                tokenizer.toString());
        assertThat(options).containsAll(CONVERSATIONS);
        Cli here = run(options, "local");
        int failures = FlakyFileSystem.FAILURES.get();
        Cli there = run(options, "spark", "--conf", "spark.hadoop.fs.flaky.impl=" + FlakyFileSystem.class.getName());
        assertThat(FlakyFileSystem.FAILURES).as("tasks that failed").hasValueGreaterThan(failures);
        for (Fate fate : List.of(
                Fate.TRAIN,
                Fate.HELD_OUT,
                Fate.DUPLICATE,
                Fate.TOO_LONG,
                Fate.NO_ANSWER,
                Fate.UNKNOWN_ROLE,
                Fate.MALFORMED,
                Fate.LANGUAGE)) {
            assertThat(here.out()).contains(fate.label());
        }
        assertThat(ToyCorpus.contents(folder.resolve("LOCAL/s")))
                .containsKeys("train-00001.answers", "held-out-00000.answers");
        assertSame(here, there);
    }

    /** Both engines print the same and leave the same, but for the names of folders. */
    private void assertSame(Cli here, Cli there) throws IOException {
        assertThat(plain(there.out())).isEqualTo(plain(here.out()));
        Map<String, String> expected = ToyCorpus.contents(folder.resolve("LOCAL/s"));
        Map<String, String> found = ToyCorpus.contents(folder.resolve("SPARK/s"));
        found.replaceAll((_, content) -> plain(content));
        assertThat(found).isEqualTo(expected).hasSizeGreaterThan(5);
    }

    private static String plain(String text) {
        return text.replace("flaky:/", "/").replace("SPARK", "LOCAL");
    }

    /** With the output beside that of the other engine; names that begin with the engine's lie there too. */
    private Cli run(List<String> options, String engine, String... more) {
        boolean spark = engine.equals("spark");
        String name = spark ? "SPARK" : "LOCAL";
        List<String> all = new ArrayList<>(List.of("data", "tokenize", "--out", folder.resolve(name + "/s") + ""));
        all.addAll(spark ? List.of("--engine", "spark=local[2]", "--partitions", "4") : List.of("--threads", "2"));
        all.addAll(options);
        for (String one : more) {
            all.add(one.startsWith(name) ? folder.resolve(one).toString() : one);
        }
        all.add((String.join(" ", more).contains("flaky") ? "flaky://" : "") + corpus);
        Cli cli = new Cli();
        assertThat(cli.run(all.toArray(String[]::new))).as(cli.err()).isZero();
        return cli;
    }

    private static Set<String> options(String command) {
        Cli cli = new Cli();
        assertThat(cli.run("data", command, "--help")).isZero();
        Set<String> names = new TreeSet<>();
        OPTION.matcher(cli.out())
                .results()
                .map((MatchResult match) -> match.group(1))
                .forEach(names::add);
        assertThat(names).hasSizeGreaterThan(20);
        return names;
    }
}
