package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Inputs of the kinds that people have: nothing in them vanishes uncounted, and what is odd is told. */
class CorpusInputsTest {
    private static final String POINTER =
            "version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 4063461376\n".formatted(7);

    @TempDir
    Path folder;

    private final List<String> names = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String code(int number) {
        Random random = new Random(number);
        return IntStream.range(0, 40)
                .mapToObj(i -> "int v" + random.nextInt(1_000_000) + " = " + random.nextInt(1000) + ";\n")
                .collect(Collectors.joining());
    }

    private static String row(int number) {
        return "{\"text\": \"" + code(number).replace("\n", "\\n") + "\"}";
    }

    private static String rows(int count, String between) {
        return IntStream.range(0, count).mapToObj(CorpusInputsTest::row).collect(Collectors.joining(between));
    }

    private Account read(Path... inputs) {
        return read(CorpusOptions.of(Arrays.stream(inputs).map(Path::toString).toList()));
    }

    private Account read(CorpusOptions options) {
        names.clear();
        texts.clear();
        return new CorpusReader(options, 0, 2)
                .read((done, total, name) -> assertThat(done).isBetween(0L, total), kept -> kept, kept -> {
                    names.add(kept.name().replace(folder + "/", ""));
                    texts.add(kept.text());
                });
    }

    private static String why(Account account, Fate fate) {
        return account.lines().stream()
                .filter(line -> line.fate() == fate)
                .findFirst()
                .orElseThrow()
                .why();
    }

    @Test
    void every_object_of_a_line_is_read_and_lines_may_end_with_a_return_alone() throws IOException {
        for (String between : List.of("", " ", "\r", "\n", "\r\n", "\n\r\n")) {
            Account account = read(file("a.jsonl", rows(6, between)));
            assertThat(account.documents()).as("between: " + between).isEqualTo(6);
            assertThat(texts).hasSize(6).first().isEqualTo(code(0));
        }
        read(file("a.jsonl", rows(2, "") + "\r\n" + row(3) + "\r" + row(4)));
        assertThat(names).containsExactly("a.jsonl:1", "a.jsonl:1#2", "a.jsonl:2", "a.jsonl:3");
    }

    @Test
    void what_follows_an_object_on_its_line_is_counted() throws IOException {
        Account account = read(file("a.jsonl", row(1) + "{\"text\": \n" + row(2) + ", 5\n"));
        assertThat(texts).containsExactly(code(1), code(2));
        assertThat(account.documents(Fate.MALFORMED)).isEqualTo(2);
        assertThat(why(account, Fate.MALFORMED))
                .startsWith("it is not valid JSON: ")
                .contains("(line 1, column ");
        Account scalars = read(file("b.jsonl", row(1) + " 5 [6]\n"));
        assertThat(scalars.documents(Fate.NO_FIELD)).isEqualTo(2);
        assertThat(why(scalars, Fate.NO_FIELD)).contains("the row is no object");
    }

    @Test
    void numbers_that_json_lacks_do_not_drop_a_row() throws IOException {
        String odd = row(1).replace("}", ", \"score\": NaN, \"low\": -Infinity, \"high\": [Infinity]}");
        Account account = read(file("a.jsonl", odd + "\n"));
        assertThat(texts).containsExactly(code(1));
        assertThat(account.documents()).isEqualTo(1);
    }

    @Test
    void a_row_without_the_field_says_which_was_looked_for_and_which_are_there() throws IOException {
        Account account = read(file("a.jsonl", row(1).replace("\"text\"", "\"content\"") + "\n{\"text\": [1]}\n"));
        assertThat(account.documents(Fate.NO_FIELD)).isEqualTo(2);
        assertThat(why(account, Fate.NO_FIELD)).isEqualTo("no text in field \"text\" (has: content); see --field");
        Account number = read(file("a.jsonl", "{\"text\": 7, \"a\": 1}"));
        assertThat(why(number, Fate.NO_FIELD)).isEqualTo("field \"text\" holds 7, no text");
    }

    @Test
    void keys_that_stand_twice_make_a_row_malformed_not_ambiguous() throws IOException {
        Account account = read(file("a.jsonl", "{\"text\": \"" + "x ".repeat(40) + "\", \"text\": \"y\"}\n" + row(1)));
        assertThat(texts).containsExactly(code(1));
        assertThat(why(account, Fate.MALFORMED)).contains("the key \"text\" stands there twice");
    }

    @Test
    void half_of_a_surrogate_pair_in_the_text_drops_the_row_elsewhere_it_does_not() throws IOException {
        Account account = read(file(
                "a.jsonl",
                row(1).replace("}", ", \"note\": \"\\ud83d\"}") + "\n" + row(2).replace("int v", "int \\ud83d")));
        assertThat(texts).containsExactly(code(1));
        assertThat(why(account, Fate.BINARY)).isEqualTo("character 4 is half of a surrogate pair");
    }

