package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.Document;
import io.github.coda4j.syntax.Grammar;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A place in a held-out file that is to be filled in by somebody who is not told how long it is.
 *
 * @param kind what was taken out
 * @param before the text before it
 * @param answer what was taken out, not empty
 * @param after the text after it
 * @param tokens of the answer, at least 1
 * @param language whose parser took the file as it was, if any did
 */
public record HoleCase(
        String kind, String before, String answer, String after, int tokens, Optional<Grammar> language) {
    public HoleCase {
        check(!answer.isEmpty() && tokens >= 1, "a hole takes the place of something");
    }

    /** The file with this hole. */
    Document document(Document.Hole hole) {
        return Document.ofPieces(List.of(before, after), List.of(hole));
    }

    /** Whether the file parses with this in its place; empty where it did not before. */
    Optional<Boolean> parses(String filled) {
        return language.map(HoleCase::parser).map(parser -> parser.test(before + filled + after));
    }

    private static Predicate<String> parser(Grammar language) {
        return language == Grammar.JAVA ? new JavaSyntax() : new PythonSyntax();
    }

    /** The language whose parser takes a file. */
    static Optional<Grammar> languageOf(String text) {
        return new JavaSyntax().test(text)
                ? Optional.of(Grammar.JAVA)
                : new PythonSyntax().test(text) ? Optional.of(Grammar.PYTHON) : Optional.empty();
    }
}
