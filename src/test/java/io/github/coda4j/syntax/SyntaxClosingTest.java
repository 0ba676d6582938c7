package io.github.coda4j.syntax;

import io.github.coda4j.testkit.ClosingContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class SyntaxClosingTest extends ClosingContract {
    private final List<SourceParser> parsers = new ArrayList<>();

    @AfterEach
    void closeParsers() {
        parsers.forEach(SourceParser::close);
    }

    @Override
    public List<Case> cases() {
        return List.of(new Case("SourceParser", _ -> Grammar.JAVA.open().orElseThrow()), new Case("SyntaxTree", _ -> {
            parsers.add(Grammar.JAVA.open().orElseThrow());
            return parsers.getLast().parse("class A {}").orElseThrow();
        }));
    }
}
