package io.github.coda4j.eval;

import java.util.function.Predicate;
import org.treesitter.TSParser;
import org.treesitter.TSTree;
import org.treesitter.TreeSitterPython;

/** Whether a text is a Python file, by tree-sitter's grammar of Python 3. Not safe for use by several threads. */
final class PythonSyntax implements Predicate<String> {
    @Override
    public boolean test(String text) {
        try (TSParser parser = new TSParser()) {
            parser.setLanguage(new TreeSitterPython());
            TSTree tree = parser.parseString(null, text);
            return !tree.getRootNode().hasError();
        }
    }
}
