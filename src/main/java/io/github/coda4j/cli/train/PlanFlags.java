package io.github.coda4j.cli.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Amounts;
import io.github.coda4j.Extensions;
import io.github.coda4j.Nearest;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.VocabularyFit;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.train.OptimizerFactory;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.memory.CardMemory;
import io.github.coda4j.train.memory.Chip;
import io.github.coda4j.train.memory.ChipMemory;
import io.github.coda4j.train.memory.CpuMemory;
import io.github.coda4j.train.memory.MemoryPlan;
import io.github.coda4j.train.memory.PlannedRun;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Which run is planned: by a training config, by flags, or both, of which the flags count. */
final class PlanFlags {
    private static final String CPU = "cpu";
    private static final String GPU = "gpu";
    private static final String PRESET = "coda-1.7b";
    private static final int REPORT_CHIPS = 512;
    private static final int REPORT_LENGTH = 8192;
    private static final int MOST_ROWS = 4096;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A training config: model, rows, length, optimizer, precision, recompute and device are "
                    + "its, where no flag says otherwise.")
    Optional<Path> config = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "v4, v5e, v5p or v6e: chips that run the compiled step; gpu: cards that run the plain "
                    + "engine; cpu: this machine, the fast engine (default: the config's, otherwise v4).")
    Optional<String> device = Optional.empty();

    @Option(
            names = "--chips",
            paramLabel = "N",
            description = "Chips, cards or processes that train together (default: 512 of the chips, otherwise 1).")
    Optional<Integer> chips = Optional.empty();

    @Option(
            names = "--memory",
            paramLabel = "GIB",
            description = "Memory of a chip, card or machine in GiB (default: v4 and v6e 32, v5e 16, v5p 95; "
                    + "otherwise nothing is compared).")
    Optional<Double> memory = Optional.empty();

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "Take the shape of this model.")
    Optional<String> model = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Take the shape of this name (default: the config's, otherwise coda-1.7b).")
    Optional<String> preset = Optional.empty();

    @Option(names = "--layers", paramLabel = "N", description = "Only so many layers of the shape (default: all).")
    Optional<Integer> layers = Optional.empty();

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows that one device takes at a time (default: the config's micro_rows, otherwise 1).")
    Optional<Integer> rows = Optional.empty();

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Positions per row (default: the config's, otherwise 8192).")
    Optional<Integer> length = Optional.empty();

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adamw or adafactor (default: the config's, otherwise adafactor).")
    Optional<String> optimizer = Optional.empty();

    @Option(
            names = "--precision",
            paramLabel = "KIND",
            description = "Numbers of the products, bf16 or fp32; all else is fp32 (default: the config's, otherwise "
                    + "bf16).")
    Optional<String> precision = Optional.empty();

    @Option(
            names = "--recompute",
            negatable = true,
            description = "For cpu and gpu: keep only the layers' inputs, as the chips always do (default: the "
                    + "config's, otherwise on for gpu and off for cpu).")
    Optional<Boolean> recompute = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "For cpu: worker threads (default: the config's, otherwise all cores).")
    Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--queries",
            paramLabel = "N",
            description = "For chips: queries that attend at a time (default: 1024).")
    Optional<Integer> queries = Optional.empty();

    @Option(
            names = "--positions",
            paramLabel = "N",
            description = "For chips: positions that have logits at a time (default: 512).")
    Optional<Integer> positions = Optional.empty();

    /**
     * What is to be planned.
     *
     * @param shape name of the model
     * @param memory of a device, in bytes; empty where it is not known
     */
    record Asked(String device, String shape, PlannedRun run, Optional<ChipMemory.Pieces> pieces, OptionalLong memory) {
        MemoryPlan plan() {
            return plan(run);
        }

        private MemoryPlan plan(PlannedRun of) {
            return switch (device) {
                case CPU -> CpuMemory.plan(of);
                case GPU -> CardMemory.plan(of);
                default -> ChipMemory.plan(of, pieces.orElseThrow());
            };
        }

        /** The most rows at a time that fit, up to {@value MOST_ROWS}; empty where one row does not. */
        OptionalInt mostRows(long bytes) {
            int fits = 0;
            int tooMany = Math.min(MOST_ROWS, Integer.MAX_VALUE / 2 / run.length()) + 1;
            while (tooMany - fits > 1) {
                int middle = fits == 0 ? 1 : Math.min(2 * fits, (fits + tooMany) / 2);
                if (plan(run.withRows(middle)).bytes() <= bytes) {
                    fits = middle;
                } else {
                    tooMany = middle;
                }
            }
            return fits == 0 ? OptionalInt.empty() : OptionalInt.of(fits);
        }

        /** One line for people. */
        String described() {
            return String.format(
                    Locale.ROOT,
                    "%s, %d layers, %s parameters; %s; %d rows x %d tokens at a time on each of %d %s",
                    shape,
                    run.config().layers(),
                    Amounts.count(run.config().numParameters()),
                    run.pass().precision(),
                    run.rows(),
                    run.length(),
                    run.devices(),
                    switch (device) {
                        case CPU -> "process(es)";
                        case GPU -> "card(s)";
                        default -> "chips " + device;
                    });
        }
    }

    /** @throws IllegalArgumentException naming the flag that is wrong or has no effect */
    Asked asked(World world) {
        Optional<TrainConfig> read = config.map(file -> TrainConfig.read(file, List.of()));
        String on = device.or(() -> read.map(PlanFlags::device)).orElse(Chip.V4.toString());
        Optional<Chip> chip = Chip.named(on);
        boolean isCpu = on.equals(CPU);
        check(
                chip.isPresent() || isCpu || on.equals(GPU),
                "unknown device \"%s\" in --device; known: %s%s",
                on,
                String.join(", ", devices()),
                Nearest.hint(on, devices()));
        refuse(chip.isPresent(), "--recompute", recompute.isPresent(), "the chips always compute layers again");
        refuse(!isCpu, "--threads", threads.isPresent(), "only the cpu has threads");
        refuse(chip.isEmpty(), "--queries", queries.isPresent(), "only the chips' step has such pieces");
        refuse(chip.isEmpty(), "--positions", positions.isPresent(), "only the chips' step has such pieces");
        memory.ifPresent(gib -> check(gib > 0 && Double.isFinite(gib), "--memory must be above 0, got %s", gib));
        ModelConfig shape = shape(world, read);
        Optional<TrainConfig.Compute> compute = read.map(TrainConfig::compute);
        PassOptions pass = new PassOptions(
                precision
                        .map(WeightFormat::parse)
                        .or(() -> compute.map(TrainConfig.Compute::precision))
                        .orElse(WeightFormat.BF16),
                threads.orElseGet(() -> threads(compute)),
                recompute.or(() -> compute.map(TrainConfig.Compute::recompute)).orElse(!isCpu));
        PlannedRun run = new PlannedRun(
                shape,
                of(rows, read, given -> given.batch().microRows(), 1),
                of(length, read, given -> given.data().length(), REPORT_LENGTH),
                pass,
                Optional.of(optimizer(read)),
                chips.orElse(chip.isPresent() ? REPORT_CHIPS : 1));
        return new Asked(on, name(read), run, chip.map(_ -> pieces()), bytes(chip));
    }

    private static void refuse(boolean isIdle, String flag, boolean isGiven, String why) {
        check(!(isIdle && isGiven), "%s has no effect here: %s", flag, why);
    }

    private static List<String> devices() {
        List<String> all = new ArrayList<>(Chip.names());
        all.addAll(List.of(GPU, CPU));
        return all;
    }

    /** A plugin may stand for any chip: the report's is taken, unless --device names another. */
    private static String device(TrainConfig config) {
        if (config.compute().plugin().isPresent()) {
            return Chip.V4.toString();
        }
        boolean isPlain = config.compute().engine() == EngineKind.PLAIN;
        check(
                config.compute().device().isCuda() || !isPlain,
                "the config trains with the plain engine on the cpu, which is not planned; take engine fast, or "
                        + "--device");
        return isPlain ? GPU : CPU;
    }

    private static int threads(Optional<TrainConfig.Compute> compute) {
        int processors = Runtime.getRuntime().availableProcessors();
        return compute.map(given -> given.threadsOn(processors)).orElse(processors);
    }

    private static int of(
            Optional<Integer> flag, Optional<TrainConfig> config, Function<TrainConfig, Integer> says, int otherwise) {
        return flag.or(() -> config.map(says)).orElse(otherwise);
    }

    private ChipMemory.Pieces pieces() {
        return new ChipMemory.Pieces(
                queries.orElse(ChipMemory.Pieces.DEFAULT.queries()),
                positions.orElse(ChipMemory.Pieces.DEFAULT.positions()));
    }

    private OptionalLong bytes(Optional<Chip> chip) {
        return memory.map(gib -> (long) (gib * (1L << 30)))
                .or(() -> chip.map(Chip::memory))
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    private OptimizerSettings optimizer(Optional<TrainConfig> read) {
        if (optimizer.isEmpty() && read.isPresent()) {
            return read.get().optimizer().method();
        }
        List<OptimizerFactory> known = OptimizerFactory.known();
        String name = optimizer.orElse("adafactor");
        return Extensions.named(name, known)
                .orElseThrow(() -> new IllegalArgumentException("unknown optimizer \"" + name
                        + "\" in --optimizer; known: " + String.join(", ", Extensions.names(known))))
                .defaults();
    }

    private String name(Optional<TrainConfig> read) {
        return model.or(() -> preset)
                .or(() -> read.map(config -> switch (config.model()) {
                    case TrainConfig.Start.Random start -> start.preset();
                    case TrainConfig.Start.Checkpoint start -> start.folder().toString();
                    case TrainConfig.Start.Autoregressive start ->
                        start.folder().toString();
                }))
                .orElse(PRESET);
    }

    private ModelConfig shape(World world, Optional<TrainConfig> read) {
        check(model.isEmpty() || preset.isEmpty(), "--model and --preset exclude each other: give one");
        ModelConfig shape = model.map(name -> stored(world.modelStore().folder(name)))
                .or(() -> preset.map(ModelConfig::preset))
                .or(() -> read.map(PlanFlags::shape))
                .orElseGet(() -> ModelConfig.preset(PRESET));
        return layers.map(shape::withLayers).orElse(shape);
    }

    private static ModelConfig shape(TrainConfig config) {
        return switch (config.model()) {
            case TrainConfig.Start.Random start -> fitted(start);
            case TrainConfig.Start.Checkpoint start -> stored(start.folder());
            case TrainConfig.Start.Autoregressive start -> autoregressive(start.folder());
        };
    }

    /** With the vocabulary that the run's tokenizer gives it, where that is there. */
    private static ModelConfig fitted(TrainConfig.Start.Random start) {
        return Files.isDirectory(start.tokenizer())
                ? VocabularyFit.of(start.preset(), BpeTokenizer.load(start.tokenizer()))
                        .config()
                : ModelConfig.preset(start.preset());
    }

    private static ModelConfig stored(Path folder) {
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            return ModelConfig.of(stored);
        }
    }

    private static ModelConfig autoregressive(Path folder) {
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            return ModelConfig.ofAutoregressive(stored.config());
        }
    }
}
