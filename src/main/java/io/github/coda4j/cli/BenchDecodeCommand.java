package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Precision;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.tensor.Device;
import java.util.List;
import java.util.Locale;
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
            "Decode an answer to a prompt of random ids and report what it cost.",
            "",
            "Every decode option of generate works here; environment variables do not.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  coda bench decode --dtype int8 --max-new-tokens 64 --block-length 32 --cache dual --alg confidence_threshold --threshold 0.9"
        })
final class BenchDecodeCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    BenchModel model;

    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            description = "Numbers to compute in: fp32, bf16 or int8 (default: bf16).")
    String dtype = "bf16";

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--prompt-tokens", paramLabel = "N", description = "Length of the prompt (default: 64).")
    int promptTokens = 64;

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
        check(promptTokens >= 1, "--prompt-tokens must be at least 1, got %d", promptTokens);
        check(newTokens >= 1, "--max-new-tokens must be at least 1, got %d", newTokens);
        check(repeat >= 1, "--repeat must be at least 1, got %d", repeat);
        DecodeOptions options =
                DecodeSettings.resolve(decode, Settings.ofFlags()).options(List.of(newTokens), true, Set.of());
        LoadOptions load = new LoadOptions(EngineKind.FAST, Precision.parse(dtype), Device.CPU, threads);
        print(
                "%-6s  %9s  %9s  %8s  %9s  %9s  %13s%n",
                "answer", "tokens/s", "seconds", "forwards", "refreshes", "commits", "commits/forw.");
        try (Transformer transformer = model.open(world, load);
                Engine engine = Engine.withoutTokenizer(transformer, EngineOptions.DEFAULT)) {
            int[] prompt = new SplittableRandom(1)
                    .ints(promptTokens, 0, transformer.vocabSize())
                    .map(id -> id == transformer.maskId() ? 0 : id)
                    .toArray();
            for (int i = 1; i <= repeat; i++) {
                report(
                        i,
                        engine.generate(GenerateRequest.of(prompt, newTokens, options))
                                .cost());
            }
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
        return ExitCodes.OK;
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
