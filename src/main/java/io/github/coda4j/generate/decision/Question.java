package io.github.coda4j.generate.decision;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What is to be decided.
 *
 * @param kind how the answers relate to each other
 * @param instructions the question
 * @param labels what the answers are called; for {@link Kind#YES_NO} no and yes
 * @param options how the model sees them, as many as labels; none for {@link Kind#YES_NO}
 */
public record Question(Kind kind, String instructions, List<String> labels, List<String> options) {
    /** How answers relate to each other. */
    public enum Kind {
        /** One of several, at least two. */
        CHOICE,
        /** One of several levels in ascending order, at least two. */
        SCORE,
        /** Whether something holds. */
        YES_NO
    }

    public Question {
        requireNonNull(kind, "kind is null");
        check(!instructions.isBlank(), "a question must say what is asked");
        labels = List.copyOf(labels);
        options = List.copyOf(options);
        check(labels.size() >= 2, "a question needs at least two answers, got %d", labels.size());
        check(labels.stream().distinct().count() == labels.size(), "the answers %s name one twice", labels);
        check(
                options.size() == (kind == Kind.YES_NO ? 0 : labels.size()),
                "%d answers need as many options, got %d",
                labels.size(),
                options.size());
    }

    /**
     * One of several.
     *
     * @param labels what they are called
     * @param descriptions what each means, as many; empty texts for none
     */
    public static Question choice(String instructions, List<String> labels, List<String> descriptions) {
        check(labels.size() == descriptions.size(), "%d options need as many descriptions", labels.size());
        List<String> options = IntStream.range(0, labels.size())
                .mapToObj(
                        i -> descriptions.get(i).isEmpty() ? labels.get(i) : labels.get(i) + ": " + descriptions.get(i))
                .toList();
        return new Question(Kind.CHOICE, instructions, labels, options);
    }

    /** One of several levels, which are numbered from 0. */
    public static Question score(String instructions, List<String> levels) {
        return new Question(
                Kind.SCORE,
                instructions,
                IntStream.range(0, levels.size()).mapToObj(String::valueOf).toList(),
                IntStream.range(0, levels.size())
                        .mapToObj(i -> "level " + i + ": " + levels.get(i))
                        .toList());
    }

    /** Whether something holds. */
    public static Question yesNo(String instructions) {
        return new Question(Kind.YES_NO, instructions, List.of("no", "yes"), List.of());
    }
}
