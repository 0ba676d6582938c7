package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpora in Parquet and in .zst, and files that are read piece by piece. */
class CorpusFormsTest {
    @TempDir
    Path folder;

    private final List<String> names = new ArrayList<>();

    private CorpusOptions options(String field, Set<String> licenses, String... inputs) {
        return new CorpusOptions(
                List.of(inputs),
                Set.of(),
                field,
                "path",
                "licenses",
                licenses,
                Optional.empty(),
                Excludes.NONE,
                1,
                1_000_000,
                Optional.empty());
    }

    private Account read(CorpusOptions options) {
        names.clear();
        return new CorpusReader(options, 0, 2)
                .read(
                        (done, total, _) -> assertThat(done).isBetween(0L, total),
                        kept -> kept,
                        kept -> names.add(kept.name().replaceFirst(".*/", "")));
    }

    private static String line(Account account, Fate fate) {
        return account.lines().stream()
                .filter(line -> line.fate() == fate)
                .map(line -> line.documents() + " " + line.example().replaceFirst(".*/", "") + " " + line.why())
                .findFirst()
                .orElse("");
    }

    private List<String> documents(String field, CorpusSlice... pieces) {
        CorpusOptions options = options(field, Set.of(), "unused");
        List<String> found = new ArrayList<>();
        for (CorpusSlice piece : pieces) {
            new Corpus(options, new TextRows(options), false, new LocalStore())
                    .read(
                            piece,
                            _ -> {},
                            raw -> found.add(raw.name() + " " + raw.fate() + " "
                                    + new String(raw.content(), StandardCharsets.UTF_8)));
        }
        return found;
    }

    @Test
    void rows_of_parquet_files_are_documents_whatever_their_pages_are_compressed_with() {
        for (String name : List.of("rows-snappy", "rows-zstd", "row-groups")) {
            Account account =
                    read(options("content", Set.of(), Corpora.parquet(name).file()));
            assertThat(names).hasSize(10).startsWith(name + ".parquet:1").doesNotContain(name + ".parquet:5");
            assertThat(line(account, Fate.NO_FIELD))
                    .isEqualTo("1 " + name + ".parquet:5 no text in field \"content\" (has: path, licenses); "
                            + "see --field");
            assertThat(line(account, Fate.LANGUAGE)).startsWith("1 " + name + ".parquet:6");
        }
    }

    @Test
    void licenses_of_a_column_count() {
        read(options("content", Set.of("MIT"), Corpora.parquet("rows-zstd").file()));
        assertThat(names)
                .containsExactly(
                        "rows-zstd.parquet:1", "rows-zstd.parquet:3", "rows-zstd.parquet:9", "rows-zstd.parquet:11");
    }

    @Test
    void a_parquet_file_without_the_text_column_is_counted_once_and_its_columns_are_named() {
        Account account =
                read(options("text", Set.of(), Corpora.parquet("rows-snappy").file()));
        assertThat(line(account, Fate.NO_FIELD))
                .isEqualTo(
                        "1 rows-snappy.parquet no column \"text\" (has: content, path, size, licenses); see --field");
        assertThat(account.documents()).isEqualTo(1);
    }

