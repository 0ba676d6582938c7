package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lines of Java and of prose are at most 120 characters wide; tables and code within prose may be wider. */
class LineWidthTest {
    private static final int WIDTH = 120;

    @Test
    void java_lines_fit() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path file : files(Path.of("src"), ".java")) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                report(wide, file, i, lines.get(i));
            }
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void prose_fits() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String folder : List.of("docs", "models", "recipes")) {
            pages.addAll(files(Path.of(folder), ".md"));
        }
        try (Stream<Path> top = Files.list(Path.of("."))) {
            top.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        assertThat(pages).hasSizeGreaterThan(10);
        List<String> wide = new ArrayList<>();
        for (Path page : pages) {
            boolean code = false;
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                code ^= line.stripLeading().startsWith("```");
                if (!code && !line.startsWith("    ") && !line.startsWith("|")) {
                    report(wide, page, i, line);
                }
            }
        }
        assertThat(wide).isEmpty();
    }

    private static void report(List<String> wide, Path file, int index, String line) {
        if (line.codePointCount(0, line.length()) > WIDTH) {
            wide.add(file + ":" + (index + 1));
        }
    }

    private static List<Path> files(Path root, String ending) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            return found.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
