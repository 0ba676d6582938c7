package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.LatencyStudy;
import io.github.coda4j.bench.StepBench;
import io.github.coda4j.bench.Timing;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda bench latency}. */
@Command(
        name = "latency",
        sortOptions = false,
        description = {
            "Compare how long two models take for an answer in so many steps, as CoDA's report does with Dream.",
            "",
            "Names of shapes stand for random weights. Two steps of each model are timed and added up; --whole",
            "decodes every answer, which takes as long as the table says.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench latency --models coda-mini,coda-16m",
            "  coda bench latency --models coda-1.7b,dream-7b --dtype int8 --layers 2 --rounds 2 --out latency.md",
            "  coda bench latency --models coda-nano,coda-mini --steps 8,16,32 --whole --out latency.md"
        })
final class BenchLatencyCommand implements Callable<Integer> {
    private static final long SEED = 1;

    private final World world;

    @Option(
            names = "--models",
            required = true,
            split = ",",
            paramLabel = "A,B",
            description = "Two shapes (random weights), model folders or hub ids of pulled models.")
    List<String> models = List.of();

    @Option(
            names = "--steps",
            split = ",",
            paramLabel = "N",
            description = "Numbers of steps (default: 32,64,128,256,512,1024).")
    List<Integer> steps = List.of(32, 64, 128, 256, 512, 1024);

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            description = "Tokens before the answer (default: ${DEFAULT-VALUE}).")
    int promptTokens = 128;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Tokens of the answer (default: as many as there are steps at most).")
    Optional<Integer> newTokens = Optional.empty();

    @Mixin
    ComputeFlags compute;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Timed steps, of which the median counts (default: 5); not with --whole.")
    Optional<Integer> rounds = Optional.empty();

    @Option(
            names = "--layers",
            paramLabel = "N",
            description =
                    "Time models of N and 2 N layers of these shapes and reckon the rest: for shapes that are too "
                            + "large or slow to be run whole; not with --whole.")
    Optional<Integer> layers = Optional.empty();

    @Option(names = "--whole", description = "Decode every answer instead of adding up two timed steps.")
    boolean whole;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE.md",
            description = "Also write a page with the table, and a plot beside it.")
    Optional<Path> out = Optional.empty();

    @Spec
    CommandSpec spec;

    BenchLatencyCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(models.size() == 2, "--models must be two names with a comma between them, got %d", models.size());
        check(
                !models.getFirst().equals(models.getLast()),
                "--models must be two different ones, got %s twice",
                models.getFirst());
        check(rounds.isEmpty() || !whole, "--rounds has no effect with --whole: leave one of them out");
        check(layers.isEmpty() || !whole, "--layers has no effect with --whole: leave one of them out");
        layers.ifPresent(n -> models.forEach(name -> checkLayers(name, n)));
        check(steps.stream().allMatch(n -> n >= 1), "--steps must be 1 or more, got %s", steps);
        List<Integer> sorted = steps.stream().distinct().sorted().toList();
        int answer = newTokens.orElse(sorted.getLast());
        check(
                sorted.getLast() <= answer,
                "--steps must not be more than the tokens of the answer: %d, --max-new-tokens %d",
                sorted.getLast(),
                answer);
        LatencyStudy.Shape shape = new LatencyStudy.Shape(promptTokens, answer);
        out.ifPresent(OutFile::check);
        List<LatencyStudy.Model> measured = new ArrayList<>();
        for (String name : models) {
            measured.add(new LatencyStudy.Model(name, times(name, shape, sorted)));
        }
        LatencyStudy study = new LatencyStudy(
                shape,
                measured.getFirst(),
                measured.getLast(),
                sorted,
                whole,
                layers.map(OptionalInt::of).orElse(OptionalInt.empty()));
        if (json) {
            world.out().println(study.json().toPrettyString());
        } else {
            study.lines().forEach(world.out()::println);
        }
        out.ifPresent(file -> write(study, file));
        return ExitCodes.OK;
    }

    private List<Double> times(String name, LatencyStudy.Shape shape, List<Integer> sorted) {
        LoadOptions options = StepBench.options(compute.format(), compute.threads);
        if (whole) {
            try (Transformer transformer = open(name, options)) {
                return decoded(transformer, shape, sorted);
            }
        }
        LatencyStudy.StepTimes two = layers.isPresent()
                ? reckoned(ModelConfig.preset(name), layers.get(), shape, options)
                : measured(() -> open(name, options), shape);
        world.note(String.format(
                Locale.ROOT,
                "%s: a step takes %.1f ms with all positions open, %.1f ms with one",
                name,
                1e3 * two.allOpen(),
                1e3 * two.oneOpen()));
        return sorted.stream().map(n -> two.seconds(shape.answer(), n)).toList();
    }

    private LatencyStudy.StepTimes measured(Supplier<Transformer> open, LatencyStudy.Shape shape) {
        try (Transformer transformer = open.get()) {
            return LatencyStudy.measure(transformer, shape, new Timing(1, rounds.orElse(5)));
        }
    }

    private LatencyStudy.StepTimes reckoned(
            ModelConfig config, int few, LatencyStudy.Shape shape, LoadOptions options) {
        List<LatencyStudy.Layered> timed = IntStream.of(few, 2 * few)
                .mapToObj(n -> new LatencyStudy.Layered(
                        n, measured(() -> Transformer.random(config.withLayers(n), SEED, options), shape)))
                .toList();
        return timed.getFirst().upTo(timed.getLast(), config.layers());
    }

    private static void checkLayers(String name, int few) {
        check(
                ModelConfig.presets().contains(name),
                "--layers is for shapes with random weights, and %s is none of them: leave it out",
                name);
        int all = ModelConfig.preset(name).layers();
        check(few >= 1 && 2 * few <= all, "--layers must be in [1, %d] for %s, got %d", all / 2, name, few);
    }

    private Transformer open(String name, LoadOptions options) {
        if (ModelConfig.presets().contains(name)) {
            return Transformer.random(ModelConfig.preset(name), SEED, options);
        }
        try (CheckpointFolder folder = CheckpointFolder.open(world.modelStore().folder(name))) {
            return Transformer.open(folder, options);
        }
    }

    private List<Double> decoded(Transformer transformer, LatencyStudy.Shape shape, List<Integer> sorted) {
        int[] ids = new SplittableRandom(SEED)
                .ints(shape.prompt(), 0, transformer.vocabSize())
                .map(id -> id == transformer.maskId() ? 0 : id)
                .toArray();
        List<Double> seconds = new ArrayList<>();
        try (Engine engine = Engine.withoutTokenizer(transformer, EngineOptions.DEFAULT)) {
            // The first answer warms up.
            seconds(engine, transformer, ids, shape.answer(), 1);
            for (int count : sorted) {
                seconds.add(seconds(engine, transformer, ids, shape.answer(), count));
                world.note(String.format(Locale.ROOT, "%d steps: %.2f s", count, seconds.getLast()));
            }
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
        return seconds;
    }

    private static double seconds(Engine engine, Transformer transformer, int[] ids, int answer, int count)
            throws InterruptedException {
        DecodeOptions options = DecodeDefaults.STANDARD
                .resolve(Given.asFlags().with(Parameter.STEPS, count))
                .options(CanvasShape.ofCompletion(ids.length, answer), transformer.maxPositions(), Set.of());
        Cost cost = engine.submit(GenerateRequest.of(ids, answer, options), new GenerationListener() {})
                .await()
                .cost();
        return (cost.promptMillis() + cost.decodeMillis()) / 1e3;
    }

    private void write(LatencyStudy study, Path file) {
        String command =
                "coda " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
        List<String> about = List.of(String.format(
                Locale.ROOT,
                "%s, %s, %d threads; %s",
                compute.dtype,
                System.getProperty("os.arch"),
                compute.threads,
                LocalDate.now(ZoneOffset.UTC)));
        Path plot = study.write(file, command, about);
        world.note("wrote " + file + " and " + plot);
    }
}
