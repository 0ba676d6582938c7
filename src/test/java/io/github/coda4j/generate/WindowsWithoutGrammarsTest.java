package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Windows in a program whose class path lacks the parsers. */
class WindowsWithoutGrammarsTest {
    /** Run with a class path of its own. */
    public static final class Probe implements Callable<List<String>> {
        @Override
        public List<String> call() {
            Document document = Document.parse(
                    "import b.C;\nclass A {\n" + "  int x;\n".repeat(90) + "  int y = <|hole|>;\n}\n", 4);
            WindowOptions options = WindowOptions.DEFAULT.withContext(64).withGrammar(Optional.of(Grammar.JAVA));
            Window window = DocumentWindows.of(document, options, 64, new ByteTokenizer())
                    .next(List.of());
            return List.of(window.header(), window.document().fill(List.of("1")));
        }
    }

    @Test
    void they_do_without_headers() throws Exception {
        String window = "  int x;\n".repeat(5) + "  int y = 1;\n}\n";
        assertThat(new Probe().call())
                .as("with the parsers")
                .containsExactly("class A {\n", "class A {\n" + window.substring(9));
        URL[] path = Stream.of(Grammar.class, Probe.class, LoggerFactory.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> probe = loader.loadClass(Probe.class.getName());
            Object answer = ((Callable<?>) probe.getDeclaredConstructor().newInstance()).call();
            assertThat(answer).isEqualTo(List.of("", window));
        }
    }
}
