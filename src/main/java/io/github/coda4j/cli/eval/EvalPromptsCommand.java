package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.prompts.Prompt;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.files.Json;
import io.github.coda4j.text.ChatTemplate;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda eval prompts}. */
@Command(
        name = "prompts",
        sortOptions = false,
        description = {
            "Print what a model is asked for each task of a set, one JSON object a line: task_id and prompt.",
            "",
            "With --template it is the whole text before the first token of the answer, in the chat of a model's",
            "folder, the beginning of the answer that a style gives included. Without it, what the person says.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval prompts --task humaneval --prompt coda --template Salesforce/CoDA-v0-Instruct",
            "  coda eval prompts --task mbpp --prompt bigcode --data datasets"
        })
final class EvalPromptsCommand implements Callable<Integer> {
    private final World world;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "TASK",
            description = "humaneval, humaneval+, mbpp, mbpp-sanitized, mbpp+, or a set of Java programs.")
    String task;

    @Option(
            names = "--prompt",
            paramLabel = "STYLE",
            description =
                    "Whose way of asking: coda, lm-eval (its instruct tasks), lm-eval-base, evalplus, bigcode, or "
                            + "own, the Java sets' (default: coda, own for Java).")
    Optional<String> style = Optional.empty();

    @Option(
            names = "--template",
            paramLabel = "MODEL",
            description = "A model's folder or name: its chat template is put around the prompt.")
    Optional<String> template = Optional.empty();

    @Option(
            names = "--prefix-end",
            paramLabel = "newer|older",
            description = "White space at the end of the answer's beginning: kept, as with newer versions of "
                    + "transformers, or cut, as with older ones; needs --template (default: newer).")
    Optional<String> prefixEnd = Optional.empty();

    @Mixin
    DataFlags data;

    EvalPromptsCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Benchmark benchmark = Benchmark.of(task);
        PromptStyle chosen = style.map(PromptStyle::of).orElse(PromptStyle.usual(benchmark));
        check(
                prefixEnd.isEmpty() || template.isPresent(),
                "--prefix-end has no effect without --template: leave it out");
        Prompt.PrefixEnd end = AskFlags.prefixEnd(prefixEnd);
        Optional<ChatTemplate> chat = template.map(
                name -> ChatTemplate.forCheckpoint(world.modelStore().folder(name)));
        benchmark.load(data.folder(world), chosen.mode(benchmark)).problems().forEach((id, problem) -> {
            Prompt prompt = chosen.of(benchmark, problem, chat.isPresent());
            check(
                    prefixEnd.isEmpty() || prompt.prefix().isPresent(),
                    "--prefix-end has no effect on the prompt style %s, which does not begin the answer: leave it out",
                    chosen.label());
            ObjectNode row = JsonNodeFactory.instance
                    .objectNode()
                    .put("task_id", id)
                    .put("prompt", chat.map(one -> prompt.chat(one, end)).orElse(prompt.user()));
            world.out().println(Json.ascii(row));
        });
        return ExitCodes.OK;
    }
}
