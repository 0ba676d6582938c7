package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.DecodeStudy;
import io.github.coda4j.cli.AnswerProgress;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench decode}. */
@Command(
        name = "decode",
        sortOptions = false,
        description = {
            "Decode the continuation of a prompt and report what it cost.",
            "",
            "The model is --model, or coda-mini, or random weights with --preset. Every decode option of "
                    + "generate works here;",
            "environment variables do not.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench decode --prompt \"public static int max(int a, int b) {\" --dtype int8",
            "  coda bench decode --preset coda-1.7b --block-length 32 --cache dual --alg confidence_threshold "
                    + "--threshold 0.9",
            "  coda bench decode --preset coda-1.7b --dtype int8 --commits 2 --blocks 8,16,32"
        })
final class BenchDecodeCommand implements Callable<Integer> {
    private static final int DEFAULT_PROMPT_TOKENS = 64;
    private static final int DEFAULT_NEW_TOKENS = 64;
    private static final int STUDY_PROMPT_TOKENS = 384;
    private static final int STUDY_NEW_TOKENS = 128;
    /** What a study assumes or compares itself. */
    private static final List<Parameter<?>> ASSUMED = List.of(
            Parameter.STEPS,
            Parameter.ALG,
            Parameter.TEMPERATURE,
            Parameter.TOP_P,
            Parameter.TOP_K,
            Parameter.SEED,
            Parameter.EPS,
            Parameter.BLOCK_LENGTH,
            Parameter.REFRESH,
            Parameter.BLOCK_START,
            Parameter.MASK_CANDIDATES);

    private final World world;

    @Mixin
    BenchModel model;

    @Mixin
    DeviceFlags on;

