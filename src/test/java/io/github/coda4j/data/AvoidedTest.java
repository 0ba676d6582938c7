package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents and data sets that a corpus keeps away from. */
class AvoidedTest {
    @TempDir
    Path folder;

    private final List<String> kept = new ArrayList<>();

    private String file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    /** So many lines with words of their own. */
    private static List<String> lines(int seed, int count) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> "int v" + Integer.toString(random.nextInt(1 << 30), 36) + " = w"
                        + Integer.toString(random.nextInt(1 << 30), 36) + ";")
                .toList();
    }

    private static String text(int seed) {
        return String.join("\n", lines(seed, 40)) + "\n";
    }

    private Account read(Avoiding avoiding, String... inputs) {
        kept.clear();
        CorpusOptions all = CorpusOptions.of(List.of(inputs));
        CorpusOptions options = new CorpusOptions(
                all.inputs(),
                all.languages(),
                all.textField(),
                all.pathField(),
                all.licenseField(),
                all.licenses(),
                all.defaultLicense(),
                new Excludes(List.of(), Set.of(), avoiding),
                all.minBytes(),
                all.maxBytes(),
                all.nearDuplicate());
        return new CorpusReader(options, 0, 2)
                .read(
                        (done, total, name) -> {},
                        document -> document,
                        document ->
                                kept.add(Path.of(document.name()).getFileName().toString()));
    }

    private static Avoiding like(double likeness, String... inputs) {
        return new Avoiding(List.of(inputs), likeness, List.of(), 13);
    }

    private static Avoiding runs(String... inputs) {
        return new Avoiding(List.of(), 0.5, List.of(inputs), 13);
    }

    @Test
    void documents_that_are_equal_to_one_or_like_one_go_and_are_counted() throws IOException {
        String held = text(1);
        List<String> half = new ArrayList<>(lines(1, 40).subList(0, 34));
        half.addAll(lines(7, 6));
        file("corpus/Equal.java", "\uFEFF" + held);
        file("corpus/Half.java", String.join("\n", half) + "\n");
        file("corpus/Other.java", text(2));
        file("corpus/Short.java", "class Short { int a; int b; int c; }\n");
        String other = file("held/Held.java", held);
        String shortOne = file("held/Short.java", "class Short { int a; int b; int c; }\n");
        Account account =
                read(like(0.5, other, shortOne), folder.resolve("corpus").toString());
        assertThat(kept).containsExactly("Other.java");
        assertThat(account.documents(Fate.AVOIDED)).isEqualTo(3);
        assertThat(account.lines().getLast().why()).isEqualTo("equal");
        read(like(0.9, other, shortOne), folder.resolve("corpus").toString());
        assertThat(kept).as("less alike than 0.9").containsExactly("Half.java", "Other.java");
    }

    @Test
    void every_pair_is_compared_also_where_no_band_is_shared() throws IOException {
        List<String> mixed = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // of four lines one is changed: most shingles are those of the other document
            mixed.add(i % 4 == 3 ? lines(9, 40).get(i) : lines(1, 40).get(i));
        }
        String held = file("held/Held.java", text(1));
        file("corpus/Mixed.java", String.join("\n", mixed) + "\n");
        double like = 0.3;
        NearDuplicates near = new NearDuplicates(like);
        near.isNearEarlier(MinHash.signature(text(1)));
        assertThat(near.isNearEarlier(MinHash.signature(String.join("\n", mixed) + "\n")))
                .as("shares no band")
                .isFalse();
        assertThat(read(like(like, held), folder.resolve("corpus").toString()).documents(Fate.AVOIDED))
                .isEqualTo(1);
        assertThat(kept).isEmpty();
    }

    @Test
    void what_another_corpus_holds_out_may_be_rows() throws IOException {
        String row = JsonNodeFactory.instance
                .objectNode()
                .put("path", "A.java")
                .put("text", text(1))
                .toString();
        String rows = file("held.jsonl", row + "\n");
        file("corpus/A.java", text(1));
        file("corpus/B.java", text(2));
        read(like(0.5, rows), folder.resolve("corpus").toString());
        assertThat(kept).containsExactly("B.java");
    }

    @Test
    void thirteen_words_in_a_row_of_a_data_set_are_too_many_and_are_counted_by_set() throws IOException {
        String words = "one two three four five six seven eight nine ten eleven twelve thirteen";
        String row = JsonNodeFactory.instance
                .objectNode()
                .put("task_id", "t/1")
                .set("deep", JsonNodeFactory.instance.arrayNode().add("before " + words + " after"))
                .toString();
        file("sets/first.jsonl", row + "\n");
        file("sets/second.jsonl", "{\"text\": \"" + String.join(" ", lines(5, 9)) + "\"}\n");
        file("sets/README.md", "no rows");
        String shouted = words.toUpperCase(Locale.ROOT).replace(" ", ",\n  42, ");
        file("corpus/Hit.java", text(3) + "String[] words = {" + shouted + "};\n" + text(4));
        file("corpus/Miss.java", text(6) + words.replace(" thirteen", " fourteen") + "\n");
        file("corpus/Second.java", text(8) + String.join("\n", lines(5, 9)) + "\n");
        Account account = read(
                runs(folder.resolve("sets").toString()),
                folder.resolve("corpus").toString());
        assertThat(kept).containsExactly("Miss.java");
        assertThat(account.documents(Fate.CONTAMINATED)).isEqualTo(2);
        assertThat(account.lines().getLast().why()).isEqualTo("13 words in a row of first.jsonl");
        assertThat(account.told()).endsWith("were found of: first.jsonl 1, second.jsonl 1");
        read(
                new Avoiding(List.of(), 0.5, List.of(folder.resolve("sets").toString()), 12),
                folder.resolve("corpus").toString());
        assertThat(kept).as("of twelve words").isEmpty();
    }

    @Test
    void imports_and_numbers_are_nobodys_text() throws IOException {
        String imports =
                "import java.util.ArrayList;\nimport java.util.List;\nimport java.util.Map;\nimport java.io.File;\n";
        String numbers = IntStream.range(0, 30).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        String row = JsonNodeFactory.instance
                .objectNode()
                .put("text", imports + String.join("\n", lines(5, 9)) + numbers)
                .toString();
        String set = file("set.jsonl", row + "\n");
        file("corpus/A.java", imports + text(1) + "int[] n = {" + numbers + "};\n");
        read(runs(set), folder.resolve("corpus").toString());
        assertThat(kept).containsExactly("A.java");
    }

    @Test
    void what_has_nothing_to_keep_away_from_is_refused() throws IOException {
        String empty = file("empty.jsonl", "{\"text\": \"too short\"}\n");
        String corpus = file("corpus/A.java", text(1));
        assertThatThrownBy(() -> read(runs(empty), corpus))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("there is no rows with texts of 13 words or more");
        String blank = file("blank/blank.java", " \n");
        assertThatThrownBy(() -> read(like(0.5, blank), corpus))
                .hasMessageContaining("there is no text to keep away from");
        assertThatThrownBy(() -> read(like(0.5, folder + "/missing"), corpus)).isInstanceOf(CodaException.class);
        String broken = file("broken.jsonl", "{\"text\": \"a\"}\nno json\n");
        assertThatThrownBy(() -> read(runs(broken), corpus))
                .hasMessageContaining("broken.jsonl:2 is not the JSON that is expected");
        assertThatThrownBy(() -> like(0, blank)).isInstanceOf(IllegalArgumentException.class);
    }
}
