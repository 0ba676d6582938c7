package io.github.coda4j.serve.apply;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Puts an update snippet into the code that it is about. Both are read as trees of lines by their indentation; what the
 * snippet repeats says where it belongs, what lies between is replaced, and what it leaves out stays:
 *
 * <ul>
 *   <li>where the snippet has a comment with an ellipsis, such as {@code // ... existing code ...}, all of the code at
 *       that place stays;
 *   <li>around the snippet, where it is about a part of the code, everything stays;
 *   <li>the body of a line that the snippet has with another body is the snippet's.
 * </ul>
 *
 * No line that the snippet does not touch is changed, not in a blank. A snippet that could stand at several places, or
 * at none, is not put anywhere.
 */
public final class SnippetMerge {
    /** Code left out by whoever wrote a snippet, which says so in a comment with an ellipsis, or with that alone. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "(?://+|#+|--+|;+|%+|/\\*+|<!--|\\{/\\*)\\s*(?:(?:\\.\\.\\.|\u2026).*|.*(?:\\.\\.\\.|\u2026)\\W*)"
                    + "|(?:\\.\\.\\.|\u2026)(?:\\s.*)?");

    /** Longer comments say more than that something is left out. */
    private static final int LONGEST_MARK = 200;

    /** Comparing each line of the one with each of the other takes about a second beyond that. */
    private static final long MOST_PAIRS = 1_000_000;

    private final Set<String> known = new HashSet<>();
    private final Alikeness alikeness = new Alikeness();

    private SnippetMerge(List<String> original) {
        original.forEach(line -> known.add(line.strip()));
    }

    /** Whether the two together have more lines than are compared; merging them takes any time and memory then. */
    public static boolean isTooLarge(String original, String snippet) {
        return original.lines().count() * snippet.lines().count() > MOST_PAIRS;
    }

    /**
     * The code with the snippet in it. The ends of its lines and whether the last one has one are the code's.
     *
     * @return empty when nothing says where the snippet belongs
     */
    public static Optional<String> merge(String original, String snippet) {
        boolean windows =
                original.contains("\r\n") && !original.replace("\r\n", "").contains("\n");
        String end = windows ? "\r\n" : "\n";
        List<String> lines = List.of(original.split(end, -1));
        List<String> update = trimmed(List.of(snippet.split("\r?\n", -1)));
        if (update.isEmpty()) {
            return Optional.of(original);
        }
        SnippetMerge merge = new SnippetMerge(lines);
        return merge.place(CodeNode.of(lines, merge::isLeftOut), CodeNode.of(update, merge::isLeftOut))
                .map(merged -> {
                    List<String> written = new ArrayList<>();
                    merged.forEach(node -> node.write(written));
                    if (!original.isBlank()) {
                        written.addAll(lines.subList(lastLine(lines) + 1, lines.size()));
                    }
                    return String.join(end, written);
                });
    }

    private static int lastLine(List<String> lines) {
        int last = lines.size() - 1;
        while (last >= 0 && lines.get(last).isBlank()) {
            last--;
        }
        return last;
    }

    private static List<String> trimmed(List<String> lines) {
        int first = 0;
        while (first < lines.size() && lines.get(first).isBlank()) {
            first++;
        }
        return first == lines.size() ? List.of() : lines.subList(first, lastLine(lines) + 1);
    }

    private boolean isLeftOut(CodeNode node) {
        return node.children().isEmpty() && isLeftOut(node.text());
    }

    private boolean isLeftOut(String line) {
        return line.length() <= LONGEST_MARK && LEFT_OUT.matcher(line).matches() && !known.contains(line);
    }

    private Matching matching(List<CodeNode> code, List<CodeNode> change) {
        return Matching.of(code, change, (own, other) -> isLeftOut(other) ? 0 : alikeness.of(own, other));
    }

    /** Neighbors in the code among which the snippet's first level may belong. */
    private record Level(List<CodeNode> nodes, List<Integer> path) {}

    /** The code with the snippet at the level that it fits best; empty when there is none, or several are as good. */
    private Optional<List<CodeNode>> place(List<CodeNode> code, List<CodeNode> change) {
        List<Level> levels = new ArrayList<>();
        collect(code, List.of(), levels);
        Level best = new Level(code, List.of());
        Matching found = matching(code, change);
        boolean tie = found.ambiguous();
        for (Level level : levels) {
            Matching matching = matching(level.nodes, change);
            if (matching.score() > found.score()) {
                best = level;
                found = matching;
                tie = matching.ambiguous();
            } else if (matching.score() == found.score() && matching.score() > 0) {
                tie = true;
            }
        }
        // Without a line in common a snippet belongs where there is nothing, or where it says that something stands.
        boolean somewhere =
                found.score() > 0 || code.isEmpty() || change.stream().anyMatch(this::isLeftOut);
        if (tie || !somewhere) {
            return Optional.empty();
        }
        return Optional.of(replaced(code, best.path, merged(best.nodes, moved(change, best.nodes, found), true)));
    }

    /** In the margin of the code: that of the first line which both have. */
    private static List<CodeNode> moved(List<CodeNode> change, List<CodeNode> code, Matching found) {
        for (int i = 0; i < change.size(); i++) {
            int partner = found.partners()[i];
            if (partner >= 0) {
                String from = change.get(i).margin();
                String to = code.get(partner).margin();
                return change.stream().map(node -> node.shifted(from, to)).toList();
            }
        }
        return change;
    }

    /** Every level below the first. */
    private static void collect(List<CodeNode> nodes, List<Integer> path, List<Level> to) {
        for (int i = 0; i < nodes.size(); i++) {
            List<Integer> below = new ArrayList<>(path);
            below.add(i);
            if (!nodes.get(i).children().isEmpty()) {
                to.add(new Level(nodes.get(i).children(), below));
                collect(nodes.get(i).children(), below, to);
            }
        }
    }

    private static List<CodeNode> replaced(List<CodeNode> nodes, List<Integer> path, List<CodeNode> level) {
        if (path.isEmpty()) {
            return level;
        }
        List<CodeNode> copy = new ArrayList<>(nodes);
        CodeNode node = nodes.get(path.getFirst());
        List<CodeNode> children = replaced(node.children(), path.subList(1, path.size()), level);
        copy.set(path.getFirst(), new CodeNode(node.above(), node.line(), children, node.tail()));
        return copy;
    }

    /**
     * Neighbors with those of the snippet among them.
     *
     * @param part whether the snippet may be about a part of them: then what stands around it stays
     */
    private List<CodeNode> merged(List<CodeNode> code, List<CodeNode> change, boolean part) {
        int[] partners = matching(code, change).partners();
        List<CodeNode> merged = new ArrayList<>();
        Gap gap = new Gap();
        int next = 0;
        for (int i = 0; i < change.size(); i++) {
            CodeNode node = change.get(i);
            if (isLeftOut(node)) {
                gap.stays = true;
            } else if (partners[i] < 0) {
                (gap.stays ? gap.behind : gap.before).add(node);
            } else {
                CodeNode own = code.get(partners[i]);
                List<CodeNode> between = code.subList(next, partners[i]);
                if (part && merged.isEmpty() && !gap.stays) {
                    merged.addAll(between); // new lines belong to the line that follows
                    merged.addAll(gap.before);
                } else {
                    // Definitions between two others are no lines that these replace.
                    boolean definitions = part
                            && !merged.isEmpty()
                            && !merged.getLast().children().isEmpty()
                            && !own.children().isEmpty();
                    gap.write(between, definitions, merged);
                }
                merged.add(together(own, node));
                next = partners[i] + 1;
                gap = new Gap();
            }
        }
        gap.write(code.subList(next, code.size()), part, merged);
        return merged;
    }

    /** What a snippet has between two lines that are the code's too. */
    private static final class Gap {
        private final List<CodeNode> before = new ArrayList<>();
        private final List<CodeNode> behind = new ArrayList<>();
        /** Whether it says that something is left out there; then it stands between the two. */
        private boolean stays;

        private void write(List<CodeNode> code, boolean keeps, List<CodeNode> to) {
            to.addAll(before);
            if (stays || keeps) {
                to.addAll(code);
            }
            to.addAll(behind);
        }
    }

    private CodeNode together(CodeNode code, CodeNode change) {
        return code.updated(
                change,
                change.children().isEmpty() ? code.children() : merged(code.children(), change.children(), false));
    }
}
