package io.github.coda4j.eval.answers;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.Document;
import java.util.function.ToIntFunction;

/** How long a hole is. */
public sealed interface HoleLength {
    /** The name on the command line and of results. */
    String label();

    /**
     * The hole of a task.
     *
     * @param tokens counts those of a text
     */
    Document.Hole hole(Problem problem, ToIntFunction<String> tokens);

    /** As many tokens as the true middle has: the model is told what nobody can know. */
    record Oracle() implements HoleLength {
        @Override
        public String label() {
            return "oracle";
        }

        @Override
        public Document.Hole hole(Problem problem, ToIntFunction<String> tokens) {
            return new Document.Hole(Math.max(1, tokens.applyAsInt(problem.canonical())));
        }
    }

    /** The same for all. */
    record Fixed(int tokens) implements HoleLength {
        public Fixed {
            check(tokens >= 1, "--length must be at least 1, got %d", tokens);
        }

        @Override
        public String label() {
            return Integer.toString(tokens);
        }

        @Override
        public Document.Hole hole(Problem problem, ToIntFunction<String> ofText) {
            return new Document.Hole(tokens);
        }
    }

    /**
     * Nobody says it: it is found.
     *
     * @param ceiling the most tokens, at least 1
     */
    record Auto(int ceiling) implements HoleLength {
        public Auto {
            check(ceiling >= 1, "--max-tokens must be at least 1, got %d", ceiling);
        }

        @Override
        public String label() {
            return "auto";
        }

        @Override
        public Document.Hole hole(Problem problem, ToIntFunction<String> tokens) {
            return Document.Hole.upTo(ceiling);
        }
    }

    /**
     * Reads {@code oracle}, {@code auto} or a number.
     *
     * @param ceiling of a length that is found
     * @throws IllegalArgumentException for anything else
     */
    static HoleLength parse(String text, int ceiling) {
        return switch (text) {
            case "oracle" -> new Oracle();
            case "auto" -> new Auto(ceiling);
            default -> {
                try {
                    yield new Fixed(Integer.parseInt(text));
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "--length must be a number, oracle or auto, got '" + text + "'", e);
                }
            }
        };
    }
}
