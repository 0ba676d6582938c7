package io.github.coda4j.cli.answer;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.AnswerProgress;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.HiddenText;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.generate.WindowOptions;
import java.io.PrintStream;
import java.util.List;
import org.jline.terminal.spi.SystemStream;

/** Runs one request and shows it while it runs. */
final class Answering {
    private final World world;
    private final OpenModel model;

    Answering(World world, OpenModel model) {
        this.world = world;
        this.model = model;
    }

    /** Waits for the answer; every piece of text is printed as it becomes certain. */
    Completion streaming(GenerateRequest request) throws InterruptedException {
        try (AnswerProgress line = progress()) {
            return heard(request, both(line, streamTo(world.out())));
        }
    }

    /** Waits for the answer, of which nothing is printed. */
    Completion quiet(GenerateRequest request) throws InterruptedException {
        try (AnswerProgress line = progress()) {
            return heard(request, line);
        }
    }

    /** A line on standard error; text that goes to the same terminal takes its place. */
    private AnswerProgress progress() {
        return new AnswerProgress(
                StatusLine.of(world),
                () -> world.terminals().isTerminal(SystemStream.Output)
                        && world.terminals().isTerminal(SystemStream.Error),
                model.maskId(),
                System::nanoTime);
    }

    /** Both hear everything, the first one first. */
    static GenerationListener both(GenerationListener first, GenerationListener second) {
        return new GenerationListener() {
            @Override
            public void onStep(StepEvent event) {
                first.onStep(event);
                second.onStep(event);
            }

            @Override
            public void onText(int hole, String text) {
                first.onText(hole, text);
                second.onText(hole, text);
            }
        };
    }

    /**
     * Waits for the answer and draws the canvas meanwhile: in place when standard output is a terminal, otherwise as
     * plain frames on standard error, so that the answer is alone in the pipe.
     */
    Completion watched(GenerateRequest request, boolean showsGiven) throws InterruptedException {
        List<HiddenText> hidden = request.prompt() instanceof Prompt.Text(Document document, WindowOptions _)
                ? document.hidden()
                : List.of();
        CanvasPicture picture = new CanvasPicture(model.tokenizer(), model.maskId(), showsGiven, hidden);
        boolean drawn = world.terminals().isTerminal(SystemStream.Output);
        try (CanvasView view = drawn
                ? CanvasView.onTerminal(picture, world.terminals().open(false), System::nanoTime)
                : CanvasView.asText(picture, world.err())) {
            return heard(request, view);
        }
    }

    /** Prints pieces at once and ends the request when nobody reads any more. */
    static GenerationListener streamTo(PrintStream out) {
        return new GenerationListener() {
            @Override
            public void onStep(StepEvent event) {
                if (out.checkError()) {
                    throw new CodaException("the output was closed before the answer was complete");
                }
            }

            @Override
            public void onText(int hole, String text) {
                out.print(text);
                out.flush();
            }
        };
    }

    /** Waits for the answer, of which the listener hears. */
    Completion heard(GenerateRequest request, GenerationListener listener) throws InterruptedException {
        Generation generation = model.generator().submit(request, listener);
        return generation.await();
    }
}
