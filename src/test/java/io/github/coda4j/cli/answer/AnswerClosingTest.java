package io.github.coda4j.cli.answer;

import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.ClosingContract;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

class AnswerClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("CanvasView", _ -> {
                    CanvasPicture picture = new CanvasPicture(new ByteTokenizer(), ByteTokenizer.MASK, true, List.of());
                    return CanvasView.onTerminal(picture, new FakeTerminal(80, 24).terminal(), System::nanoTime);
                }),
                new Case(
                        "PipedChatInput",
                        _ -> new PipedChatInput("x", new PrintStream(OutputStream.nullOutputStream()))),
                new Case(
                        "TerminalChatInput",
                        folder -> new TerminalChatInput(
                                new FakeTerminal(80, 24).terminal(), folder.resolve("history"), List.of("/exit"))));
    }
}
