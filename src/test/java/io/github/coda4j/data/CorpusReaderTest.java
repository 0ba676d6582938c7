package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which documents of a corpus are read, and what becomes of them. */
class CorpusReaderTest {
    @TempDir
    Path folder;

    private final List<String> names = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    private Path file(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Different words for every number, so that no two are near duplicates. */
    private static String code(int number) {
        Random random = new Random(number);
        return IntStream.range(0, 40)
                .mapToObj(i -> "int v" + random.nextInt(1_000_000) + " = " + random.nextInt(1000) + ";\n")
                .collect(Collectors.joining());
    }

    private Account read(CorpusOptions options) {
        return read(options, 0, 2);
    }

    private Account read(CorpusOptions options, double heldOut, int threads) {
        names.clear();
        texts.clear();
        return new CorpusReader(options, heldOut, threads)
                .read((done, total, name) -> assertThat(done).isBetween(0L, total), kept -> kept, kept -> {
                    names.add(kept.name().replace(folder + "/", ""));
                    texts.add(kept.text());
                });
    }

    private CorpusOptions all() {
        return CorpusOptions.of(List.of(folder.toString()));
    }

    private CorpusOptions with(
            Set<Language> languages, Set<String> licenses, Optional<String> defaultLicense, Excludes excludes) {
        return new CorpusOptions(
                List.of(folder.toString()),
                languages,
                "text",
                "path",
                "license",
                licenses,
                defaultLicense,
                excludes,
                1,
                100_000,
                Optional.empty());
    }

    @Test
    void a_folder_gives_its_code_in_the_order_of_names_without_hidden_and_installed_files() {
        file("b/Two.java", code(2));
        file("a.py", code(1));
        file(".git/x.py", code(3));
        file("node_modules/m/x.js", code(4));
        file("image.png", code(5));
        file("notes.md", code(6));
        Account account = read(all());
        assertThat(names).containsExactly("a.py", "b/Two.java");
        assertThat(account.documents(Fate.LANGUAGE)).isEqualTo(2);
        assertThat(account.documents()).isEqualTo(4);
    }

    @Test
    void languages_choose_files_by_extension_also_those_named_one_by_one() {
        file("a.py", code(1));
        file("b.java", code(2));
        file("c.md", code(3));
        read(with(Set.of(Language.PYTHON, Language.MARKDOWN), Set.of(), Optional.empty(), Excludes.NONE));
        assertThat(names).containsExactly("a.py", "c.md");
        Path plain = file("d.unknown", code(4));
        read(CorpusOptions.of(List.of(plain.toString())));
        assertThat(names).containsExactly("d.unknown");
    }

    @Test
    void globs_rows_and_archives_are_read() throws IOException {
        file("x/one.java", code(1));
        file("x/deep/two.java", code(2));
        file("x/three.py", code(3));
        read(CorpusOptions.of(List.of(folder + "/x/*.java")));
        assertThat(names).containsExactly("x/one.java");
        read(CorpusOptions.of(List.of(folder + "/x/**.java")));
        assertThat(names).containsExactly("x/deep/two.java", "x/one.java");

        String rows = "{\"text\": \"" + code(4).replace("\n", "\\n") + "\"}\n\n{\"text\": 3}\nno json\n{\"text\": \""
                + code(5).replace("\n", "\\n") + "\", \"path\": \"x.exe\"}\n";
        Path zipped = folder.resolve("rows.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(rows.getBytes(StandardCharsets.UTF_8));
        }
        Path plain = file("rows.jsonl", rows);
        for (Path file : List.of(zipped, plain)) {
            Account account = read(CorpusOptions.of(List.of(file.toString())));
            assertThat(texts).containsExactly(code(4));
            assertThat(names.getFirst()).endsWith(":1");
            assertThat(account.documents(Fate.MALFORMED)).isEqualTo(1);
            assertThat(account.documents(Fate.NO_FIELD))
                    .as("a text that is a number")
                    .isEqualTo(1);
            assertThat(account.documents(Fate.LANGUAGE)).isEqualTo(1);
        }

        Path jar = folder.resolve("lib-sources.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : List.of("META-INF/MANIFEST.MF", "p/A.java", "p/A.class")) {
                out.putNextEntry(new ZipEntry(name));
                out.write(code(name.length()).getBytes(StandardCharsets.UTF_8));
            }
        }
        Account account = read(CorpusOptions.of(List.of(jar.toString())));
        assertThat(names).containsExactly("lib-sources.jar!/p/A.java");
        assertThat(account.documents(Fate.LANGUAGE)).isEqualTo(2);
    }

