package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.AnswerProgress;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.FormatNames;
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
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
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
                    + "--threshold 0.9"
        })
final class BenchDecodeCommand implements Callable<Integer> {
    private static final int DEFAULT_PROMPT_TOKENS = 64;

    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "Numbers to compute in: ${COMPLETION-CANDIDATES} (default: bf16).")
    String dtype = "bf16";

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "The text to go on from, as it is; without it random ids.")
    Optional<String> prompt = Optional.empty();

    @Option(names = "--prompt-tokens", paramLabel = "N", description = "How many random ids (default: 64).")
    Optional<Integer> promptTokens = Optional.empty();

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Tokens to decode (default: 64).")
    int newTokens = 64;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Answers, one after another; the first one warms up (default: 2).")
    int repeat = 2;

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
        check(newTokens >= 1, "--max-new-tokens must be at least 1, got %d", newTokens);
        check(repeat >= 1, "--repeat must be at least 1, got %d", repeat);
        DecodeSettings how = DecodeDefaults.STANDARD.resolve(decode.given());
        LoadOptions load = new LoadOptions(EngineKind.FAST, WeightFormat.parse(dtype), Device.CPU, threads);
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