    @Test
    void what_is_no_parquet_is_unreadable_with_the_reason() throws IOException {
        Path text = Files.writeString(folder.resolve("a.parquet"), "no parquet at all, only some text");
        byte[] whole = Files.readAllBytes(Path.of(Corpora.parquet("rows-snappy").file()));
        Path cut = Files.write(folder.resolve("b.parquet"), Arrays.copyOf(whole, whole.length / 2));
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 50, 2000, (byte) 0x55);
        Path pages = Files.write(folder.resolve("c.parquet"), damaged);
        Path pointer = Files.writeString(
                folder.resolve("d.parquet"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n");
        for (Path file : List.of(text, cut, pages, pointer)) {
            Account account = read(options("content", Set.of(), file.toString()));
            assertThat(account.documents(Fate.UNREADABLE)).as(file.toString()).isEqualTo(1);
            assertThat(line(account, Fate.UNREADABLE)).contains("arquet");
        }
        assertThat(line(read(options("content", Set.of(), pointer.toString())), Fate.UNREADABLE))
                .contains("Git LFS pointer");
    }

    @Test
    void row_groups_are_read_apart_and_keep_the_numbers_of_their_rows() {
        CorpusSlice whole = Corpora.parquet("row-groups");
        List<String> all = documents("content", whole);
        assertThat(all).hasSize(12);
        for (int pieces : new int[] {2, 3, 7, 40}) {
            assertThat(documents("content", cut(whole, pieces)))
                    .as(pieces + " pieces")
                    .isEqualTo(all);
        }
        assertThat(Arrays.stream(cut(whole, 40))
                        .filter(piece -> !documents("content", piece).isEmpty()))
                .as("pieces with rows")
                .hasSize(5);
    }

    private static CorpusSlice[] cut(CorpusSlice whole, int pieces) {
        CorpusSlice[] cut = new CorpusSlice[pieces];
        for (int i = 0; i < pieces; i++) {
            cut[i] = whole.piece(whole.size() * i / pieces, whole.size() * (i + 1) / pieces);
        }
        return cut;
    }

    @Test
    void conversations_are_read_from_parquet() {
        CorpusSlice file = Corpora.parquet("messages");
        List<String> found = new ArrayList<>();
        CorpusOptions options = CorpusOptions.of(List.of(file.file()));
        new Corpus(options, new InstructionRows(), true, new LocalStore())
                .read(file, _ -> {}, raw -> found.add(raw.row().toString()));
        assertThat(found)
                .hasSize(3)
                .contains("{\"messages\":[{\"role\":\"user\",\"content\":\"question 1\"},"
                        + "{\"role\":\"assistant\",\"content\":\"answer 1\"}]}");
    }

    @Test
    void lines_are_read_from_any_byte_on_whatever_ends_them() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            text.append("{\"text\": \"")
                    .append("x".repeat(random.nextInt(30)))
                    .append(i)
                    .append("\"}");
            text.append(List.of("\n", "\r\n", "\r", "\n\n").get(random.nextInt(4)));
        }
        text.append("{\"text\": \"the last one\"}");
        Path file = Files.writeString(folder.resolve("rows.jsonl"), text);
        CorpusSlice whole = CorpusSlice.whole(file.toString(), Files.size(file), 0, true);
        List<String> all = documents("text", whole);
        assertThat(all).hasSize(61);
        for (int at = 0; at <= whole.size(); at++) {
            CorpusSlice first = whole.piece(0, at);
            CorpusSlice second = whole.piece(at, whole.size()).behind(Corpus.countLines(new LocalStore(), first));
            assertThat(documents("text", first, second)).as("cut at byte " + at).isEqualTo(all);
        }
    }

    @Test
    void rows_and_lists_may_be_compressed_by_zstd() throws IOException {
        String rows = "{\"text\": \"some text of a row, long enough\"}\n".repeat(3);
        byte[] packed = Zstd.compress(rows.getBytes(StandardCharsets.UTF_8));
        Path lines = Files.write(folder.resolve("a.jsonl.zst"), packed);
        assertThat(read(options("text", Set.of(), lines.toString())).documents())
                .isEqualTo(3);
        String list = "[" + rows.strip().replace("\n", ",") + "]";
        Path json = Files.write(folder.resolve("b.json.zst"), Zstd.compress(list.getBytes(StandardCharsets.UTF_8)));
        assertThat(read(options("text", Set.of(), json.toString())).documents()).isEqualTo(3);
        Path cut = Files.write(folder.resolve("c.jsonl.zst"), Arrays.copyOf(packed, packed.length - 9));
        assertThat(read(options("text", Set.of(), cut.toString())).documents(Fate.UNREADABLE))
                .isEqualTo(1);
        Path none = Files.writeString(folder.resolve("d.jsonl.zst"), "no zstd at all");
        assertThat(line(read(options("text", Set.of(), none.toString())), Fate.UNREADABLE))
                .startsWith("1 d.jsonl.zst");
    }

    @Test
    void a_path_of_a_cluster_is_told_apart_from_a_file_that_is_not_there() {
        assertThatThrownBy(() -> read(options("text", Set.of(), "hdfs://host/corpus")))
                .isInstanceOf(CodaException.class)
                .hasMessage("hdfs://host/corpus is no file of this machine; --engine spark reads what Spark can");
    }

    @Test
    void parts_hold_everything_once_in_its_order_and_only_rows_are_cut() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one of many lines\"}\n".repeat(100));
        for (int i = 0; i < 9; i++) {
            Files.writeString(folder.resolve("b" + i + ".py"), "x".repeat(100 * i));
        }
        Files.write(folder.resolve("c.jsonl.gz"), new byte[2000]);
        List<CorpusSlice> files = new ArrayList<>();
        new LocalStore().list(List.of(folder.toString()), files::add);
        for (int most : new int[] {1, 2, 7, 50}) {
            List<List<CorpusSlice>> parts = CorpusParts.cut(files, most);
            assertThat(parts).hasSizeLessThanOrEqualTo(most + 1).allMatch(part -> !part.isEmpty());
            List<CorpusSlice> joined = new ArrayList<>();
            for (CorpusSlice slice : parts.stream().flatMap(List::stream).toList()) {
                if (slice.from() > 0) {
                    assertThat(slice.file()).endsWith("a.jsonl");
                    CorpusSlice before = joined.removeLast();
                    assertThat(slice.from()).isEqualTo(before.to());
                    joined.add(before.piece(before.from(), slice.to()));
                } else {
                    joined.add(slice);
                }
            }
            assertThat(joined).as("of " + most).isEqualTo(files);
        }
        assertThat(CorpusParts.cut(files, 7)).hasSizeGreaterThan(4);
    }

    @Test
    void an_engine_that_this_build_lacks_names_the_profile_that_brings_it() {
        assertThatThrownBy(() -> CorpusEngine.named("other"))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("--engine other is not in this build: Maven's profile `other` brings it");
    }

    @Test
    void an_engine_that_an_earlier_build_has_left_is_not_in_this_one() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(CorpusEngine.class.getName()), "io.github.coda4j.Gone\n");
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader stale = new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
            thread.setContextClassLoader(stale);
            assertThatThrownBy(() -> CorpusEngine.named("gone"))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("--engine gone is not in this build");
        } finally {
            thread.setContextClassLoader(usual);
        }
    }
}