    @Test
    void what_people_do_not_write_is_dropped_with_its_reason() throws IOException {
        file("empty.py", "");
        file("large.py", code(1).repeat(2000));
        file("nul.py", "int x\0" + code(2));
        Files.write(folder.resolve("latin.py"), ("# caf\u00e9\n" + code(3)).getBytes(StandardCharsets.ISO_8859_1));
        file("control.py", "\u0001\u0002\u0003\u0004\u0005\u0006" + "abcdefghi ".repeat(9));
        file("long_line.js", code(4) + "x".repeat(1001) + "\n");
        file("wide.js", ("y".repeat(120) + "\n").repeat(5));
        file("table.c", "{ +, -, *, /, ^, &, %, $, (, ) },\n".repeat(20));
        file("gen.java", "/* Code generated by protoc. */\n" + code(5));
        file("pet_pb2.py", code(6));
        file("edit.go", "// This file. DO NOT EDIT.\n" + code(7));
        file("fine.py", "# We do not modify code that was generated\n" + code(8));
        Files.write(folder.resolve("broken.jsonl.gz"), new byte[] {1, 2, 3});
        Account account = read(all());
        assertThat(names).containsExactly("fine.py");
        assertThat(account.documents(Fate.TOO_SMALL)).isEqualTo(1);
        assertThat(account.documents(Fate.TOO_LARGE)).isEqualTo(1);
        assertThat(account.documents(Fate.BINARY)).isEqualTo(3);
        assertThat(account.documents(Fate.MINIFIED)).isEqualTo(3);
        assertThat(account.documents(Fate.GENERATED)).isEqualTo(3);
        assertThat(account.documents(Fate.UNREADABLE)).isEqualTo(1);
        assertThat(account.dropped()).contains("3 generated by a program").contains("1 too small");
    }

