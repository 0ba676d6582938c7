package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SyntaxMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Tag("slow")
    @Test
    void ten_thousand_parses_leave_nothing_behind() throws IOException {
        Assumptions.assumeTrue(Files.exists(STATUS), "resident memory is read from /proc");
        parse(1000);
        long before = residentKilobytes();
        parse(10_000);
        long grown = residentKilobytes() - before;
        assertThat(grown).as("kilobytes more after 10,000 parses").isLessThan(48_000);
    }

    /** One leaked tree of this text is more than 10 kilobytes. */
    private static void parse(int times) {
        String text = "class A {\n" + "  int f(int x) { return x + \"\uD83D\uDE00\".length(); }\n".repeat(4)
                + "  int y;\n}\n";
        for (int i = 0; i < times; i++) {
            try (SourceParser parser = Grammar.JAVA.open().orElseThrow();
                    SyntaxTree tree = parser.parse(text).orElseThrow()) {
                assertThat(tree.errors()).isEmpty();
                assertThat(tree.scope(text.indexOf("x +")).signatures()).hasSize(1);
            }
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
