package io.github.coda4j.eval;

import java.util.function.Predicate;
import org.treesitter.TSLanguage;
import org.treesitter.TSParser;
import org.treesitter.TSTree;
import org.treesitter.TreeSitterPython;

/** Whether a text is a Python file, by tree-sitter's grammar of Python 3. Not safe for use by several threads. */
final class PythonSyntax implements Predicate<String> {
    private final TSLanguage language = new TreeSitterPython();

    @Override
    public boolean test(String text) {
        try (TSParser parser = new TSParser()) {
            parser.setLanguage(language);
            try (TSTree tree = parser.parseString(null, text)) {
                return !tree.getRootNode().hasError();
            }
        }
    }
}
