package io.github.coda4j.cli;

import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.text.ChatTemplate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.terminal.spi.SystemStream;

class CliClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("OpenModel", _ -> model()),
                new Case("HeapKeeper", _ -> HeapKeeper.start()),
                new Case("Progress", _ -> begun(Progress.ofBytes(watched(), "test"))),
                new Case("StatusLine", _ -> {
                    StatusLine line = StatusLine.of(watched());
                    line.showNow("half");
                    return line;
                }),
                new Case(
                        "AnswerProgress",
                        _ -> new AnswerProgress(
                                StatusLine.of(watched()), () -> true, ByteTokenizer.MASK, System::nanoTime)));
    }

    private static World watched() {
        return new Cli()
                .terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error)
                .world();
    }

    private static Progress begun(Progress progress) {
        progress.to(1, 2, "half");
        return progress;
    }

    private static OpenModel model() {
        AtomicInteger closed = new AtomicInteger();
        return new OpenModel(
                ScriptedGenerator.always(ScriptedGenerator.Script.says("answer")),
                new ByteTokenizer(),
                ByteTokenizer.MASK,
                Set.of(ByteTokenizer.END),
                ChatTemplate::coda,
                Optional.empty(),
                () -> {
                    if (closed.incrementAndGet() > 1) {
                        throw new IllegalStateException("freed twice");
                    }
                });
    }
}
