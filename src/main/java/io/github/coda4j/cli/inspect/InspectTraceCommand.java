package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda inspect trace}. */
@Command(
        name = "trace",
        sortOptions = false,
        description = {
            "Decode ids and write what every step did.",
            "",
            "The JSON has \"prompt\", \"history\" (the whole sequence after each step; with blocks after each "
                    + "forward), \"final\","
                    + " \"commits\" ([step, position, id, confidence], steps counted like the history), "
                    + "\"forwards\" and"
                    + " \"cache_refreshes\". Masks among the ids are holes to fill. Nothing stops early. "
                    + "Decoding depends on the flags"
                    + " only, not on the environment or generation_config.json. The folder needs no tokenizer.",
            "",
            "Of cases, each decoded by the rule of a family, a list is written of \"id\", \"history\" (the ids after "
                    + "every forward that fills something), \"final\" and \"total_forwards\".",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  coda inspect trace --ids 785,39,1516 --max-new-tokens 32 --steps 16 --alg " + "entropy --out trace.json"
        })
final class InspectTraceCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Spec
    CommandSpec command;

    @ArgGroup(multiplicity = "1")
    IdsOrCases what;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Masks to put behind the ids (default: 0, fill only the masks among them).")
    int newTokens;

    @Option(
            names = "--hole-pad",
            paramLabel = "ID",
            description = "The token that closes the hole in which it is committed, such as that of <|fim_pad|> "
                    + "(default: none).")
    Optional<Integer> holePad = Optional.empty();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The JSON file to write; an older one is replaced.")
    Path out;

    @Mixin
    DecodeFlags decode;

    @Mixin
    LoadFlags load;

    InspectTraceCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        if (what.cases.isPresent()) {
            return cases(what.cases.get());
        }
        check(newTokens >= 0, "--max-new-tokens must be 0 or positive, got %d", newTokens);
        DecodeSettings how = DecodeDefaults.STANDARD.resolve(decode.given());
        OutFile.check(out);
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.COMPARISON);
        ModelConfig config = config(folder, into);
        int[] prompt = what.ids(config.vocabSize());
        new CanvasShape(prompt.length, newTokens == 0 ? List.of() : List.of(newTokens), newTokens > 0)
                .checkLength(config.maxPositions());
        Canvas canvas = Canvas.forCompletion(prompt, newTokens, config.maskId());
        check(canvas.maskedCount() > 0, "nothing to decode: no mask among the ids and --max-new-tokens is 0");
        DecodeOptions options = how.options(CanvasShape.of(canvas), config.maxPositions(), Set.of())
                .withHolePad(holePad.map(OptionalInt::of).orElse(OptionalInt.empty()));
        try (Denoiser denoiser = world.models().network(folder, into)) {
            AtomicFiles.writeText(
                    out, Trace.record(prompt, canvas, options, denoiser).json());
        }
        return ExitCodes.OK;
    }

    private int cases(Path file) {
        CaseFile.refuseOthers(command);
        OutFile.check(out);
        TraceCases cases = TraceCases.read(file);
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.COMPARISON);
        try (Denoiser denoiser = world.models().network(folder, cases.told(into))) {
            AtomicFiles.writeText(out, cases.run(denoiser));
        }
        return ExitCodes.OK;
    }

    private static ModelConfig config(Path folder, LoadOptions into) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            return ModelConfig.of(checkpoint, into.told());
        }
    }
}