    @Mixin
    ComputeFlags compute;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "The text to go on from, as it is; without it random ids.")
    Optional<String> prompt = Optional.empty();

    @Option(names = "--prompt-tokens", paramLabel = "N", description = "How many random ids (default: 64).")
    Optional<Integer> promptTokens = Optional.empty();

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Tokens to decode (default: 64).")
    Optional<Integer> maxNewTokens = Optional.empty();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Answers, one after another; the first one warms up (default: 2).")
    Optional<Integer> repeats = Optional.empty();

    @Option(
            names = "--commits",
            paramLabel = "X",
            description = "Assume that a forward commits X tokens, from the left, and compare ways to decode: each of "
                    + "--blocks with each of --refreshes, answers of 128 tokens after 384. Runs of the whole "
                    + "sequence are counted apart; the last columns say how many commits a forward would take to "
                    + "reach --goals.")
    Optional<Double> commits = Optional.empty();

    @Option(
            names = "--blocks",
            split = ",",
            paramLabel = "N",
            description = "With --commits, block lengths (default: 8,16,32).")
    List<Integer> blocks = List.of();

    @Option(
            names = "--refreshes",
            split = ",",
            paramLabel = "WHEN",
            description = "With --commits, values of --refresh (default: block,every=32,never).")
    List<String> refreshes = List.of();

    @Option(
            names = "--goals",
            split = ",",
            paramLabel = "X",
            description = "With --commits, tokens per second to be reached (default: 30,29).")
    List<Double> goals = List.of();

    @Mixin
    DecodeFlags decode;

    BenchDecodeCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(
                prompt.isEmpty() || promptTokens.isEmpty(),
                "--prompt-tokens is for random ids and has no effect with --prompt: leave one of them out");
        check(promptTokens.orElse(1) >= 1, "--prompt-tokens must be at least 1, got %d", promptTokens.orElse(1));
        if (commits.isPresent()) {
            return study();
        }
        check(
                blocks.isEmpty() && refreshes.isEmpty() && goals.isEmpty(),
                "--blocks, --refreshes and --goals compare ways to decode: add --commits X, or leave them out");
        int newTokens = maxNewTokens.orElse(DEFAULT_NEW_TOKENS);
        int repeat = repeats.orElse(2);
        check(newTokens >= 1, "--max-new-tokens must be at least 1, got %d", newTokens);
        check(repeat >= 1, "--repeat must be at least 1, got %d", repeat);
        DecodeSettings how = DecodeDefaults.STANDARD.resolve(decode.given());
        LoadOptions load = on.load(compute.format(), compute.threads);
        Optional<Path> folder = model.folder(world);
        check(
                prompt.isEmpty() || folder.isPresent(),
                "--prompt needs a tokenizer and --preset has none: name a --model");
        int numGiven = prompt.isPresent() ? 0 : promptTokens.orElse(DEFAULT_PROMPT_TOKENS);
        DecodeOptions options = how.options(
                CanvasShape.ofCompletion(numGiven, newTokens), config(folder).maxPositions(), Set.of());
        print(
                "%-6s  %9s  %9s  %8s  %9s  %9s  %13s%n",
                "answer", "tokens/s", "seconds", "forwards", "refreshes", "commits", "commits/forw.");
        try (Transformer transformer = open(folder, load);
                Engine engine = Engine.withoutTokenizer(transformer, EngineOptions.DEFAULT)) {
            int[] ids = prompt.map(text -> encode(folder.orElseThrow(), text)).orElseGet(() -> randomIds(transformer));
            for (int i = 1; i <= repeat; i++) {
                report(i, answer(engine, GenerateRequest.of(ids, newTokens, options), transformer.maskId()));
            }
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
        return ExitCodes.OK;
    }

    /** A way to decode, as its line says it. */
    private record Way(String name, DecodeOptions options) {}

    private Integer study() {
        double assumed = commits.orElseThrow();
        check(assumed >= 1 && Double.isFinite(assumed), "--commits must be at least 1, got %s", assumed);
        check(prompt.isEmpty() && repeats.isEmpty(), "--prompt and --repeat have no effect with --commits");
        goals.forEach(goal -> check(goal > 0, "--goals must be positive, got %s", goal));
        Given given = decode.given();
        for (Parameter<?> parameter : ASSUMED) {
            check(
                    given.find(parameter).isEmpty(),
                    "%s does not go with --commits, which assumes or compares it: leave it out",
                    parameter.flag());
        }
        Optional<Path> folder = model.folder(world);
        int most = config(folder).maxPositions();
        int numGiven = promptTokens.orElse(STUDY_PROMPT_TOKENS);
        int newTokens = maxNewTokens.orElse(STUDY_NEW_TOKENS);
        CanvasShape shape = CanvasShape.ofCompletion(numGiven, newTokens);
        List<Way> ways = ways(given, shape, most);
        List<Double> speeds = goals.isEmpty() ? List.of(30.0, 29.0) : goals;
        LoadOptions load = on.load(compute.format(), compute.threads);
        print(
                "%s, %s, %d threads: %d tokens after %d; %s commits per forward are assumed%n",
                model.name(), compute.dtype, compute.threads, newTokens, numGiven, assumed);
        try (Transformer transformer = open(folder, load)) {
            DecodeStudy study = new DecodeStudy(transformer, numGiven, newTokens);
            study.warmUp(ways.getFirst().options());
            List<DecodeStudy.Result> results = ways.stream()
                    .map(way -> study.measure(way.options(), assumed))
                    .toList();
            print(
                    "%-34s  %8s  %8s  %9s  %8s  %9s  %8s%s%n",
                    "way",
                    "reached",
                    "full",
                    "s of full",
                    "others",
                    "s of them",
                    "tokens/s",
                    speeds.stream()
                            .map(goal -> String.format(Locale.ROOT, "  %8s", "at " + goal))
                            .collect(Collectors.joining()));
            for (int i = 0; i < ways.size(); i++) {
                report(ways.get(i), results.get(i), study, speeds);
            }
        }
        print("reached: commits per forward, of which ends of blocks lose some. full: forwards over the whole "
                + "sequence,%nthe first fill among them. at X: the commits per forward at which X tokens/s are "
                + "reached, every forward taking%nwhat its like took here; - where no number up to the block length "
                + "is enough, and with drift.%n");
        return ExitCodes.OK;
    }

    private List<Way> ways(Given given, CanvasShape shape, int most) {
        List<Way> ways = new ArrayList<>();
        for (int block : blocks.isEmpty() ? List.of(8, 16, 32) : blocks) {
            for (String refresh : refreshes.isEmpty() ? List.of("block", "every=32", "never") : refreshes) {
                Given way = given.with(Parameter.BLOCK_LENGTH, block).with(Parameter.REFRESH, refresh);
                Given cached = given.find(Parameter.CACHE).isPresent() ? way : way.with(Parameter.CACHE, "dual");
                DecodeOptions options = DecodeDefaults.STANDARD.resolve(cached).options(shape, most, Set.of());
                ways.add(new Way("block " + block + ", refresh " + refresh, options));
            }
        }
        return ways;
    }

    private void report(Way way, DecodeStudy.Result result, DecodeStudy study, List<Double> speeds) {
        print(
                "%-34s  %8.2f  %8d  %9.2f  %8d  %9.2f  %8.2f%s%n",
                way.name(),
                result.reached(),
                result.full(),
                result.fullSeconds(),
                result.cached(),
                result.cachedSeconds(),
                result.tokensPerSecond(),
                speeds.stream()
                        .map(goal -> {
                            OptionalDouble at = study.commitsFor(way.options(), goal);
                            String text = at.isPresent() ? String.format(Locale.ROOT, "%.2f", at.getAsDouble()) : "-";
                            return String.format(Locale.ROOT, "  %8s", text);
                        })
                        .collect(Collectors.joining()));
    }

    private Cost answer(Engine engine, GenerateRequest request, int maskId) throws InterruptedException {
        try (AnswerProgress progress =
                new AnswerProgress(StatusLine.of(world), () -> false, maskId, System::nanoTime)) {
            return engine.submit(request, progress).await().cost();
        }
    }

    private ModelConfig config(Optional<Path> folder) {
        if (folder.isEmpty()) {
            return model.config(world);
        }
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder.get())) {
            return ModelConfig.of(checkpoint, model.told());
        }
    }

    private Transformer open(Optional<Path> folder, LoadOptions load) {
        if (folder.isEmpty()) {
            return model.open(world, load);
        }
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder.get())) {
            return Transformer.open(checkpoint, load.withTold(model.told()));
        }
    }

    private static int[] encode(Path folder, String text) {
        int[] ids = BpeTokenizer.load(folder).encode(text);
        check(ids.length > 0, "--prompt must not be empty");
        return ids;
    }

    private int[] randomIds(Transformer transformer) {
        return new SplittableRandom(1)
                .ints(promptTokens.orElse(DEFAULT_PROMPT_TOKENS), 0, transformer.vocabSize())
                .map(id -> id == transformer.maskId() ? 0 : id)
                .toArray();
    }

    private void report(int answer, Cost cost) {
        print(
                "%-6d  %9.2f  %9.2f  %8d  %9d  %9d  %13.2f%n",
                answer,
                cost.tokensPerSecond(),
                (cost.promptMillis() + cost.decodeMillis()) / 1e3,
                cost.forwards(),
                cost.cacheRefreshes(),
                cost.commits(),
                cost.commitsPerForward());
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
