package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Takes pieces out of held-out files: spans of so many tokens anywhere, values of getters and setters, expressions
 * behind {@code =} or {@code return}, lines, blocks and bodies of methods. At most one of a kind from a file,
 * {@value #MOST} tokens at most; the same seed and files give the same places.
 */
final class HoleSampler {
    /** Lengths of the spans that are taken out anywhere. */
    static final List<Integer> LENGTHS = List.of(1, 2, 4, 8, 16, 32, 64);

    private static final int MOST = 64;
    private static final Pattern EXPRESSION = Pattern.compile("(?<=[^=!<>]=|\\breturn)( [^;{}\\n]+)(?=;\\n)");
    /** The value that a getter returns or a setter sets: {@code return <|hole|>;}, {@code this.x = <|hole|>;}. */
    private static final Pattern ACCESSOR = Pattern.compile(
            "(?:\\b(?:get|is)[A-Z]\\w*\\(\\)\\s*\\{\\s*return |\\bset[A-Z]\\w*\\([^()]*\\)\\s*\\{\\s*this\\.\\w+ = )"
                    + "(?!(?:null|true|false|this)\\b)([A-Za-z_]\\w*)(?=;\\s*\\})");

    private static final Pattern LINE = Pattern.compile("(?<=\\n)[ \\t]*(\\S[^\\n]*)(?=\\n)");
    private static final Pattern NO_METHOD = Pattern.compile(
            ".*\\b(if|for|while|switch|try|catch|else|do|synchronized|new|class|interface|enum|record)\\b.*");

    private final Tokenizer tokenizer;
    private final long seed;

    /** A piece of a text. */
    private record Piece(int start, int end) {}

    HoleSampler(Tokenizer tokenizer, long seed) {
        this.tokenizer = tokenizer;
        this.seed = seed;
    }

    /** At most {@code count} holes of every kind, by kind. */
    Map<String, List<HoleCase>> of(List<int[]> files, int count) {
        check(count >= 1, "the holes of a kind must be at least 1, got %d", count);
        List<int[]> shuffled = new ArrayList<>(files);
        SplittableRandom random = new SplittableRandom(seed);
        Collections.shuffle(shuffled, java.util.Random.from(random));
        Map<String, List<HoleCase>> cases = new LinkedHashMap<>();
        for (int length : LENGTHS) {
            cases.put(length == 1 ? "1 token" : length + " tokens", spans(shuffled, length, count, random));
        }
        cases.put("accessor", pieces("accessor", shuffled, count, random, text -> groups(ACCESSOR, text)));
        cases.put("expression", pieces("expression", shuffled, count, random, text -> groups(EXPRESSION, text)));
        cases.put("line", pieces("line", shuffled, count, random, text -> groups(LINE, text)));
        cases.put("block", pieces("block", shuffled, count, random, text -> blocks(text, false)));
        cases.put("method body", pieces("method body", shuffled, count, random, text -> blocks(text, true)));
        cases.values().removeIf(List::isEmpty);
        return cases;
    }

    private List<HoleCase> spans(List<int[]> files, int length, int count, SplittableRandom random) {
        List<HoleCase> found = new ArrayList<>();
        for (int[] file : files) {
            if (found.size() < count && file.length > length + 2) {
                int start = 1 + random.nextInt(file.length - length - 1);
                String before = decoded(file, 0, start);
                String answer = decoded(file, start, start + length);
                String after = decoded(file, start + length, file.length);
                add(found, length == 1 ? "1 token" : length + " tokens", before, answer, after, length);
            }
        }
        return found;
    }

    private List<HoleCase> pieces(
            String kind, List<int[]> files, int count, SplittableRandom random, Function<String, List<Piece>> finder) {
        List<HoleCase> found = new ArrayList<>();
        for (int[] file : files) {
            if (found.size() == count) {
                break;
            }
            String text = decoded(file, 0, file.length);
            List<Piece> pieces = new ArrayList<>(finder.apply(text));
            Collections.shuffle(pieces, java.util.Random.from(random));
            for (Piece piece : pieces) {
                String answer = text.substring(piece.start(), piece.end());
                int tokens = tokenizer.encodeOrdinary(answer).length;
                if (tokens >= 1 && tokens <= MOST) {
                    add(found, kind, text.substring(0, piece.start()), answer, text.substring(piece.end()), tokens);
                    break;
                }
            }
        }
        return found;
    }

    /** Leaves out what is cut within a character. */
    private static void add(List<HoleCase> found, String kind, String before, String answer, String after, int tokens) {
        if (!answer.isEmpty() && !(before + answer + after).contains("\uFFFD")) {
            found.add(new HoleCase(kind, before, answer, after, tokens, HoleCase.languageOf(before + answer + after)));
        }
    }

    private String decoded(int[] file, int start, int end) {
        return tokenizer.decode(Arrays.copyOfRange(file, start, end));
    }

    private static List<Piece> groups(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> new Piece(match.start(1), match.end(1)))
                .toList();
    }

    /**
     * What stands between a brace at the end of a line and its closing one: without the indentation of its first line.
     */
    private static List<Piece> blocks(String text, boolean methods) {
        List<Piece> found = new ArrayList<>();
        for (int open = text.indexOf("{\n"); open >= 0; open = text.indexOf("{\n", open + 1)) {
            String head = text.substring(text.lastIndexOf('\n', open) + 1, open);
            boolean method = head.contains(")") && !NO_METHOD.matcher(head).matches();
            Optional<Integer> close = closing(text, open);
            if (close.isPresent() && method == methods && (methods || head.contains(")"))) {
                int start = open + 2;
                while (start < close.get() && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
                    start++;
                }
                int end = close.get();
                while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
                    end--;
                }
                if (end > start) {
                    found.add(new Piece(start, end));
                }
            }
        }
        return found;
    }

    private static Optional<Integer> closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }
}
