package io.github.coda4j.eval.verdict;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An input of a program and the outputs that are right.
 *
 * @param input what it reads
 * @param outputs any of them is right
 */
public record StdioTest(String input, List<String> outputs) {
    static final String WRONG = "failed: wrong output";
    static final String TOO_MUCH = "failed: too much output";

    private static final BigDecimal NEAR = new BigDecimal("1e-12");
    private static final Set<String> WORDS = Set.of("yes", "no", "true", "false");
    /** Longer numbers, and larger exponents, are compared as text. */
    private static final int LONGEST_NUMBER = 400;

    public StdioTest {
        input = lf(input);
        outputs = List.copyOf(outputs);
    }

    /**
     * Whether an output is right, as ExecEval compares: line by line without white space around them; failing that word
     * by word, numbers within 1e-12, and yes, no, true and false in any case.
     */
    public boolean accepts(String output) {
        String given = lf(output).strip();
        return outputs.stream().anyMatch(wanted -> same(lf(wanted).strip(), given));
    }

    private static String lf(String text) {
        return text.replace("\r\n", "\n");
    }

    private static boolean same(String wanted, String given) {
        List<String> lines = stripped(wanted);
        if (lines.equals(stripped(given))) {
            return true;
        }
        String[] words = wanted.split("\\s+");
        String[] others = given.split("\\s+");
        if (words.length != others.length) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            if (!sameWord(words[i], others[i])) {
                return false;
            }
        }
        return true;
    }

    private static List<String> stripped(String text) {
        return List.of(text.split("\n", -1)).stream().map(String::strip).toList();
    }

    private static boolean sameWord(String one, String other) {
        Optional<BigDecimal> first = number(one);
        Optional<BigDecimal> second = number(other);
        if (first.isPresent() && second.isPresent()) {
            return first.get().subtract(second.get()).abs().compareTo(NEAR) <= 0;
        }
        return plain(one).equals(plain(other));
    }

    private static String plain(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return WORDS.contains(lower) ? lower : word;
    }

    private static Optional<BigDecimal> number(String word) {
        if (word.length() > LONGEST_NUMBER) {
            return Optional.empty();
        }
        try {
            BigDecimal number = new BigDecimal(word);
            return Optional.of(number).filter(one -> Math.abs((long) one.scale()) <= LONGEST_NUMBER);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
