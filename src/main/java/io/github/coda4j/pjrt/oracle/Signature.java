package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.pjrt.BufferType;
import io.github.coda4j.pjrt.PjrtCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entry of a StableHLO program: what {@code @main} takes and gives.
 *
 * @param donated for each argument, the result that takes its memory; empty where it keeps it
 */
public record Signature(List<Type> arguments, List<OptionalInt> donated, List<Type> results) {
    private static final Pattern ENTRY = Pattern.compile("func\\.func\\s+(public\\s+)?@main\\s*\\(");
    private static final Pattern TENSOR = Pattern.compile("tensor<((?:\\d+x)*)(\\w+)>");
    private static final Pattern DONATED = Pattern.compile("tf\\.aliasing_output\\s*=\\s*(\\d+)");

    /** Of an array. */
    public record Type(BufferType type, long[] dims) {
        /** Whether an array is of this type. */
        public boolean fits(HostArray array) {
            return array.type() == type && Arrays.equals(array.dims(), dims);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("tensor<");
            Arrays.stream(dims).forEach(extent -> text.append(extent).append('x'));
            return text.append(type).append('>').toString();
        }
    }

    public Signature {
        arguments = List.copyOf(arguments);
        donated = List.copyOf(donated);
        results = List.copyOf(results);
    }

    /**
     * Reads it from a program's text.
     *
     * @throws Failure when there is no entry, or it has something that is no array of fixed shape
     */
    public static Signature of(String program) {
        Matcher entry = ENTRY.matcher(program);
        if (!entry.find()) {
            throw new Failure(PjrtCode.INVALID_ARGUMENT, "the program has no entry: func.func @main is missing");
        }
        int end = closing(program, entry.end() - 1);
        List<Type> arguments = new ArrayList<>();
        List<OptionalInt> donated = new ArrayList<>();
        for (String argument : parts(program.substring(entry.end(), end))) {
            arguments.add(type(argument));
            Matcher alias = DONATED.matcher(argument);
            donated.add(alias.find() ? OptionalInt.of(Integer.parseInt(alias.group(1))) : OptionalInt.empty());
        }
        String rest = program.substring(end + 1).stripLeading();
        if (!rest.startsWith("->")) {
            return new Signature(arguments, donated, List.of());
        }
        String given = rest.substring(2).stripLeading();
        String results = given.startsWith("(")
                ? given.substring(1, closing(given, 0))
                : given.substring(0, Math.max(0, given.indexOf('>') + 1));
        return new Signature(
                arguments, donated, parts(results).stream().map(Signature::type).toList());
    }

    private static Type type(String text) {
        Matcher tensor = TENSOR.matcher(text);
        if (!tensor.find()) {
            throw new Failure(PjrtCode.INVALID_ARGUMENT, "no array of fixed shape: " + text.strip());
        }
        BufferType type = BufferType.named(tensor.group(2))
                .orElseThrow(() ->
                        new Failure(PjrtCode.UNIMPLEMENTED, "the type " + tensor.group(2) + " is not known here"));
        long[] dims = Arrays.stream(tensor.group(1).split("x"))
                .filter(extent -> !extent.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        return new Type(type, dims);
    }

    /** What commas outside of brackets and strings divide. */
    private static List<String> parts(String list) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (from < list.length()) {
            int to = boundary(list, from, ',');
            if (!list.substring(from, to).isBlank()) {
                parts.add(list.substring(from, to));
            }
            from = to + 1;
        }
        return parts;
    }

    /** Where the bracket at a place is closed. */
    private static int closing(String text, int open) {
        int end = boundary(text, open + 1, ')');
        if (end == text.length()) {
            throw new Failure(PjrtCode.INVALID_ARGUMENT, "a bracket of the entry is not closed");
        }
        return end;
    }

    /** The first such character outside of brackets and strings, or the end. */
    private static int boundary(String text, int from, char wanted) {
        int depth = 0;
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && depth == 0 && c == wanted) {
                return i;
            } else if (!quoted && "([{<".indexOf(c) >= 0) {
                depth++;
            } else if (!quoted && ")]}>".indexOf(c) >= 0 && !(c == '>' && i > 0 && text.charAt(i - 1) == '-')) {
                depth--;
            }
        }
        return text.length();
    }
}
