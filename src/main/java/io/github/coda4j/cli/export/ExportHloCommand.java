package io.github.coda4j.cli.export;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Amounts;
import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.hlo.Program;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.ForwardStep;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.Stacked;
import io.github.coda4j.hlo.coda.StepShape;
import io.github.coda4j.hlo.coda.TrainStep;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.model.WeightSource;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda export hlo}. */
@Command(
        name = "hlo",
        sortOptions = false,
        description = {
            "Write the forward, a training step or a decode step of a model's shape as StableHLO text.",
            "",
            "XLA and every PJRT device compile it. Beside it lies a JSON file that names its arguments: shape, dtype, "
                    + "layout, donation and the checkpoint's tensors that each holds.",
            "",
            "Weights are arguments and are not written. All sizes are fixed in the text.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda export hlo --what decode --length 64 --wanted 8 --out decode-step",
            "  coda export hlo --what train --rows 4 --length 128 --precision bf16 --share fsdp --devices 2 --out step"
        })
final class ExportHloCommand implements Callable<Integer> {
    private static final int LENGTH = 1024;
    private static final int WANTED = 32;

    private final World world;

    /** What is written. */
    enum What {
        FORWARD,
        TRAIN,
        DECODE
    }

    /** In which form. */
    enum Form {
        PRETTY,
        VERSIONED
    }

    @Mixin
    ModelFlag model;

    @Option(
            names = "--what",
            required = true,
            paramLabel = "forward|train|decode",
            description = "Logits of all positions, a training step with its optimizer, or the proposals of some rows.")
    String whatWord;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "NAME",
            description = "Writes NAME.mlir and NAME.json; older ones are replaced.")
    Path out;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Sequences, of each device; with gspmd or shardy of all together (default: 1).")
    Optional<Integer> rows = Optional.empty();

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Positions of a sequence (default: 1024, or what the model takes).")
    Optional<Integer> length = Optional.empty();

    @Option(
            names = "--precision",
            paramLabel = "fp32|bf16|fp64",
            description = "Operands of products; with bf16 sums and all else are fp32 (default: fp32).")
    String precision = "fp32";

    @Option(
            names = "--queries",
            paramLabel = "N",
            description = "Most positions whose attention is computed at a time (default: ${DEFAULT-VALUE}).")
    int queries = StepShape.QUERIES;

    @Option(
            names = "--positions",
            paramLabel = "N",
            description = "Most positions of a sequence whose logits are computed at a time (default: "
                    + "${DEFAULT-VALUE}); not for forward, which gives them all.")
    Optional<Integer> positions = Optional.empty();

    @Option(
            names = "--wanted",
            paramLabel = "N",
            description = "For decode: rows of output that are asked of each sequence (default: 32, or all).")
    Optional<Integer> wanted = Optional.empty();

    @ArgGroup(exclusive = false, heading = "For train:%n")
    TrainFlags train = new TrainFlags();

    @Option(
            names = "--form",
            paramLabel = "pretty|versioned",
            description =
                    "StableHLO as people read it, or VHLO, whose operations keep their meaning (default: pretty).")
    String formWord = "pretty";

    ExportHloCommand(World world) {
        this.world = world;
    }

    private What what;
    private Form form;

    /** A program and what its arguments hold. */
    private record Exported(Program program, List<Stacked> stacked) {}

    @Override
    public Integer call() {
        what = Choice.of("--what", whatWord, List.of(What.values()));
        form = Choice.of("--form", formWord, List.of(Form.values()));
        Path text = beside(".mlir");
        Path json = beside(".json");
        OutFile.checkRegular(text);
        OutFile.checkRegular(json);
        Path folder = model.folder(world);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ModelConfig config = ModelConfig.of(checkpoint);
            WeightSource source = WeightSource.stored(checkpoint, config);
            source.quantized().ifPresent(format -> {
                throw CodaException.of(
                        "%s is quantized to %s; programs are of floating models: take the one that it was made of",
                        checkpoint.source(), format);
            });
            boolean ownHead = source.headName().equals(Parameters.HEAD);
            Exported exported = exported(config, ownHead);
            Program program = exported.program();
            String written = form == Form.PRETTY ? program.text() : program.versionedText();
            AtomicFiles.writeText(text, written);
            AtomicFiles.writeText(
                    json,
                    new Manifest(
                                    what.name().toLowerCase(Locale.ROOT),
                                    text.getFileName().toString(),
                                    program)
                            .json(exported.stacked(), form == Form.VERSIONED ? "vhlo" : "stablehlo"));
            world.out()
                    .printf(
                            Locale.ROOT,
                            "%s: %d operations, %d arguments, %d results, %s%n",
                            text,
                            program.operations(),
                            program.arguments().size(),
                            program.results().size(),
                            Amounts.bytes(written.getBytes(StandardCharsets.UTF_8).length));
            world.out().println(json + ": what they are");
        }
        return ExitCodes.OK;
    }

    private Path beside(String ending) {
        Path name = out.getFileName();
        check(name != null && !name.toString().isEmpty(), "--out must be a name, got '%s'", out);
        return out.resolveSibling(name + ending);
    }

    private Exported exported(ModelConfig config, boolean ownHead) {
        check(what == What.DECODE || wanted.isEmpty(), "--wanted is for decode only; leave it out of %s", whatWord);
        check(what != What.FORWARD || positions.isEmpty(), "--positions has no effect on forward; leave it out");
        check(what == What.TRAIN || train.areUntouched(), "%s is for train only; leave it out", train.first());
        int own = length.orElse(Math.min(LENGTH, config.maxPositions()));
        check(
                own >= 1 && own <= config.maxPositions(),
                "--length must be in [1, %d], got %d",
                config.maxPositions(),
                own);
        int allRows = rows.orElse(1);
        StepShape shape = new StepShape(
                allRows, train.microRows.orElse(allRows), own, queries, positions.orElse(StepShape.POSITIONS));
        return switch (what) {
            case FORWARD -> exported(ForwardStep.logits(config, ownHead, shape, products()));
            case DECODE ->
                exported(ForwardStep.proposals(
                        config, ownHead, shape, products(), wanted.orElse(Math.min(WANTED, own))));
            case TRAIN -> {
                Distribution distribution = train.distribution();
                check(
                        form == Form.PRETTY || distribution.kind() != Distribution.Kind.SHARDY,
                        "--form versioned has no words for shardy; take gspmd");
                TrainStep step =
                        TrainStep.of(config, ownHead, train.rule(), train.clip(), shape, products(), distribution);
                yield new Exported(
                        step.program(),
                        Stream.concat(step.parameters().stream(), step.state().stream())
                                .toList());
            }
        };
    }

    private static Exported exported(ForwardStep step) {
        return new Exported(step.program(), step.parameters());
    }

    private Products products() {
        return switch (precision) {
            case "fp32" -> Products.F32;
            case "bf16" -> Products.BF16;
            case "fp64" -> Products.F64;
            default ->
                throw new IllegalArgumentException("--precision must be fp32, bf16 or fp64, got '" + precision + "'");
        };
    }
}
