package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.bench.StepBench;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.FormatNames;
import io.github.coda4j.cli.World;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.PassClock;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench step}. */
@Command(
        name = "step",
        sortOptions = false,
        description = {
            "Time one forward pass against the best that this machine does: its best matrix product, and the rate at "
                    + "which it reads memory.",
            "",
            "Without --tokens, --rows and --past two steps: 1024 tokens in full, and a block of 32 rows with 512 "
                    + "tokens cached before it. The last rows of each step, 32 at most, have logits.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench step --preset coda-1.7b --dtype bf16,int8",
            "  coda bench step --preset coda-1.7b --dtype int8 --rows 8,16,32 --past 512,2048 --json",
            "  coda bench step --preset coda-1.7b --dtype int8 --rows 32 --past 512,2048,8192",
            "  coda bench step --preset coda-1.7b --beside qwen3-0.6b,qwen2.5-0.5b,sdar-1.7b --dtype int8 --rounds 5",
            "  coda bench step --model models/coda-mini --sequences 8 --rows 8 --past 40",
            "  coda bench step --preset coda-1.7b --device cuda --dtype fp32,bf16"
        })
final class BenchStepCommand implements Callable<Integer> {
    private static final int FULL = 1024;
    private static final int ROWS = 32;
    private static final int PAST = 512;

    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--beside",
            split = ",",
            paramLabel = "NAME",
            description = "Further shapes of random weights, timed after it in the same run.")
    List<String> beside = List.of();

    @Mixin
    DeviceFlags on;

    @Option(
            names = "--dtype",
            split = ",",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "Numbers to compute in, of ${COMPLETION-CANDIDATES} (default: bf16,int8; bf16 with the plain "
                    + "engine, which knows fp32 and bf16).")
    List<String> dtypes = List.of();

    @Option(
            names = "--tokens",
            split = ",",
            paramLabel = "N",
            description = "Steps that run N tokens with nothing cached (default: " + FULL
                    + ", none when --rows or --past is given).")
    List<Integer> tokens = List.of();

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "N",
            description = "Steps that run N rows behind a cache, as a block does (default: " + ROWS
                    + ", none when only --tokens is given).")
    List<Integer> rows = List.of();

    @Option(
            names = "--past",
            split = ",",
            paramLabel = "N",
            description = "Cached tokens before those rows; each with each of --rows (default: " + PAST + ").")
    List<Integer> past = List.of();

    @Option(
            names = "--sequences",
            paramLabel = "N",
            description = "So many sequences of that size in one pass, as a server runs them (default: "
                    + "${DEFAULT-VALUE}).")
    int sequences = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed steps, of which the median counts (default: 20).")
    int rounds = 20;

    @Option(names = "--warm-up", paramLabel = "N", description = "Steps before the timed ones (default: 8).")
    int warmUp = 8;

    @Option(names = "--json", description = "Print a line of JSON per step, times in seconds.")
    boolean json;

    BenchStepCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(rounds >= 1, "--rounds must be at least 1, got %d", rounds);
        check(warmUp >= 0, "--warm-up must be 0 or positive, got %d", warmUp);
        List<StepBench.Shape> shapes = shapes();
        List<WeightFormat> formats = dtypes().stream().map(WeightFormat::parse).toList();
        if (!json) {
            print(
                    "%-5s  %-21s  %8s  %8s  %-8s  %8s  %8s  %8s  %8s  %9s  %s%n",
                    "dtype",
                    "step",
                    "ms",
                    "bound ms",
                    "by",
                    "of bound",
                    "GFLOP/s",
                    "of peak",
                    "products",
                    "processor",
                    "of ms: products attention head rest");
        }
        beside.forEach(name -> ModelConfig.preset(name)); // refused now, not after what takes minutes
        List<BenchModel> models = Stream.concat(
                        Stream.of(model), beside.stream().map(model::ofPreset))
                .toList();
        for (BenchModel each : models) {
            if (!json && models.size() > 1) {
                print("%s, %d layers%n", each.name(), each.config(world).layers());
            }
            for (WeightFormat format : formats) {
                bench(each, format, shapes);
            }
        }
        if (!json) {
            explain(formats);
        }
        return ExitCodes.OK;
    }

    private List<String> dtypes() {
        if (!dtypes.isEmpty()) {
            return dtypes;
        }
        return on.engine() == EngineKind.FAST ? List.of("bf16", "int8") : List.of("bf16");
    }

    private List<StepBench.Shape> shapes() {
        check(sequences >= 1, "--sequences must be at least 1, got %d", sequences);
        tokens.forEach(n -> check(n >= 1, "--tokens must be at least 1, got %d", n));
        rows.forEach(n -> check(n >= 1, "--rows must be at least 1, got %d", n));
        past.forEach(n -> check(n >= 1, "--past must be at least 1, got %d; --tokens runs steps without a cache", n));
        boolean blocks = !rows.isEmpty() || !past.isEmpty();
        List<StepBench.Shape> shapes = new ArrayList<>();
        for (int n : tokens.isEmpty() && !blocks ? List.of(FULL) : tokens) {
            shapes.add(new StepBench.Shape(sequences, n, 0));
        }
        if (blocks || tokens.isEmpty()) {
            for (int before : past.isEmpty() ? List.of(PAST) : past) {
                for (int n : rows.isEmpty() ? List.of(ROWS) : rows) {
                    shapes.add(new StepBench.Shape(sequences, n, before));
                }
            }
        }
        return shapes;
    }

    private void bench(BenchModel of, WeightFormat format, List<StepBench.Shape> shapes) {
        Timing timing = new Timing(warmUp, rounds);
        for (StepBench.Result result : results(of, format, shapes, timing)) {
            if (json) {
                world.out().println(line(of, format, result));
            } else {
                row(format, result);
            }
        }
    }

    private List<StepBench.Result> results(
            BenchModel of, WeightFormat format, List<StepBench.Shape> shapes, Timing timing) {
        LoadOptions load = on.load(format, threads);
        if (load.engine() == EngineKind.FAST) {
            return StepBench.measure(options -> of.open(world, options), format, threads, shapes, timing);
        }
        try (Transformer transformer = of.open(world, load)) {
            return StepBench.plain(transformer, load, shapes, timing);
        }
    }

    private void row(WeightFormat format, StepBench.Result result) {
        double perSecond = result.operations() / result.seconds();
        print(
                "%-5s  %-21s  %8.1f  %8.1f  %-8s  %7.1f%%  %8.0f  %7.1f%%  %8s  %9s  %s%n",
                format,
                description(result.shape()),
                1e3 * result.seconds(),
                1e3 * result.bound(),
                result.machine().reads() && result.bytesBound() > result.operationsBound() ? "memory" : "products",
                100 * result.bound() / result.seconds(),
                perSecond / 1e9,
                100 * perSecond / result.machine().peak(),
                milliseconds(result.productsSeconds()),
                milliseconds(result.processorSeconds()),
                result.clock() == PassClock.OFF ? "-" : parts(result));
    }

    private static String parts(StepBench.Result result) {
        return String.format(
                Locale.ROOT,
                "%15.1f %9.1f %4.1f %4.1f",
                1e3 * result.seconds(PassClock.Part.PRODUCTS),
                1e3 * result.seconds(PassClock.Part.ATTENTION),
                1e3 * result.seconds(PassClock.Part.HEAD),
                1e3 * result.restSeconds());
    }

    private static String milliseconds(double seconds) {
        return Double.isFinite(seconds) ? String.format(Locale.ROOT, "%.1f", 1e3 * seconds) : "-";
    }

    private ObjectNode line(BenchModel of, WeightFormat format, StepBench.Result result) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("model", of.name());
        line.put("dtype", format.toString());
        line.put("device", on.device().toString());
        line.put("engine", on.engine().toString());
        line.put("sequences", result.shape().sequences());
        line.put("rows", result.shape().tokens());
        line.put("past", result.shape().past());
        line.put("logits", result.shape().logits());
        line.put("threads", threads);
        line.put("seconds", result.seconds());
        putFinite(line, "processor_seconds", result.processorSeconds());
        putFinite(line, "products_seconds", result.productsSeconds());
        if (result.clock() != PassClock.OFF) {
            for (PassClock.Part part : PassClock.Part.values()) {
                line.put("in_" + part.name().toLowerCase(Locale.ROOT) + "_seconds", result.seconds(part));
            }
            line.put("in_rest_seconds", result.restSeconds());
        }
        line.put("operations", result.operations());
        line.put("bytes", result.bytes());
        line.put("operations_bound_seconds", result.operationsBound());
        putFinite(line, "bytes_bound_seconds", result.bytesBound());
        line.put("of_bound", result.bound() / result.seconds());
        line.put(
                "of_peak",
                result.operations() / result.seconds() / result.machine().peak());
        line.put("peak_operations_per_second", result.machine().peak());
        putFinite(line, "bandwidth_bytes_per_second", result.machine().bandwidth());
        return line;
    }

    private static void putFinite(ObjectNode line, String name, double value) {
        if (Double.isFinite(value)) {
            line.put(name, value);
        }
    }

    private void explain(List<WeightFormat> formats) {
        print("%n");
        if (on.engine() == EngineKind.PLAIN) {
            print("bound: libtorch's best product on the same device doing as many operations.%n");
            return;
        }
        formats.stream()
                .distinct()
                .flatMap(format -> StepBench.options(format, threads).emulated().stream())
                .forEach(line -> print("%s%n", line));
        print("bound: the larger of two times, measured between the steps: this machine's best matrix product doing as "
                + "many%noperations (that rate is the peak), and reading the step's weights and cache from memory. "
                + "products: the same%nstep's products with nothing between them. processor: time of all threads "
                + "together; a busy machine lengthens%nms and not this. Of ms: "
                + "what a worker spends of it in the layers' products, in attention, in the output layer with what%nis "
                + "proposed by it, and in all the rest, waiting included.%n");
    }

    private static String description(StepBench.Shape shape) {
        String each = shape.past() == 0
                ? shape.tokens() + " tokens, full"
                : shape.tokens() + " rows, " + shape.past() + " cached";
        return shape.sequences() == 1 ? each : shape.sequences() + " x " + each;
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
