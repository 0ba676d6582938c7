package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.HoleRange;
import io.github.coda4j.generate.request.DecodeSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            "Fill the holes of a file, seeing the text on both sides of each.",
            "",
            "Holes are <|hole|> markers in the file, or ranges given with --hole. Bytes outside the holes "
                    + "stay as they are.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda infill Sort.java --model models/coda --tokens 48 --diff",
            "  coda infill app.py --model models/coda --hole 12:5-14:1 --hole 30:9-30:9 --tokens 32 --tokens "
                    + "8 --in-place"
        })
public final class InfillCommand implements Callable<Integer> {
    private static final int DEFAULT_TOKENS = 32;

    private final World world;

    @Parameters(paramLabel = "FILE", description = "A UTF-8 text file.")
    Path file;

    @Option(
            names = "--hole",
            paramLabel = "LINE:COL-LINE:COL",
            description = "A range to be replaced, counted from 1, the end exclusive; 3:5-3:5 inserts. May be given "
                    + "several times.")
    List<String> holes = new ArrayList<>();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "The most tokens of a hole: once for all, or once for each in order (default: "
                    + DEFAULT_TOKENS + ").")
    List<Integer> tokens = new ArrayList<>();

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

    @Override
    public Integer call() throws InterruptedException {
        check(
                Stream.of(diff, inPlace, show.json()).filter(chosen -> chosen).count() <= 1,
                "--diff, --in-place and --json exclude each other: leave all but one out");
        show.verify();
        TextFiles.Marked original = TextFiles.readMarked(file);
        Document document = document(original.text());
        WriterFlags.Source source = writer.source(world);
        DecodeSettings how = source.defaults().resolve(writer.given());
        CanvasShape shape = document.shape(0);
        how.options(shape, source.maxPositions(), Set.of());
        try (OpenModel open = source.open(world)) {
            GenerateRequest request = GenerateRequest.of(
                            document, how.options(shape, source.maxPositions(), open.endTokens()))
                    .withStopStrings(how.stopStrings());
            Answering answering = new Answering(world, open);
            Completion filled = show.watch() ? answering.watched(request, true) : answering.quiet(request);
            write(
                    original.whole(),
                    original.with(document.fill(filled.holeTexts())).whole(),
                    filled);
        }
        return ExitCodes.OK;
    }

    private Document document(String text) {
        int[] counts = tokens.isEmpty()
                ? new int[] {DEFAULT_TOKENS}
                : tokens.stream().mapToInt(n -> n).toArray();
        for (int count : counts) {
            check(count >= 1, "--tokens must be at least 1, got %d", count);
        }
        if (!holes.isEmpty()) {
            return Document.ofRanges(text, holes.stream().map(HoleRange::parse).toList(), counts);
        }
        if (!text.contains(Document.MARKER)) {
            throw CodaException.of(
                    "%s has no %s: put one where something is to be generated, or say where with --hole "
                            + "LINE:COL-LINE:COL",
                    file, Document.MARKER);
        }
        return Document.parse(text, counts);
    }

    private void write(String original, String filled, Completion completion) {
        if (inPlace) {
            InPlaceFile.replace(file, original, filled);
        } else if (show.json()) {
            world.out().println(CostReport.json(filled, completion).toPrettyString());
        } else {
            world.out().print(diff ? UnifiedDiff.of(file.toString(), original, filled) : filled);
        }
        show.finish(world, completion);
    }
}
