package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.eval.prompts.Prompt;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who is asked, and how: the options of every command that lets a model answer tasks. */
final class AskFlags {
    private static final Map<String, String> REPORT = Map.of(
            "MAX_TOKENS",
            "768",
            "STEPS",
            "768",
            "TEMPERATURE",
            "0.1",
            "TOP_P",
            "0.9",
            "ALG",
            "entropy",
            "ALG_TEMP",
            "0");

    @Mixin
    ModelFlag model;

    @Option(
            names = "--base-url",
            paramLabel = "URL",
            description =
                    "Ask a server that speaks OpenAI's protocol, for example http://127.0.0.1:8000/v1; --model is "
                            + "then its name there (default: the first that it lists).")
    Optional<String> baseUrl = Optional.empty();

    @Option(
            names = "--api-key-env",
            paramLabel = "NAME",
            description = "With --base-url: the environment variable that holds the server's key.")
    Optional<String> apiKeyVariable = Optional.empty();

    @Option(
            names = "--request-timeout",
            paramLabel = "SECONDS",
            description =
                    "With --base-url: the longest wait for an answer before it is asked for again (default: 600).")
    Optional<Integer> requestTimeout = Optional.empty();

    @Option(
            names = "--template",
            paramLabel = "MODEL",
            description = "With --base-url: the folder or name of the model behind it; its chat is rendered and its "
                    + "tokens are counted here. Without it chats are left to the server.")
    Optional<String> template = Optional.empty();

    @Option(
            names = "--prompt",
            paramLabel = "STYLE",
            description = "Whose way of asking: coda, lm-eval, lm-eval-base, evalplus, bigcode, or own, the Java sets' "
                    + "(default: coda, own for Java). Infilling sets have none.")
    Optional<String> style = Optional.empty();

    @Option(names = "--no-chat", description = "Ask without the chat template.")
    boolean noChat;

    @Option(
            names = "--prefix-end",
            paramLabel = "newer|older",
            description = "White space at the end of the answer's beginning: kept, as with newer versions of "
                    + "transformers, or cut, as with older ones (default: newer).")
    Optional<String> prefixEnd = Optional.empty();

    @Option(
            names = "--sanitizer",
            paramLabel = "WHOSE",
            description = "With --prompt coda and HumanEval: keep, which keeps the prompt's helpers, or coda, the "
                    + "original's (default: keep).")
    Optional<String> sanitizer = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "report: 768 tokens in 768 steps, temperature 0.1, top-p 0.9, entropy, as CoDA's report has "
                    + "it.")
    Optional<String> preset = Optional.empty();

    @Option(
            names = "--length",
            paramLabel = "N|oracle|auto",
            split = ",",
            description = "Infilling sets: tokens of the hole; oracle takes those of the true middle, auto finds a "
                    + "length (default: oracle, with --base-url auto).")
    List<String> lengths = List.of();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "With --length auto: the most tokens of a hole (default: " + Document.DEFAULT_CEILING + ").")
    Optional<Integer> ceiling = Optional.empty();

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest answer, in tokens (default: " + DecodeDefaults.NEW_TOKENS + ").")
    Optional<Integer> maxNewTokens = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first tasks of a set.")
    Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--spread",
            description = "With --limit: every so-many-th task of a set, which neighbors are often much alike in, and "
                    + "not its first ones.")
    boolean spread;

    @Option(
            names = "--together",
            paramLabel = "N",
            description = "Answers under way at once (default: ${DEFAULT-VALUE}).")
    int together = 4;

    @Mixin
    DecodeFlags decode;

    @Mixin
    LoadFlags load;

    /** What decoding flags say. */
    Given given() {
        return decode.given().with(Parameter.MAX_NEW_TOKENS, maxNewTokens);
    }

    /** The preset's values; empty without one. */
    Optional<ValueSource> presetValues() {
        return preset.map(_ -> ValueSource.environment(name -> Optional.ofNullable(REPORT.get(name))));
    }

    /** The style that a set is asked in. */
    PromptStyle style(Benchmark benchmark) {
        return style.map(PromptStyle::of).orElse(PromptStyle.usual(benchmark));
    }

    Prompt.PrefixEnd prefixEnd() {
        return prefixEnd(prefixEnd);
    }

    static Prompt.PrefixEnd prefixEnd(Optional<String> given) {
        return switch (given.orElse("newer")) {
            case "newer" -> Prompt.PrefixEnd.NEWER;
            case "older" -> Prompt.PrefixEnd.OLDER;
            default ->
                throw new IllegalArgumentException("--prefix-end must be newer or older, got '" + given.get() + "'");
        };
    }

    /** What is wrong in itself. */
    void verify() {
        check(limit.isEmpty() || limit.get() >= 1, "--limit must be at least 1, got %d", limit.orElse(0));
        check(!spread || limit.isPresent(), "--spread has no effect without --limit: leave it out");
        check(together >= 1, "--together must be at least 1, got %d", together);
        preset.ifPresent(name -> check(name.equals("report"), "--preset must be report, got '%s'", name));
        prefixEnd();
        sanitizer.ifPresent(name ->
                check(Set.of("keep", "coda").contains(name), "--sanitizer must be keep or coda, got '%s'", name));
        boolean server = baseUrl.isPresent();
        check(server || apiKeyVariable.isEmpty(), "--api-key-env has no effect without --base-url: leave it out");
        check(server || requestTimeout.isEmpty(), "--request-timeout has no effect without --base-url: leave it out");
        check(server || template.isEmpty(), "--template has no effect without --base-url: leave it out");
        requestTimeout.ifPresent(
                seconds -> check(seconds >= 1, "--request-timeout must be at least 1 second, got %d", seconds));
        check(
                ceiling.isEmpty() || lengths.contains("auto") || server && lengths.isEmpty(),
                "--max-tokens has no effect without --length auto: leave it out");
    }

    /** What has no effect on any of the sets. */
    void verify(List<Benchmark> benchmarks) {
        verify();
        boolean fills = benchmarks.stream().anyMatch(Benchmark::isInfilling);
        boolean asks = benchmarks.stream().anyMatch(one -> !one.isInfilling());
        check(asks || style.isEmpty(), "--prompt has no effect on infilling: leave it out");
        check(asks || !noChat, "--no-chat has no effect on infilling: leave it out");
        check(asks || prefixEnd.isEmpty(), "--prefix-end has no effect on infilling: leave it out");
        check(asks || maxNewTokens.isEmpty(), "--max-new-tokens has no effect on infilling: use --length");
        check(asks || preset.isEmpty(), "--preset is for answers of a fixed length: leave it out for infilling");
        check(fills || lengths.isEmpty(), "--length is for infilling: use --max-new-tokens");
        boolean coda = benchmarks.stream()
                .anyMatch(one -> !one.isInfilling() && !one.wantsWholePrograms() && style(one) == PromptStyle.CODA);
        check(sanitizer.isEmpty() || coda, "--sanitizer is for HumanEval asked by --prompt coda: leave it out");
        check(
                prefixEnd.isEmpty() || (!noChat && (baseUrl.isEmpty() || template.isPresent())),
                "--prefix-end has no effect where no chat is rendered here: leave it out");
    }
}
