package io.github.coda4j.cli.calibrate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.InputText;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.LengthCalibrator;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda calibrate length}. */
@Command(
        name = "length",
        sortOptions = false,
        description = {
            "Measure how sure a model is of empty holes of each length, and keep the curve beside its weights.",
            "",
            "infill divides by it when it finds the length of a hole. Places are drawn at random in the files named, "
                    + "which should be",
            "like those that are to be filled. The curve is of these weights alone and is refused beside others.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda calibrate length --places 2 --dry-run examples/Account.java"})
final class CalibrateLengthCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "UTF-8 text files.")
    List<Path> files = new ArrayList<>();

    @Option(names = "--places", paramLabel = "N", description = "How many places (default: ${DEFAULT-VALUE}).")
    int places = 200;

    @Option(names = "--seed", paramLabel = "N", description = "Which places are drawn (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Option(names = "--dry-run", description = "Print the curve and write nothing.")
    boolean dryRun;

    @Mixin
    LoadFlags load;

    CalibrateLengthCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(places >= 1, "--places must be at least 1, got %d", places);
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.SPEED);
        Tokenizer tokenizer = BpeTokenizer.load(folder);
        List<int[]> texts = files.stream()
                .map(file ->
                        tokenizer.encodeOrdinary(InputText.read(file, world).text()))
                .toList();
        LengthCalibration found;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                Transformer transformer = Transformer.open(checkpoint, into)) {
            found = new LengthCalibrator(places, seed)
                    .of(transformer, texts, tokenizer.holePad(), checkpoint.fingerprint());
        }
        for (int i = 0; i < found.lengths().size(); i++) {
            int length = found.lengths().get(i);
            world.out()
                    .printf(
                            Locale.ROOT,
                            "%3d tokens  confidence %.4f  curve %.4f%n",
                            length,
                            found.means().get(i),
                            found.bias().of(length));
        }
        String said = found.ceiling().isPresent()
                ? "pads say how long a hole is, up to " + found.ceiling().getAsInt() + " masks"
                : "pads do not say how long a hole is: lengths are looked at one by one";
        world.out().println(said);
        if (!dryRun) {
            world.note("wrote " + found.write(folder));
        }
        return ExitCodes.OK;
    }
}
