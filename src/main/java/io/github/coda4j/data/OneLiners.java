package io.github.coda4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be asked of a function in one line: to write it, to go on behind a comment, to rename a parameter. */
final class OneLiners {
    private static final int LONGEST_REQUEST = 240;
    private static final int MOST_LINES = 6;
    private static final Pattern MODIFIERS =
            Pattern.compile("\\b(public|protected|private|static|final|synchronized|default|native|strictfp)\\s+");
    private static final Pattern THROWS = Pattern.compile("\\)\\s*throws\\s+[^{]*");
    private static final Pattern METHOD = Pattern.compile("(?:async\\s+)?def\\s+(\\w+\\((.*)\\)(?:\\s*->[^:]+)?):.*");
    private static final Pattern VERB = Pattern.compile("([A-Z][a-z]+)( .+?)\\.?");
    private static final Set<String> VERBS = Set.of(
            "Add",
            "Apply",
            "Build",
            "Calculate",
            "Call",
            "Check",
            "Clear",
            "Compare",
            "Compute",
            "Convert",
            "Copy",
            "Count",
            "Create",
            "Decode",
            "Delete",
            "Encode",
            "Extract",
            "Fetch",
            "Find",
            "Format",
            "Generate",
            "Get",
            "Give",
            "Insert",
            "Join",
            "Load",
            "Make",
            "Merge",
            "Normalize",
            "Parse",
            "Print",
            "Read",
            "Remove",
            "Replace",
            "Return",
            "Reverse",
            "Run",
            "Save",
            "Search",
            "Select",
            "Set",
            "Sort",
            "Split",
            "Tell",
            "Test",
            "Transform",
            "Update",
            "Validate",
            "Write",
            "Yield");
    private static final Pattern COMMENT = Pattern.compile("\\s*(//|#)\\s*(\\p{L}{2,}\\W+){2,}\\p{L}{2,}.*");
    private static final Pattern LAST_PARAMETER = Pattern.compile("(\\w+)\\s*\\)[^()]*$");
    private static final Pattern FIRST_PARAMETER =
            Pattern.compile("def\\s+\\w+\\((?:(?:self|cls),\\s*)?(\\w+)\\s*[,)]");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"\\n]*\"|'[^'\\n]*'");
    private static final List<String> NAMES = List.of("value", "item", "other", "input", "source", "given");

    private OneLiners() {}

    /** Lines of a function, from the first to the one behind the last, from 0. */
    record Block(int from, int to) {}

    /** The function with another name for a parameter. */
    record Rename(String old, String name, String code) {}

    /**
     * "Write a Java method int size(String text) that returns the size." Empty where the signature has several lines,
     * where it is a method of Python's, which a name and parameters alone do not ask for, or where the documentation
     * begins with no verb that is known.
     */
    static Optional<String> request(FunctionSource function) {
        Optional<String> signature = signature(function);
        Matcher words = VERB.matcher(function.summary().orElse(""));
        if (signature.isEmpty() || !words.matches()) {
            return Optional.empty();
        }
        return verb(words.group(1))
                .map(verb -> String.format(
                        Locale.ROOT,
                        "Write a %s %s %s that %s%s.",
                        function.languageName(),
                        function.language() == Language.JAVA ? "method" : "function",
                        signature.get(),
                        verb,
                        words.group(2)))
                .filter(request -> request.length() <= LONGEST_REQUEST);
    }

    private static Optional<String> signature(FunctionSource function) {
        String head = function.code().lines().findFirst().orElse("");
        if (function.headLines() != 1) {
            return Optional.empty();
        }
        if (function.language() == Language.PYTHON) {
            Matcher method = METHOD.matcher(head);
            boolean plain = method.matches() && !method.group(2).matches("(self|cls)\\b.*");
            return plain ? Optional.of(method.group(1)) : Optional.empty();
        }
        int body = head.lastIndexOf('{');
        if (body < 0 || head.contains("@")) {
            return Optional.empty();
        }
        String bare = MODIFIERS.matcher(head.substring(0, body)).replaceAll("");
        return Optional.of(THROWS.matcher(bare).replaceAll(")").strip());
    }

    /** In the third person. */
    private static Optional<String> verb(String word) {
        String low = word.toLowerCase(Locale.ROOT);
        if (VERBS.contains(word)) {
            return Optional.of(low + (low.matches(".*(ch|sh|s|x|z)") ? "es" : "s").replace("ys", "ies"));
        }
        String stem = low.endsWith("ies") ? low.substring(0, low.length() - 3) + "y" : low.replaceFirst("e?s$", "");
        boolean known = VERBS.stream()
                .map(verb -> verb.toLowerCase(Locale.ROOT))
                .anyMatch(verb -> verb.equals(stem) || (verb + "s").equals(low));
        return known ? Optional.of(low) : Optional.empty();
    }

    /** The lines behind a comment of three words or more, up to the next blank line or comment. */
    static Optional<Block> commented(FunctionSource function, double place) {
        List<String> lines = function.code().lines().toList();
        List<Block> blocks = new ArrayList<>();
        for (int i = function.headLines(); i + 1 < lines.size(); i++) {
            int to = i + 1;
            while (to < lines.size() - 1 && to <= i + MOST_LINES && isCode(lines.get(to))) {
                to++;
            }
            if (COMMENT.matcher(lines.get(i)).matches() && to > i + 1) {
                blocks.add(new Block(i + 1, to));
            }
        }
        return blocks.isEmpty() ? Optional.empty() : Optional.of(blocks.get((int) (place * blocks.size())));
    }

    private static boolean isCode(String line) {
        return !line.isBlank()
                && !line.strip().startsWith("//")
                && !line.strip().startsWith("#");
    }

    /** Empty where no parameter can be told, or it is also a field, a keyword of a call or a word in a text. */
    static Optional<Rename> rename(FunctionSource function) {
        String head = String.join(
                "\n", function.code().lines().limit(function.headLines()).toList());
        boolean java = function.language() == Language.JAVA;
        Matcher parameter = (java ? LAST_PARAMETER : FIRST_PARAMETER).matcher(head);
        if (!parameter.find() || parameter.group(1).matches("\\d.*|self|cls")) {
            return Optional.empty();
        }
        String old = parameter.group(1);
        String code = function.code();
        String word = "\\b" + Pattern.quote(old) + "\\b";
        boolean other = Pattern.compile("\\.\\s*" + word + "|" + word + "=[^=]")
                        .matcher(code)
                        .find()
                || QUOTED.matcher(code)
                        .results()
                        .anyMatch(text ->
                                Pattern.compile(word).matcher(text.group()).find());
        long uses = Pattern.compile(word).matcher(code).results().count();
        return NAMES.stream()
                .filter(name ->
                        !Pattern.compile("\\b" + name + "\\b").matcher(code).find())
                .findFirst()
                .filter(_ -> !other && uses >= 2)
                .map(name -> new Rename(old, name, code.replaceAll(word, name)));
    }
}
