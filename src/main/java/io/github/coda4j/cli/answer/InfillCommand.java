package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.InputText;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.HoleRange;
import io.github.coda4j.generate.WindowOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.syntax.Grammar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda infill}. */
@Command(
        name = "infill",
        sortOptions = false,
        description = {
            "Fill the holes of files, seeing the text on both sides of each.",
            "",
            "Holes are <|hole|> markers in a file, or ranges given with --hole. Bytes outside the holes "
                    + "stay as they are. How long a hole is, is found out unless --tokens says it. "
                    + "Several files are filled one after the other by the model that is "
                    + "loaded once.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda infill examples/Account.java --diff",
            "  coda infill examples/Guests.java --hole 10:23-10:39 --hole 16:43-16:52 --alg topk_margin --diff",
            "  echo 'Stock(String name) { this.name = <|hole|>; }' | coda infill -"
        })
public final class InfillCommand implements Callable<Integer> {
    private final World world;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "UTF-8 text files; - is standard input. Several need --diff, --in-place or --json.")
    List<Path> files = new ArrayList<>();

    @Option(
            names = "--hole",
            paramLabel = "LINE:COL-LINE:COL",
            description = "A range to be replaced, counted from 1, the end exclusive; 3:5-3:5 inserts. May be given "
                    + "several times, for one file.")
    List<String> holes = new ArrayList<>();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "How many tokens a hole has, or auto, which finds it out: once for all, or once for each in "
                    + "order (default: auto).")
    List<String> tokens = new ArrayList<>();

    @Mixin
    LengthFlags lengths;

    @Option(
            names = "--until",
            paramLabel = "WHAT",
            description = "Where an answer ends at the latest: length, line (the first one with something in it) or"
                    + " block (the statement or block that it begins with or completes) (default: length).")
    Optional<String> until = Optional.empty();

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "The most tokens that are seen at a time, holes included; a longer file is seen in parts around"
                            + " its holes (default: what the checkpoint says it is good at, or as many as it takes).")
    Optional<Integer> context = Optional.empty();

    @Option(names = "--diff", description = "Print the change as a unified diff instead of the whole text.")
    boolean diff;

    @Option(names = "--in-place", description = "Write the result into the file; it is replaced whole or not at all.")
    boolean inPlace;

    @Mixin
    ShowFlags show;

    @Mixin
    WriterFlags writer;

    public InfillCommand(World world) {
        this.world = world;
    }

    /** The most tokens that are seen at a time, if anything says it. */
    private OptionalInt seen = OptionalInt.empty();

    /** A file and what is to be done with it. */
    private record Task(Path file, InputText input, Document document, CanvasShape shape) {}

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        List<Task> tasks = new ArrayList<>();
        for (Path file : files) {
            tasks.add(task(file));
        }
        WriterFlags.Source source = writer.source(world);
        DecodeSettings how = source.defaults()
                .resolve(writer.given().with(Parameter.CONTEXT, context).with(Parameter.UNTIL, until));
        seen = how.context(source.config().maxPositions());
        for (Task task : tasks) {
            how.options(task.shape(), most(task, source.config().maxPositions()), Set.of());
        }
        boolean open = tasks.stream().anyMatch(task -> task.document().isOpen());
        boolean closes = how.holePad(OptionalInt.of(0)).isPresent();
        LengthOptions finding = open ? lengths.options(source.lengths(), closes) : LengthOptions.DEFAULT;
        try (OpenModel model = source.open(world)) {
            Answering answering = new Answering(world, model);
            for (Task task : tasks) {
                GenerateRequest request = GenerateRequest.of(
                                task.document(),
                                how.options(
                                                task.shape(),
                                                most(task, source.config().maxPositions()),
                                                model.endTokens())
                                        .withHolePad(
                                                how.holePad(model.tokenizer().holePad())))
                        .withWindows(windows(task))
                        .withLengths(finding)
                        .withStopStrings(how.stopStrings())
                        .withUntil(how.until());
                Completion filled = show.watch() ? answering.watched(request, true) : answering.quiet(request);
                write(
                        task,
                        task.input()
                                .content()
                                .with(task.document().fill(filled.holeTexts()))
                                .whole(),
                        filled);
            }
        }
        return ExitCodes.OK;
    }

    private void checkOptions() {
        check(
                Stream.of(diff, inPlace, show.json()).filter(chosen -> chosen).count() <= 1,
                "--diff, --in-place and --json exclude each other: leave all but one out");
        show.verify();
        check(
                files.size() == 1 || diff || inPlace || show.json(),
                "several files need --diff, --in-place or --json: otherwise their texts run into each other");
        check(files.size() == 1 || holes.isEmpty(), "--hole goes with one file, got %d", files.size());
        long streams = files.stream().filter(InputText::isStandardInput).count();
        check(streams <= 1, "- is given %d times: standard input can be read once", streams);
        check(streams == 0 || !inPlace, "--in-place cannot write to standard input: leave it or - out");
        lengths.verify(tokens);
    }

    private Task task(Path file) {
        InputText input = InputText.read(file, world);
        if (inPlace) {
            InPlaceFile.checkWritable(file);
        }
        try {
            Document document = document(input);
            return new Task(file, input, document, document.shape(0));
        } catch (IllegalArgumentException e) {
            throw named(input, e);
        }
    }

    private Document document(InputText input) {
        List<Document.Hole> counts = lengths.holes(tokens, context);
        if (!holes.isEmpty()) {
            Document document = Document.ofRanges(
                    input.text(), holes.stream().map(HoleRange::parse).toList(), counts);
            long left = document.numMarkersLeft();
            if (left > 0) {
                world.note(input.name() + ": --hole says where, so that " + left + " " + Document.MARKER
                        + (left == 1 ? " stays" : " stay") + " in the text as it is");
            }
            return document;
        }
        if (!input.text().contains(Document.MARKER)) {
            throw CodaException.of(
                    "%s has no %s: put one where something is to be generated, or say where with --hole "
                            + "LINE:COL-LINE:COL",
                    input.name(), Document.MARKER);
        }
        return Document.parse(input.text(), counts);
    }

    private WindowOptions windows(Task task) {
        return new WindowOptions(
                seen, WindowOptions.DEFAULT.before(), Grammar.ofFile(task.file().toString()));
    }

    /** The most tokens of all holes of a file together. */
    private int most(Task task, int maxPositions) {
        try {
            return windows(task).positions(task.document(), maxPositions);
        } catch (IllegalArgumentException e) {
            throw named(task.input(), e);
        }
    }

    /** With the name of the file where there are several. */
    private IllegalArgumentException named(InputText input, IllegalArgumentException e) {
        return files.size() == 1 ? e : new IllegalArgumentException(input.name() + ": " + e.getMessage(), e);
    }

    private void write(Task task, String filled, Completion completion) {
        String name =
                InputText.isStandardInput(task.file()) ? "stdin" : task.file().toString();
        if (inPlace) {
            InPlaceFile.replace(task.file(), task.input().content().whole(), filled);
        } else if (show.json()) {
            ObjectNode json = CostReport.json(filled, completion);
            // One object a line for several, each with its file.
            world.out()
                    .println(
                            files.size() == 1
                                    ? json.toPrettyString()
                                    : json.put("file", name).toString());
        } else {
            world.out().print(diff ? UnifiedDiff.of(name, task.input().content().whole(), filled) : filled);
        }
        String prefix = files.size() == 1 ? "" : name + ": ";
        show.finish(world, completion, prefix);
        CostReport.windows(completion).ifPresent(line -> world.note(prefix + line));
    }
}
