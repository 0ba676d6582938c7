package io.github.coda4j.eval;

import io.github.coda4j.CodaException;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.syntax.SyntaxTree;
import java.util.function.Predicate;

/** Whether a text is a Python file, by tree-sitter's grammar of Python 3. Not safe for use by several threads. */
final class PythonSyntax implements Predicate<String> {
    @Override
    public boolean test(String text) {
        try (SourceParser parser = Grammar.PYTHON
                .open()
                .orElseThrow(() ->
                        new CodaException(Grammar.PYTHON.missing().orElse("the grammar of Python cannot be opened")))) {
            return parser.parse(text).map(PythonSyntax::errorFree).orElse(false);
        }
    }

    private static boolean errorFree(SyntaxTree tree) {
        try (tree) {
            return tree.errorFree();
        }
    }
}