    @Test
    void rows_are_read_whatever_published_data_is_called() throws IOException {
        String lines = rows(3, "\n") + "\n";
        for (String name : List.of("a.ndjson", "a.json", "a.NDJSON")) {
            read(file(name, lines));
            assertThat(texts).as(name).hasSize(3).first().isEqualTo(code(0));
        }
        for (String name : List.of("a.json.gz", "a.ndjson.gz", "a.jsonl.gz")) {
            for (String text : List.of(lines, "[" + rows(3, ",\n") + "]")) {
                Path zipped = folder.resolve(name);
                try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }
                if (name.startsWith("a.json.gz") || !text.startsWith("[")) {
                    read(zipped);
                    assertThat(texts).as(name).hasSize(3);
                }
            }
        }
    }

    @Test
    void a_list_of_rows_is_read_element_by_element() throws IOException {
        Account account = read(file("list.json", "\uFEFF [" + rows(3, ",\n") + ", {\"content\": \"x\"}]\n"));
        assertThat(names).containsExactly("list.json", "list.json#2", "list.json#3");
        assertThat(account.documents(Fate.NO_FIELD)).isEqualTo(1);
        Account cut = read(file("cut.json", "[" + rows(3, ",\n") + ", {\"text\""));
        assertThat(texts).hasSize(3);
        assertThat(cut.documents(Fate.MALFORMED)).isEqualTo(1);
    }

    @Test
    void json_that_is_no_rows_is_taken_as_text_and_told() throws IOException {
        for (String text : List.of(
                "{\n  \"name\": \"" + "word ".repeat(20) + "\",\n  \"b\": 1\n}\n",
                "{\"name\": \"" + "word ".repeat(20) + "\"}",
                "[1, 2, \"" + "word ".repeat(20) + "\"]")) {
            Path file = file("config.json", text);
            Account account = read(file);
            assertThat(texts).containsExactly(text);
            assertThat(why(account, Fate.TRAIN))
                    .isEqualTo(file + " has no rows with \"text\", it is taken as plain text");
        }
        Account lines = read(file("lines.json", "{\"content\": \"x\"}\n{\"content\": \"y\"}\n"));
        assertThat(lines.documents(Fate.NO_FIELD))
                .as("rows, though without the field")
                .isEqualTo(2);
        file("in/package.json", "{\"text\": \"" + "word ".repeat(20) + "\"}");
        file("in/a.py", code(1));
        Account found = read(folder.resolve("in"));
        assertThat(names).as("files of a source tree are no rows").containsExactly("in/a.py");
        assertThat(found.documents(Fate.LANGUAGE)).isEqualTo(1);
    }

    @Test
    void a_byte_order_mark_makes_no_other_document_and_no_other_row() throws IOException {
        file("a.py", code(1));
        file("b.py", "\uFEFF" + code(1));
        Account account = read(withoutNear(Excludes.NONE));
        assertThat(texts).containsExactly(code(1));
        assertThat(account.documents(Fate.DUPLICATE)).isEqualTo(1);
        Path list = file("list.txt", "\uFEFF*.py\n");
        assertThat(read(withoutNear(Excludes.NONE.with(list))).documents(Fate.EXCLUDED))
                .isEqualTo(2);
        assertThat(Excludes.lines(file("licenses", "\uFEFFMIT\r\nApache-2.0\n")))
                .containsExactly("MIT", "Apache-2.0");
        read(file("rows.jsonl", "\uFEFF" + row(2) + "\n\uFEFF" + row(3) + "\n"));
        assertThat(texts).containsExactly(code(2), code(3));
    }

    private CorpusOptions withoutNear(Excludes excludes) {
        return new CorpusOptions(
                List.of(folder.toString()),
                Set.of(),
                "text",
                "path",
                "license",
                Set.of(),
                Optional.empty(),
                excludes,
                1,
                100_000,
                Optional.empty());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void links_are_followed_and_those_that_lead_nowhere_or_round_are_told() throws IOException {
        Path one = file("blobs/1", code(1));
        Path two = file("blobs/2", code(2));
        file("other/deep/C.java", code(3));
        Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
        Files.createSymbolicLink(snapshot.resolve("A.java"), one);
        Files.createSymbolicLink(snapshot.resolve("B.java"), Path.of("../blobs/2"));
        Files.createSymbolicLink(snapshot.resolve("gone.java"), folder.resolve("nothing"));
        Files.createSymbolicLink(snapshot.resolve("more"), folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("other/round"), folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("other/self"), folder.resolve("other/self"));
        Files.createSymbolicLink(folder.resolve("other/up"), snapshot);
        Account account = read(snapshot);
        assertThat(names).containsExactly("snapshot/A.java", "snapshot/B.java", "snapshot/more/deep/C.java");
        assertThat(account.documents(Fate.UNREADABLE)).isEqualTo(4);
        assertThat(why(account, Fate.UNREADABLE)).isEqualTo("the link leads to nothing");
        assertThat(read(Files.createSymbolicLink(folder.resolve("named.java"), two))
                        .documents(Fate.TRAIN))
                .isEqualTo(1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void a_folder_is_read_through_one_of_its_links_only() throws IOException {
        file("real/A.java", code(1));
        Files.createSymbolicLink(Files.createDirectories(folder.resolve("in")).resolve("a"), folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("in/b"), folder.resolve("real"));
        assertThat(read(folder.resolve("in")).documents()).isEqualTo(1);
        assertThat(names).containsExactly("in/a/A.java");
    }

    @Test
    void a_folder_that_cannot_be_listed_is_counted_and_the_rest_is_kept() throws IOException {
        file("src/A.java", code(1));
        file("src/secret/B.java", code(2));
        file("src/z/C.java", code(3));
        Path secret = folder.resolve("src/secret");
        CorpusFiles.Listing refusing = listed -> {
            if (listed.equals(secret)) {
                throw new AccessDeniedException(listed.toString());
            }
            return Files.list(listed);
        };
        List<String> found = new ArrayList<>();
        CorpusFiles.Visitor visitor = new CorpusFiles.Visitor() {
            @Override
            public void file(Path file, long size, boolean named) {
                found.add(file.getFileName().toString());
            }

            @Override
            public void unreadable(Path path, String why) {
                found.add(path.getFileName() + ": " + why);
            }
        };
        CorpusFiles.visit(List.of(folder.resolve("src").toString()), visitor, refusing);
        assertThat(found).containsExactly("A.java", "secret: no permission", "C.java");
        assertThatThrownBy(() -> CorpusFiles.visit(List.of(secret.toString()), visitor, refusing))
                .isInstanceOf(CodaException.class)
                .hasMessage("cannot list " + secret + ": no permission");
        found.clear();
        CorpusFiles.visit(List.of(folder + "/**.java"), visitor, refusing);
        assertThat(found).as("a folder of a glob").hasSize(3);
    }

    @Test
    void pointers_of_git_lfs_and_pages_are_no_data() throws IOException {
        for (String name : List.of("a.jsonl", "a.jsonl.gz", "a.py", "a.json")) {
            Account account = read(file(name, POINTER));
            assertThat(account.documents()).as(name).isEqualTo(1);
            assertThat(why(account, Fate.UNREADABLE)).as(name).startsWith("is a Git LFS pointer");
        }
        Account page = read(file("a.jsonl", "<!doctype html>\n<html>\n</html>"));
        assertThat(why(page, Fate.UNREADABLE)).startsWith("is a web page (HTML)");
        assertThat(read(file("a.jsonl", "")).documents()).as("an empty shard").isZero();
        Account broken = read(file("b.jsonl.gz", "no gzip at all"));
        assertThat(why(broken, Fate.UNREADABLE)).contains("GZIP");
    }

    @Test
    void only_comments_at_the_head_say_that_a_program_wrote_a_file() throws IOException {
        file("a.java", "package a;\n\n/** Finds files that were generated by protoc; do not edit them. */\n" + code(1));
        file("b.py", "MARK = 'Code generated by x. DO NOT EDIT.'\n" + code(2));
        file("c.go", "package c\n\n// @generated is what this looks for\n" + code(3));
        file("d.py", "\"\"\"Writes files that say: this file was auto-generated by us. Do not edit.\"\"\"\n" + code(4));
        file("e.cpp", "#include <a>\n/* do not edit */\n" + code(5));
        file("f.js", ";(function () { /* @generated */ })\n" + code(6));
        read(folder);
        assertThat(names).containsExactly("a.java", "b.py", "c.go", "d.py", "e.cpp", "f.js");
        for (Path kept : List.of(folder.resolve("a.java"), folder.resolve("b.py"), folder.resolve("c.go"))) {
            Files.delete(kept);
        }
        file("a.java", "\n/*\n * Licensed to X.\n */\n\n// Generated by the protocol buffer compiler.\n" + code(7));
        file("b.py", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# @generated\n" + code(8));
        file("c.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage c\n" + code(9));
        file("g.php", "<?php\n/* This file was automatically generated. */\n" + code(10));
        file("h.sql", "-- do not edit\n" + code(11));
        file("i.lua", "--[[ first\n auto-generated by x ]]\n" + code(12));
        file("j.hs", "{- Do not edit -}\nmodule J where\n" + code(13));
        Account account = read(folder);
        assertThat(account.documents(Fate.GENERATED)).isEqualTo(7);
        assertThat(names).containsExactly("d.py", "e.cpp", "f.js");
    }
}
