package io.github.coda4j.data;

import com.github.javaparser.JavaParser;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.ast.CompilationUnit;
import com.github.javaparser.ast.body.MethodDeclaration;
import com.github.javaparser.javadoc.Javadoc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the methods of a Java file with JavaParser. */
final class JavaMethods {
    private JavaMethods() {}

    /** All methods with a body; none when the file cannot be parsed. */
    static List<FunctionSource> of(String text) {
        ParserConfiguration configuration = new ParserConfiguration()
                .setLanguageLevel(ParserConfiguration.LanguageLevel.BLEEDING_EDGE)
                .setAttributeComments(true);
        Optional<CompilationUnit> unit = parse(new JavaParser(configuration), text);
        List<FunctionSource> found = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        unit.ifPresent(tree -> tree.findAll(MethodDeclaration.class)
                .forEach(method -> source(method, lines).ifPresent(found::add)));
        return found;
    }

    private static Optional<CompilationUnit> parse(JavaParser parser, String text) {
        try {
            return parser.parse(text).getResult();
        } catch (StackOverflowError e) {
            return Optional.empty(); // expressions nested a thousand deep, in generated files
        }
    }

    private static Optional<FunctionSource> source(MethodDeclaration method, String[] lines) {
        if (method.getBody().isEmpty() || method.getRange().isEmpty()) {
            return Optional.empty();
        }
        int first = method.getRange().get().begin.line - 1;
        int end = method.getRange().get().end.line;
        int head =
                method.getBody().get().getRange().map(range -> range.begin.line).orElse(first + 1) - first;
        String code = Margin.removed(lines, first, end);
        return Optional.of(
                new FunctionSource(Language.JAVA, method.getJavadoc().map(JavaMethods::summary), code, head));
    }

    private static String summary(Javadoc javadoc) {
        return FirstSentence.of(javadoc.getDescription()
                .toText()
                .replaceAll("\\{@\\w+\\s+([^}]*)}", "$1")
                .replaceAll("<[^>]*>", " "));
    }
}
