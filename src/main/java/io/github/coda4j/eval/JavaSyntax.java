package io.github.coda4j.eval;

import com.github.javaparser.JavaParser;
import com.github.javaparser.ParserConfiguration;
import java.util.function.Predicate;

/** Whether a text is a Java file, by JavaParser. Not safe for use by several threads. */
final class JavaSyntax implements Predicate<String> {
    private final JavaParser parser = new JavaParser(new ParserConfiguration()
            .setLanguageLevel(ParserConfiguration.LanguageLevel.BLEEDING_EDGE)
            .setAttributeComments(false));

    @Override
    public boolean test(String text) {
        try {
            return parser.parse(text).isSuccessful();
        } catch (StackOverflowError e) {
            return false; // expressions nested a thousand deep, in generated files
        }
    }
}
