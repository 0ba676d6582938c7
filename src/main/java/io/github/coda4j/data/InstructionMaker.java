package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.text.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes instructions out of code: each method or function becomes one exercise of a kind that its place decides - write
 * it from its documentation and signature or from a request in one line, complete its beginning, write what a comment
 * in it announces, rename a parameter, or fill in a gap. The same file gives the same exercises.
 *
 * @param maxPerFile functions that one file gives at most
 * @param seed of the choices
 */
public record InstructionMaker(int maxPerFile, long seed) {
    private static final int MIN_SUMMARY = 20;
    private static final int MAX_SUMMARY = 200;
    private static final String GAP = "<FILL>";

    public InstructionMaker {
        check(maxPerFile >= 1, "the number of exercises per file must be at least 1, got %d", maxPerFile);
    }

    /**
     * The exercises of a file, each a question and an answer.
     *
     * @param key names the file, for the choices
     */
    public List<List<ChatMessage>> exercises(Language language, String text, long key) {
        List<FunctionSource> functions = switch (language) {
            case JAVA -> JavaMethods.of(text);
            case PYTHON -> PythonFunctions.of(text);
            default -> List.of();
        };
        List<FunctionSource> usable = new ArrayList<>(
                functions.stream().filter(FunctionSource::isUsable).toList());
        List<List<ChatMessage>> exercises = new ArrayList<>();
        long draws = CounterRandom.key(seed, key);
        for (int i = 0; i < maxPerFile && !usable.isEmpty(); i++) {
            FunctionSource function = usable.remove((int) (CounterRandom.uniform(draws, 3L * i) * usable.size()));
            double kind = CounterRandom.uniform(draws, 3L * i + 1);
            double place = CounterRandom.uniform(draws, 3L * i + 2);
            exercises.add(exercise(function, kind, place));
        }
        return exercises;
    }

    private static List<ChatMessage> exercise(FunctionSource function, double kind, double place) {
        boolean documented = function.summary()
                .filter(summary -> summary.length() >= MIN_SUMMARY && summary.length() <= MAX_SUMMARY)
                .isPresent();
        if (documented && kind < 0.3) {
            return write(function);
        }
        Optional<List<ChatMessage>> special = Optional.empty();
        if (documented && kind < 0.6) {
            special = OneLiners.request(function).map(request -> exchange(request, fenced(function, function.code())));
        } else if (kind < 0.7) {
            special = commented(function, place);
        } else if (kind < 0.78) {
            special = renamed(function);
        }
        return special.orElseGet(() -> documented && kind < 0.6
                ? write(function)
                : kind < 0.88 ? complete(function, place) : fill(function, place));
    }

    private static Optional<List<ChatMessage>> commented(FunctionSource function, double place) {
        return OneLiners.commented(function, place)
                .map(block -> exchange(
                        String.format(
                                Locale.ROOT,
                                "Write the lines that the last comment announces in this %s code:\n%s",
                                function.languageName(),
                                fenced(function, lines(function, 0, block.from()))),
                        fenced(function, lines(function, block.from(), block.to()))));
    }

    private static Optional<List<ChatMessage>> renamed(FunctionSource function) {
        return OneLiners.rename(function)
                .map(rename -> exchange(
                        String.format(
                                Locale.ROOT,
                                "Rename %s to %s in this %s code:\n%s",
                                rename.old(),
                                rename.name(),
                                function.languageName(),
                                fenced(function, function.code())),
                        fenced(function, rename.code())));
    }

    private static List<ChatMessage> write(FunctionSource function) {
        String what = function.language() == Language.JAVA ? "method" : "function";
        return exchange(
                String.format(
                        Locale.ROOT,
                        "Write a %s %s. %s\n%s",
                        function.languageName(),
                        what,
                        function.summary().orElseThrow(),
                        fenced(function, lines(function, 0, function.headLines()))),
                fenced(function, function.code()));
    }

    private static List<ChatMessage> complete(FunctionSource function, double place) {
        int count = (int) function.code().lines().count();
        int given = function.headLines() + (int) (place * (count - function.headLines()));
        return exchange(
                String.format(
                        Locale.ROOT,
                        "Complete this %s code:\n%s",
                        function.languageName(),
                        fenced(function, lines(function, 0, given))),
                fenced(function, function.code()));
    }

    private static List<ChatMessage> fill(FunctionSource function, double place) {
        int count = (int) function.code().lines().count();
        int from = function.headLines() + (int) (place * (count - function.headLines() - 1));
        int to = Math.min(count, from + 1 + (int) (place * 97) % 3);
        String shown = (lines(function, 0, from) + "\n" + GAP + "\n" + lines(function, to, count)).stripTrailing();
        return exchange(
                String.format(
                        Locale.ROOT,
                        "Which code belongs at %s in this %s code?\n%s",
                        GAP,
                        function.languageName(),
                        fenced(function, shown)),
                fenced(function, lines(function, from, to)));
    }

    private static String lines(FunctionSource function, int from, int to) {
        return String.join(
                "\n", function.code().lines().skip(from).limit(to - (long) from).toList());
    }

    private static String fenced(FunctionSource function, String code) {
        return "```" + function.fence() + "\n" + code + "\n```";
    }

    private static List<ChatMessage> exchange(String question, String answer) {
        return List.of(ChatMessage.user(question), ChatMessage.assistant(answer));
    }
}
