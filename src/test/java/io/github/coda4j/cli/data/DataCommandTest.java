package io.github.coda4j.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda data tokenizer} and {@code coda data tokenize}. */
@Tag("slow")
class DataCommandTest {
    private static final String SOURCES = "src/main/java/io/github/coda4j";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @BeforeAll
    static void trainTokenizer() {
        Cli cli = new Cli();
        int code = cli.run("data", "tokenizer", "--size", "1000", "--out", shared + "/tok", SOURCES);
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("kept for training")
                .contains("1000 ids (16 special, 256 bytes, 728 merges)")
                .contains("Next: coda data tokenize --tokenizer " + shared + "/tok");
    }

    private int tokenize(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("data", "tokenize", "--tokenizer", shared + "/tok", "--out", folder + "/s"));
        all.addAll(List.of(arguments));
        return cli.run(all.toArray(String[]::new));
    }

    @Test
    void a_folder_of_code_becomes_shards_that_hold_its_text() throws IOException {
        assertThat(tokenize("--held-out", "0.2", SOURCES)).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("kept, held out")
                .contains("tokens to train on")
                .contains("vocabulary 1000");
        assertThat(cli.err()).contains("tokenize: 100% of");
        Manifest manifest = Manifest.read(folder.resolve("s"));
        assertThat(manifest.documents(Split.HELD_OUT)).isPositive();
        BpeTokenizer tokenizer = BpeTokenizer.load(shared.resolve("tok"));
        manifest.requireTokenizer(tokenizer, shared);
        StringBuilder text = new StringBuilder();
        try (PackedSequences sequences =
                PackedSequences.of(TokenShards.open(folder.resolve("s"), Split.TRAIN), 4096, 1)) {
            for (int[] row : sequences.read(0, (int) sequences.numSequences()).ids()) {
                text.append(tokenizer.decode(row));
            }
        }
        String source = Files.readString(Path.of(SOURCES, "Checks.java"));
        assertThat(text).contains(source.substring(0, 60)).contains("<|im_end|>package io.github.coda4j");
    }

    @Test
    void the_same_corpus_gives_the_same_bytes() throws IOException {
        assertThat(tokenize("--threads", "1", SOURCES + "/data")).isZero();
        byte[] first = Files.readAllBytes(folder.resolve("s/manifest.json"));
        assertThat(tokenize("--threads", "3", SOURCES + "/data")).isEqualTo(1);
        assertThat(cli.err()).contains("exists and is not empty");
        assertThat(tokenize("--threads", "3", "--overwrite", SOURCES + "/data")).isZero();
        assertThat(Files.readAllBytes(folder.resolve("s/manifest.json"))).isEqualTo(first);
    }

    @Test
    void a_corpus_that_yields_nothing_says_why_and_leaves_nothing() throws IOException {
        Files.writeString(folder.resolve("a.bin"), "no code, but long enough to be some");
        assertThat(tokenize(folder.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("the corpus yields nothing to train on: of 1 documents 1 of another language");
        assertThat(folder.resolve("s")).doesNotExist();
        assertThat(cli.run("data", "tokenizer", "--out", folder + "/t", folder.toString()))
                .isEqualTo(1);
        assertThat(cli.err()).contains("the corpus yields nothing to train on: of 1 documents");
    }

    @Test
    void a_corpus_without_documents_says_what_to_name() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(tokenize(empty.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("the corpus has no documents: name files or folders that hold code or text");
        assertThat(folder.resolve("s")).doesNotExist();
    }

    @Test
    void a_corpus_that_is_too_small_for_the_tokenizer_says_which_size_it_has() throws IOException {
        Files.writeString(folder.resolve("a.py"), "print(1)\n".repeat(20));
        assertThat(cli.run("data", "tokenizer", "--out", folder + "/t", folder.toString()))
                .isEqualTo(1);
        assertThat(cli.err()).contains("too little text for 8192 tokens").contains("--size 2");
        assertThat(folder.resolve("t")).doesNotExist();
    }

    @Test
    void instructions_become_shards_with_answers() throws IOException {
        Path rows = Files.writeString(
                folder.resolve("rows.jsonl"),
                "{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instruction\": \"a\"}\n{\"instruction\": "
                        + "\"c\", \"output\": \""
                        + "d ".repeat(100) + "\"}\n");
        assertThat(tokenize("--sft", "--held-out", "0", "--max-tokens", "50", rows.toString()))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .contains("3 rows:")
                .contains("1  ")
                .contains("without an answer (first: " + rows + ":2)")
                .contains("longer than the limit of tokens (first: " + rows + ":3)");
        assertThat(Manifest.read(folder.resolve("s")).kind()).isEqualTo(Manifest.Content.INSTRUCTIONS);
    }

    @Test
    void rows_that_cannot_be_learnt_whole_are_counted_under_their_reason() throws IOException {
        Path rows = Files.writeString(
                folder.resolve("rows.json"),
                "[{\"messages\":[{\"role\":\"human\",\"content\":[{\"type\":\"text\",\"text\":\"q\"}]},"
                        + "{\"role\":\"gpt\",\"content\":\"a\"}]},"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":42},{\"role\":\"gpt\",\"content\":\"a\"}]},"
                        + "{\"messages\":[{\"role\":\"critic\",\"content\":\"x\"}]},"
                        + "{\"prompt\":\"x\"}]");
        assertThat(tokenize("--sft", "--held-out", "0", rows.toString()))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .contains("4 rows:")
                .contains("kept for training")
                .contains("with content that is no text (first: " + rows + "#2: the content of message 0")
                .contains("with a message of unknown role (first: " + rows + "#3: message 0")
                .contains("not the JSON that is expected (first: " + rows + "#4: no field \"messages\"")
                .contains("(has: prompt)");
        assertThat(Manifest.read(folder.resolve("s")).account()).hasSize(4);
        Path lines = Files.writeString(folder.resolve("rows.jsonl"), "{\"messages\":[]}\n".repeat(3));
        assertThat(tokenize("--overwrite", "--field", "prompt", lines.toString()))
                .isEqualTo(1);
        assertThat(cli.err())
                .contains("3 without text in the field that is read (no text in field \"prompt\" (has: messages)");
    }

    @Test
    void wrong_flags_are_refused_before_any_work() {
        assertThat(tokenize("--languages", "jaba", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--languages has 'jaba'; did you mean java?");
        assertThat(tokenize("--max-tokens", "5", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--max-tokens has no effect without --sft");
        assertThat(tokenize("--sft", "--languages", "java", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--languages has no effect with --sft");
        assertThat(tokenize("--near-duplicates", "2", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("must be in (0, 1], got 2.0");
        assertThat(tokenize("--held-out", "1", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--held-out must be in [0, 1), got 1.0");
        assertThat(cli.run("data", "tokenizer", "--size", "100", "--out", folder + "/t", SOURCES))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--size must be 272 or more");
        assertThat(tokenize("--engine", "flink", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--engine must be local or spark, got 'flink'");
        assertThat(tokenize("--engine", "spark=local[2]", "--threads", "2", SOURCES))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--threads has no effect with --engine spark");
        assertThat(cli.run(
                        "data", "tokenizer", "--engine", "spark", "--out", "s3a://bucket/t", "--size", "400", SOURCES))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--out must be a folder on a file system that all executors share, got 's3a:");
        assertThat(tokenize("--partitions", "2", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--partitions has no effect without --engine spark");
        assertThat(tokenize("--conf", "a=b", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--conf has no effect without --engine spark");
        assertThat(cli.run("data", "tokenizer", "--engine", "spark", "--threads", "1", "--out", folder + "/t", SOURCES))
                .isEqualTo(2);
        assertThat(cli.run("data")).isEqualTo(2);
        assertThat(cli.err()).contains("no command given: tokenizer, tokenize");
    }

    @Test
    void another_corpus_keeps_away_from_what_is_held_out_and_from_data_sets() throws IOException {
        String held = folder + "/held-out.jsonl";
        assertThat(cli.run("data", "held-out", "--held-out", "0.2", "--out", held, SOURCES + "/data"))
                .as(cli.err())
                .isZero();
        List<String> rows = Files.readAllLines(Path.of(held));
        assertThat(rows).hasSizeBetween(3, 30).allMatch(row -> row.startsWith("{\"path\":\"" + SOURCES + "/data/"));
        assertThat(cli.out()).contains("kept, held out").contains(held + ": " + rows.size() + " documents");
        assertThat(cli.run("data", "held-out", "--out", held, SOURCES + "/data"))
                .isEqualTo(1);
        assertThat(cli.err()).contains("add --overwrite to replace it");

        assertThat(tokenize("--held-out", "0", "--exclude-like", held, "--exclude-like-from", "0.9", SOURCES + "/data"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).contains(rows.size() + "  ").contains("equal to a document to keep away from");
        long all = Manifest.read(folder.resolve("s")).documents(Split.TRAIN);
        Path set = Files.writeString(
                folder.resolve("set.jsonl"),
                "{\"prompt\": \"A set of bit hashes in to bytes each. Filled by one " + "thread. final class\"}\n");
        assertThat(tokenize("--overwrite", "--held-out", "0", "--decontaminate", set.toString(), SOURCES + "/data"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .contains("with words of a data set to keep away from (first: " + SOURCES + "/data/HashesSeen.java: "
                        + "13 words in a row of set.jsonl)")
                .contains("were found of: set.jsonl 1\n");
        assertThat(Manifest.read(folder.resolve("s")).documents(Split.TRAIN)).isEqualTo(all + rows.size() - 1);

        assertThat(tokenize("--exclude-like-from", "0.7", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--exclude-like-from has no effect without --exclude-like");
        assertThat(tokenize("--decontaminate-words", "7", SOURCES)).isEqualTo(2);
        assertThat(cli.err()).contains("--decontaminate-words has no effect without --decontaminate");
        assertThat(tokenize("--sft", "--exclude-like", held, held)).isEqualTo(2);
        assertThat(cli.err()).contains("--exclude-like has no effect with --sft");
    }

    @Test
    void a_folder_that_cannot_be_written_is_named() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThat(cli.run("data", "tokenize", "--tokenizer", shared + "/tok", "--out", file + "/s", SOURCES))
                .isEqualTo(1);
        assertThat(cli.err()).contains("cannot write " + file.toAbsolutePath() + "/s");
        assertThat(cli.run("data", "tokenize", "--tokenizer", folder + "/none", "--out", folder + "/s", SOURCES))
                .isEqualTo(1);
        assertThat(cli.err()).contains("no tokenizer in");
    }

    @Test
    void one_command_trains_the_tokenizer_and_tokenizes_with_it() {
        String tokenizer = folder + "/new-tokenizer";
        String shards = folder + "/new-shards";
        String[] command = {
            "data", "tokenize", "--tokenizer", tokenizer, "--new-tokenizer", "600", "--out", shards, SOURCES
        };
        assertThat(cli.run(command)).as(cli.err()).isZero();
        assertThat(cli.out()).contains("600 ids").contains("vocabulary 600");
        assertThat(BpeTokenizer.load(Path.of(tokenizer)).vocabSize()).isEqualTo(600);
        assertThat(cli.run(command)).as("both folders are there").isEqualTo(1);
        assertThat(cli.err()).contains("leave --new-tokenizer out to use a tokenizer that is there");
        String other = folder + "/other-tokenizer";
        assertThat(cli.run(
                        "data", "tokenize", "--tokenizer", other, "--new-tokenizer", "600", "--out", shards, SOURCES))
                .isEqualTo(1);
        assertThat(Path.of(other)).as("refused before anything is trained").doesNotExist();
        assertThat(cli.run(
                        "data",
                        "tokenize",
                        "--tokenizer",
                        tokenizer,
                        "--new-tokenizer",
                        "100",
                        "--overwrite",
                        "--out",
                        shards,
                        SOURCES))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--new-tokenizer must be");
    }
}
