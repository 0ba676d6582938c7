package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every difference from the original names a test that exists. */
class ReferenceDifferencesTest {
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+(?:Test|Contract))\\.(\\w+)`");

    @Test
    void every_difference_names_tests_that_exist() throws IOException {
        String page = Files.readString(Path.of("docs", "reference-differences.md"));
        List<String> entries = List.of(page.split("(?m)^### "));
        for (String entry : entries.subList(1, entries.size())) {
            List<MatchResult> tests = TEST_NAME.matcher(entry).results().toList();
            assertThat(tests)
                    .as("tests of '%s'", entry.lines().findFirst().orElseThrow())
                    .isNotEmpty();
            for (MatchResult test : tests) {
                assertThat(source(test.group(1))).contains(" " + test.group(2) + "(");
            }
        }
    }

    private static String source(String className) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "java"))) {
            Path file = files.filter(f -> f.getFileName().toString().equals(className + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no test class " + className));
            return Files.readString(file);
        }
    }
}
