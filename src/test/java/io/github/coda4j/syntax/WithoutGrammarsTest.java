package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.treesitter.TSParser;
import org.treesitter.TreeSitterPython;

/** What the room says to a program whose class path lacks the parsers. */
class WithoutGrammarsTest {
    /** Run with a class path of its own. */
    public static final class Probe implements Callable<List<String>> {
        @Override
        public List<String> call() {
            List<String> found = new ArrayList<>();
            for (Grammar grammar : Grammar.values()) {
                try (SourceParser parser = grammar.open().orElse(null)) {
                    found.add(parser == null ? grammar.missing().orElseThrow() : grammar.label() + " is there");
                }
            }
            return found;
        }
    }

    @Test
    void without_any_library_every_grammar_says_what_to_add() throws Exception {
        assertThat(probe())
                .hasSize(Grammar.values().length)
                .contains(
                        "no grammar of Java: put io.github.bonede:tree-sitter and io.github.bonede:tree-sitter-java on "
                                + "the class path")
                .allMatch(line -> line.startsWith("no grammar of "));
    }

    @Test
    void with_one_language_that_one_is_there() throws Exception {
        assertThat(probe(TSParser.class, TreeSitterPython.class))
                .contains("Python is there")
                .filteredOn(line -> line.startsWith("no grammar of "))
                .hasSize(Grammar.values().length - 1);
    }

    @Test
    void with_a_grammar_and_no_parser_nothing_is_there() throws Exception {
        assertThat(probe(TreeSitterPython.class)).allMatch(line -> line.startsWith("no grammar of "));
    }

    @SuppressWarnings("unchecked")
    private static List<String> probe(Class<?>... libraries) throws Exception {
        List<URL> path = new ArrayList<>(List.of(home(Grammar.class), home(Probe.class)));
        for (Class<?> library : libraries) {
            path.add(home(library));
        }
        try (URLClassLoader loader =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> probe = loader.loadClass(Probe.class.getName());
            return (List<String>) ((Callable<?>) probe.getDeclaredConstructor().newInstance()).call();
        }
    }

    private static URL home(Class<?> of) {
        return of.getProtectionDomain().getCodeSource().getLocation();
    }
}