    @Test
    void of_equal_and_nearly_equal_documents_the_first_is_kept() {
        String text = code(1) + code(2) + code(3);
        file("a.py", text);
        file("b.py", text);
        file("c.py", text.replace("v", "v").replace(" = ", "=").replace("\n", "\n\n"));
        file("d.py", text.replaceFirst("int", "long") + "one more line here\n");
        file("e.py", code(1) + code(7) + code(8));
        Account account = read(all());
        assertThat(names).containsExactly("a.py", "e.py");
        assertThat(account.documents(Fate.DUPLICATE)).isEqualTo(1);
        assertThat(account.documents(Fate.NEAR_DUPLICATE)).isEqualTo(2);
        Account kept = read(with(Set.of(), Set.of(), Optional.empty(), Excludes.NONE));
        assertThat(names).containsExactly("a.py", "c.py", "d.py", "e.py");
        assertThat(kept.documents(Fate.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void licenses_are_read_beside_and_inside_documents() {
        file("a.py", "# SPDX-License-Identifier: MIT\n" + code(1));
        file("b.c", "/* SPDX-License-Identifier: GPL-2.0-only OR apache-2.0 */\n" + code(2));
        file("c.c", "// SPDX-License-Identifier: MIT AND GPL-2.0-only\n" + code(3));
        file("d.c", "// SPDX-License-Identifier: (Apache-2.0 WITH LLVM-exception)\n" + code(4));
        file("e.py", code(5));
        file(
                "f.jsonl",
                "{\"text\": \"of f\", \"license\": \"mit\"}\n{\"text\": \"of g\", \"license\": [\"MIT\", "
                        + "\"GPL-3.0\"]}");
        Set<String> allowed = Set.of("MIT", "Apache-2.0");
        Account account = read(with(Set.of(), allowed, Optional.empty(), Excludes.NONE));
        assertThat(names).containsExactly("a.py", "b.c", "d.c", "f.jsonl:1");
        assertThat(account.documents(Fate.LICENSE)).isEqualTo(3);
        read(with(Set.of(), allowed, Optional.of("MIT"), Excludes.NONE));
        assertThat(names).contains("e.py").doesNotContain("c.c", "f.jsonl:2");
        assertThatThrownBy(() -> with(Set.of(), Set.of(), Optional.of("MIT"), Excludes.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no effect");
    }

    @Test
    void exclude_lists_name_paths_and_hashes() {
        file("src/A.java", code(1));
        file("test/ATest.java", code(2));
        file("src/B.java", code(3));
        file("src/C.java", code(4));
        String hash = Hashes.ofFile(folder.resolve("src/C.java"));
        Path list =
                file("list.txt", "# not these\n**/test/**\n\nB.*\n" + hash.toUpperCase(java.util.Locale.ROOT) + "\n");
        Account account = read(with(Set.of(Language.JAVA), Set.of(), Optional.empty(), Excludes.NONE.with(list)));
        assertThat(names).containsExactly("src/A.java");
        assertThat(account.documents(Fate.EXCLUDED)).isEqualTo(3);
        assertThatThrownBy(() -> new Excludes(List.of("a[b"), Set.of(), Avoiding.NOTHING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a[b' is no glob");
        assertThatThrownBy(() -> Excludes.NONE.with(folder.resolve("none")))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("there is no");
    }

    @Test
    void the_held_out_share_depends_on_the_text_alone() {
        for (int i = 0; i < 400; i++) {
            file("f" + i + ".py", code(i));
        }
        Account account = read(all(), 0.25, 3);
        assertThat(account.documents(Fate.HELD_OUT)).isBetween(60L, 140L);
        List<String> held = heldOut(all());
        for (int i = 0; i < 400; i += 2) {
            file("z/renamed" + i + ".py", code(i));
            folder.resolve("f" + i + ".py").toFile().delete();
        }
        assertThat(heldOut(all())).containsExactlyInAnyOrderElementsOf(held);
    }

    private List<String> heldOut(CorpusOptions options) {
        List<String> held = new ArrayList<>();
        new CorpusReader(options, 0.25, 1)
                .read((done, total, name) -> {}, kept -> kept.split() == Split.HELD_OUT ? kept.text() : "", held::add);
        held.removeIf(String::isEmpty);
        return held;
    }

    @Test
    void the_outcome_does_not_depend_on_the_number_of_threads() {
        for (int i = 0; i < 150; i++) {
            file("f" + i + ".py", code(i % 100));
        }
        Account one = read(all(), 0.1, 1);
        List<String> order = List.copyOf(names);
        for (int threads : new int[] {2, 5}) {
            Account more = read(all(), 0.1, threads);
            assertThat(names).isEqualTo(order);
            assertThat(more.lines()).isEqualTo(one.lines());
        }
    }

    @Test
    void a_problem_in_the_work_reaches_the_caller() {
        file("a.py", code(1));
        assertThatThrownBy(() -> new CorpusReader(all(), 0, 2)
                        .read(
                                (done, total, name) -> {},
                                kept -> {
                                    throw new CodaException(
                                            "broken: " + kept.text().length());
                                },
                                unused -> {}))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("broken");
    }

    @Test
    void missing_inputs_and_empty_globs_are_named() {
        assertThatThrownBy(() -> read(CorpusOptions.of(List.of(folder + "/none"))))
                .isInstanceOf(CodaException.class)
                .hasMessageEndingWith("there is no file or folder " + folder + "/none");
        assertThatThrownBy(() -> read(CorpusOptions.of(List.of(folder + "/*.zig"))))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("no file matches");
    }

    @Test
    void similar_signatures_are_found_and_different_ones_are_not() {
        Random random = new Random(11);
        int found = 0;
        int wrong = 0;
        NearDuplicates near = new NearDuplicates(0.8);
        for (int i = 0; i < 200; i++) {
            List<String> words = new ArrayList<>(IntStream.range(0, 300)
                    .mapToObj(w -> "w" + random.nextInt(100_000))
                    .toList());
            wrong += near.isNearEarlier(MinHash.signature(String.join(" ", words))) ? 1 : 0;
            words.set(random.nextInt(300), "changed");
            words.set(random.nextInt(300), "again");
            found += near.isNearEarlier(MinHash.signature(String.join(" ", words))) ? 1 : 0;
        }
        assertThat(wrong).isZero();
        assertThat(found).isGreaterThan(195);
        assertThat(MinHash.signature("only a few words")).isEmpty();
    }

    @Test
    void lines_that_are_too_long_are_passed_over_without_being_held() throws IOException {
        byte[] bytes = ("short\n" + "x".repeat(200_000) + "\nlast").getBytes(StandardCharsets.UTF_8);
        LineReader lines = new LineReader(new java.io.ByteArrayInputStream(bytes), 100_000);
        assertThat(lines.next().bytes()).asString().isEqualTo("short");
        LineReader.Line tooLong = lines.next();
        assertThat(tooLong.tooLong()).isTrue();
        assertThat(tooLong.length()).isEqualTo(200_000);
        assertThat(lines.next().bytes()).asString().isEqualTo("last");
        assertThat(lines.hasNext()).isFalse();
    }

    @Test
    void a_set_of_hashes_knows_what_it_has_seen() {
        HashesSeen seen = new HashesSeen();
        Random random = new Random(5);
        Set<Long> expected = new java.util.HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            long hash = random.nextInt(8000) * 0x9E3779B97F4A7C15L;
            assertThat(seen.add(hash)).isEqualTo(expected.add(hash));
        }
    }
}
