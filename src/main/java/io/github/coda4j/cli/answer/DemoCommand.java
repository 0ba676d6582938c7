package io.github.coda4j.cli.answer;

import static java.util.Objects.requireNonNull;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.syntax.Grammar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.spi.SystemStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda demo}. */
@Command(
        name = "demo",
        sortOptions = false,
        description = {
            "Fill the holes of a short Java file, of any lengths, and watch how.",
            "",
            "Every hole is filled from all sides at once: at each step the model commits the token that it is "
                    + "surest of, wherever it is.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coda demo", "  coda demo --page", "  coda demo --dtype int8"})
public final class DemoCommand implements Callable<Integer> {
    private static final String FILE = "demo/Stock.java";
    /** Slow enough for eyes: the model itself takes a few milliseconds for a step. */
    private static final long MILLIS_BETWEEN_STEPS = 100;

    private static final String INVITATION = """

            Now your own file: put <|hole|> where something is missing. How long it is, is found out, or you say it.
              coda infill YourFile.java --diff
              coda infill YourFile.java --hole 12:5-14:1 --tokens 24 --watch
            """;

    /** Shows a page in which the holes of a text are filled. */
    @FunctionalInterface
    public interface Page {
        /**
         * Shows it until an end is requested.
         *
         * @param folder of the model
         * @return the exit code
         */
        int show(Path folder, LoadOptions options) throws InterruptedException;
    }

    private final World world;
    private final Page page;

    @Mixin
    ModelFlag model;

    @Option(
            names = "--page",
            description = "In a browser, with a text of your own: starts a server on a free port of this machine, "
                    + "prints the address, and opens it if there is a screen.")
    boolean inBrowser;

    @Mixin
    LoadFlags load;

    /** @param page for {@code --page} */
    public DemoCommand(World world, Page page) {
        this.world = world;
        this.page = page;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path folder = model.folder(world);
        LoadOptions options = load.options(folder, world, LoadFlags.Purpose.SPEED);
        if (inBrowser) {
            return page.show(folder, options);
        }
        Document document = Document.parse(text());
        LengthOptions lengths = CodaModel.lengths(folder);
        try (OpenModel open = world.openModel(folder, options)) {
            List<Document.Hole> holes = document.holes();
            world.out()
                    .printf(
                            Locale.ROOT,
                            "A Java file with %d holes; how long each of them is, is found out:%n%n",
                            holes.size());
            world.out().println(text());
            world.flush();
            int most = holes.stream().mapToInt(Document.Hole::tokens).sum();
            DecodeOptions decode = DecodeOptions.ofSteps(most)
                    .withEndTokens(open.endTokens())
                    .withHolePad(open.tokenizer().holePad());
            GenerateRequest request = GenerateRequest.of(document, decode)
                    .withWindows(WindowOptions.DEFAULT.withGrammar(Grammar.ofFile(FILE)))
                    .withLengths(lengths);
            List<StepEvent> steps = new ArrayList<>();
            Completion filled = new Answering(world, open).heard(request, recordTo(steps));
            show(steps, open, document);
            world.out().printf(Locale.ROOT, "Filled:%n%n%s", document.fill(filled.holeTexts()));
            world.out().printf(Locale.ROOT, "%n%s%n", CostReport.line(filled));
            world.out().print(INVITATION);
        }
        return ExitCodes.OK;
    }

    /** Draws on a terminal what was decoded; the time that it takes is not the model's. */
    private void show(List<StepEvent> steps, OpenModel open, Document document) throws InterruptedException {
        if (!world.terminals().isTerminal(SystemStream.Output)) {
            return;
        }
        CanvasPicture picture = new CanvasPicture(open.tokenizer(), open.maskId(), true, document.hidden());
        Terminal terminal = world.terminals().open(false);
        try (CanvasView view = CanvasView.onTerminal(picture, terminal, System::nanoTime)) {
            for (StepEvent step : steps) {
                view.onStep(step);
                Thread.sleep(MILLIS_BETWEEN_STEPS);
            }
        }
    }

    private static GenerationListener recordTo(List<StepEvent> steps) {
        return new GenerationListener() {
            @Override
            public void onStep(StepEvent event) {
                steps.add(event);
            }
        };
    }

    private static String text() {
        try (InputStream in = requireNonNull(DemoCommand.class.getResourceAsStream(FILE), FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
