package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What ARCHITECTURE.md names is there, and every room has its line. */
class ArchitecturePageTest {
    private static final Path ROOT = Path.of("src", "main", "java", "io", "github", "coda4j");
    private static final Path SPARK = Path.of("src", "spark", "java", "io", "github", "coda4j");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9.]+)` \\| (.+) \\| (.+) \\|$");
    private static final Pattern NAME = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern CLASS = Pattern.compile("[A-Z]\\w*[a-z]\\w*");
    private static final Pattern FILE = Pattern.compile("(?:[\\w.-]+/)+[\\w.-]*");
    /** Classes of the JDK. */
    private static final Set<String> ELSEWHERE = Set.of("IllegalArgumentException");

    private final String page = read(Path.of("ARCHITECTURE.md"));

    @Test
    void every_folder_of_classes_has_a_sentence() throws IOException {
        Set<String> rooms = new TreeSet<>();
        for (Path root : List.of(ROOT, SPARK)) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(file -> root.relativize(file.getParent()).toString())
                        .filter(folder -> !folder.isEmpty())
                        .forEach(folder -> rooms.add(folder.replace('/', '.').replace('\\', '.')));
            }
        }
        List<String> rows = ROW.matcher(page).results().map(row -> row.group(1)).toList();
        assertThat(rows).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(rows)).isEqualTo(rooms);
    }

    @Test
    void where_to_look_first_is_in_the_room_or_below_it() {
        List<String> astray = new ArrayList<>();
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            String room = row.group(1).replace('.', '/');
            List<String> first = NAME.matcher(row.group(3))
                    .results()
                    .map(name -> name.group(1))
                    .toList();
            assertThat(first).as(row.group(1)).isNotEmpty();
            for (String name : first) {
                boolean found = Stream.of(ROOT, SPARK)
                        .map(root -> root.resolve(room))
                        .anyMatch(folder -> Files.exists(folder.resolve(name + ".java"))
                                || Files.exists(Path.of("src", "main", "resources")
                                        .resolve(Path.of("io", "github", "coda4j", room, name))));
                if (!found) {
                    astray.add(row.group(1) + ": " + name);
                }
            }
        }
        assertThat(astray).isEmpty();
    }

    @Test
    void classes_and_files_that_are_named_exist() throws IOException {
        Set<String> classes;
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            classes = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        Set<String> missing = new TreeSet<>();
        for (MatchResult span : NAME.matcher(page).results().toList()) {
            String name = span.group(1);
            if (FILE.matcher(name).matches() && !isFile(name)) {
                missing.add(name);
            }
            for (String word : name.split("[^\\w]+")) {
                if (CLASS.matcher(word).matches() && !classes.contains(word) && !ELSEWHERE.contains(word)) {
                    missing.add(word);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** Of the project's folder, of the classes' root with or without its ending, or of the golden values. */
    private static boolean isFile(String name) {
        return Stream.of(
                        Path.of(name),
                        ROOT.resolve(name.replaceFirst("\\.(?=[^/]*/)", "/")),
                        ROOT.resolve(name.replaceFirst("\\.(?=[^/]*/)", "/") + ".java"),
                        Path.of("src", "test", "resources").resolve(name))
                .anyMatch(Files::exists);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
