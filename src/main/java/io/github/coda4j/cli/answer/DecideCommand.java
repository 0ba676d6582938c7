package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.InputText;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.generate.decision.Decider;
import io.github.coda4j.generate.decision.Decision;
import io.github.coda4j.generate.decision.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda decide}. */
@Command(
        name = "decide",
        sortOptions = false,
        description = {
            "Decide between options in one forward: a mask beside each, and how much more probable yes is than no"
                    + " there.",
            "",
            "Without --option and --level it is a question of yes or no. Nothing is generated. Prompts are those of"
                    + " the S1 decision models (docs/families.md), which were trained for it.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda decide --model SEU-ZZH/Shared-YesNo-Qwen3-0.6B-S1 --state-file letter.txt \"Is it a complaint?\"",
            "  coda decide --model SEU-ZZH/Shared-YesNo-Qwen3-0.6B-S1 --state-file letter.txt --option bill "
                    + "--option \"delivery=the parcel is late or broken\" \"What is it about?\""
        })
public final class DecideCommand implements Callable<Integer> {
    private static final String IN_THE_BOX =
            "coda-mini fills holes in code (coda infill) and was not trained to decide: it guesses.";

    private final World world;

    @Parameters(paramLabel = "QUESTION", description = "What is asked.")
    String question;

    @Option(names = "--state", paramLabel = "TEXT", description = "What the decision is about (default: nothing).")
    Optional<String> state = Optional.empty();

    @Option(names = "--state-file", paramLabel = "FILE", description = "The same from a file; - is standard input.")
    Optional<Path> stateFile = Optional.empty();

    @Option(
            names = "--option",
            paramLabel = "NAME[=TEXT]",
            description = "One of the answers, with what it means; at least two.")
    List<String> options = new ArrayList<>();

    @Option(
            names = "--level",
            paramLabel = "TEXT",
            description = "One of the levels of a score, in ascending order; at least two.")
    List<String> levels = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON: kind, probabilities, label, confidence, score of levels.")
    boolean json;

    @Mixin
    ModelFlag model;

    @Mixin
    LoadFlags load;

    public DecideCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() throws InterruptedException {
        check(state.isEmpty() || stateFile.isEmpty(), "both --state and --state-file are given: leave one of them out");
        Question asked = asked();
        String about = stateFile
                .map(file -> InputText.read(file, world).text())
                .or(() -> state)
                .orElse("");
        Path folder = model.folder(world);
        if (world.modelStore().isInTheBox(folder)) {
            world.err().println(IN_THE_BOX);
        }
        try (OpenModel open = world.openModel(folder, load.options(folder, world, LoadFlags.Purpose.SPEED))) {
            Decider decider = new Decider(
                    open.generator(), open.tokenizer(), open.template().get(), open.maskId());
            Decision decision = decider.decide(about, asked, Optional.empty());
            world.out().print(json ? json(decision).toPrettyString() + "\n" : table(decision));
        }
        return ExitCodes.OK;
    }

    private Question asked() {
        check(options.isEmpty() || levels.isEmpty(), "--option and --level exclude each other: give one kind");
        if (!levels.isEmpty()) {
            return Question.score(question, levels);
        }
        return options.isEmpty()
                ? Question.yesNo(question)
                : Question.choice(
                        question,
                        options.stream().map(option -> option.split("=", 2)[0]).toList(),
                        options.stream()
                                .map(option -> option.contains("=") ? option.split("=", 2)[1] : "")
                                .toList());
    }

    private static String table(Decision decision) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < decision.probabilities().size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%6.1f %%  %s%n",
                    100 * decision.probabilities().get(i),
                    decision.question().labels().get(i)));
        }
        return text.toString();
    }

    private static ObjectNode json(Decision decision) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("kind", decision.question().kind().name().toLowerCase(Locale.ROOT));
        ObjectNode probabilities = node.putObject("probabilities");
        for (int i = 0; i < decision.probabilities().size(); i++) {
            probabilities.put(
                    decision.question().labels().get(i),
                    decision.probabilities().get(i));
        }
        node.put("label", decision.label());
        node.put("confidence", decision.confidence());
        if (decision.question().kind() == Question.Kind.SCORE) {
            node.put("score", decision.expected());
        }
        node.put("prompt_tokens", decision.promptTokens());
        return node;
    }
}
