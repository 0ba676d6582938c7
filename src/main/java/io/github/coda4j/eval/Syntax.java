package io.github.coda4j.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Whether files still parse. A file is of the first language whose parser takes it as it was, and is judged by that
 * one; a file that none takes has no verdict. Not safe for use by several threads.
 */
public final class Syntax implements Validity {
    private final Function<int[], String> decode;
    private final List<Predicate<String>> parsers;
    private final Map<InfillSpan, Optional<Predicate<String>>> languages = new HashMap<>();

    /**
     * @param decode from tokens to text
     * @param parsers say whether a text is a file of their language
     */
    public Syntax(Function<int[], String> decode, List<Predicate<String>> parsers) {
        this.decode = decode;
        this.parsers = List.copyOf(parsers);
    }

    /** Java by JavaParser and Python by tree-sitter. */
    public static Syntax ofJavaAndPython(Function<int[], String> decode) {
        return new Syntax(decode, List.of(new JavaSyntax(), new PythonSyntax()));
    }

    /**
     * Whether a text is a file of a language.
     *
     * @param java Java, otherwise Python
     */
    public static boolean isFile(boolean java, String text) {
        return (java ? new JavaSyntax() : new PythonSyntax()).test(text);
    }

    @Override
    public Optional<Boolean> of(InfillSpan span, int[] filled) {
        return languages
                .computeIfAbsent(span, this::language)
                .map(parser -> parser.test(decode.apply(span.document(filled))));
    }

    private Optional<Predicate<String>> language(InfillSpan span) {
        String original = decode.apply(span.document(span.answer()));
        return parsers.stream().filter(parser -> parser.test(original)).findFirst();
    }
}
