package io.github.coda4j.eval;

import com.github.javaparser.JavaParser;
import com.github.javaparser.ParserConfiguration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Whether Java files still parse, with JavaParser; files that did not before have no verdict. Not safe for use by several threads. */
public final class JavaSyntax implements Validity {
    private final Function<int[], String> decode;
    private final JavaParser parser = new JavaParser(new ParserConfiguration()
            .setLanguageLevel(ParserConfiguration.LanguageLevel.BLEEDING_EDGE)
            .setAttributeComments(false));
    private final Map<InfillSpan, Boolean> originals = new HashMap<>();

    /** @param decode from tokens to text */
    public JavaSyntax(Function<int[], String> decode) {
        this.decode = decode;
    }

    @Override
    public Optional<Boolean> of(InfillSpan span, int[] filled) {
        boolean wasJava = originals.computeIfAbsent(span, original -> parses(original, original.answer()));
        return wasJava ? Optional.of(parses(span, filled)) : Optional.empty();
    }

    private boolean parses(InfillSpan span, int[] filled) {
        try {
            return parser.parse(decode.apply(span.document(filled))).isSuccessful();
        } catch (StackOverflowError e) {
            return false; // expressions nested a thousand deep, in generated files
        }
    }
}
