package io.github.coda4j.serve.apply;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A line with what is indented below it, and the line that closes it: {@code void f() {}, its body, and the brace.
 *
 * @param above blank lines before it, and its comments and annotations
 * @param line the line as it stands, without its end
 * @param children what is indented further
 * @param tail nothing, or the line of brackets alone that ends the children, and what stands above that
 */
record CodeNode(List<String> above, String line, List<CodeNode> children, List<String> tail) {
    private static final int TAB = 4;

    /** Lines below lines; what is deeper stands beside its neighbors. */
    private static final int DEEPEST = 100;

    private static final Pattern CLOSER = Pattern.compile("(?:[\\])}>;,]+|end;?|</[\\w.:-]+>)");
    private static final Pattern ABOVE = Pattern.compile("(?:@\\w|//|# |#\\[|--|/\\*|<!--).*");

    /**
     * The trees that lines are. What is indented less than the first line begins a tree of its own.
     *
     * @param alone which lines belong to none below them
     */
    static List<CodeNode> of(List<String> lines, Predicate<String> alone) {
        Reader reader = new Reader(alone);
        lines.forEach(reader::take);
        reader.flush();
        return reader.roots;
    }

    /** Reads lines one by one. */
    private static final class Reader {
        private final Predicate<String> alone;
        private final List<CodeNode> roots = new ArrayList<>();
        private final Deque<CodeNode> open = new ArrayDeque<>();
        private final List<String> above = new ArrayList<>();
        private boolean inComment;

        private Reader(Predicate<String> alone) {
            this.alone = alone;
        }

        private void take(String line) {
            boolean isAbove =
                    line.isBlank() || inComment || ABOVE.matcher(line.strip()).matches() && !alone.test(line.strip());
            if (isAbove) {
                above.add(line);
                inComment = (inComment || line.strip().startsWith("/*")) && !line.contains("*/");
                return;
            }
            if (isCloser(line) && closes(line)) {
                return;
            }
            boolean deeper = above.stream().anyMatch(one -> !one.isBlank() && indent(one) > indent(line));
            if (deeper || alone.test(line.strip())) {
                flush();
            }
            add(line);
        }

        private boolean closes(String line) {
            Deque<CodeNode> left = new ArrayDeque<>(open);
            while (!left.isEmpty() && left.peek().indent() > indent(line)) {
                left.pop();
            }
            if (left.isEmpty()
                    || left.peek().indent() != indent(line)
                    || !left.peek().isOpen()) {
                return false;
            }
            while (open.size() >= left.size()) {
                CodeNode closed = open.pop();
                if (open.size() < left.size()) {
                    closed.tail.addAll(above);
                    closed.tail.add(line);
                }
            }
            above.clear();
            return true;
        }

        /** Comments that nothing stands below at their depth are lines of their own. */
        private void flush() {
            List<String> own = List.copyOf(above);
            above.clear();
            for (String line : own) {
                if (line.isBlank()) {
                    above.add(line);
                } else {
                    add(line);
                }
            }
        }

        private void add(String line) {
            while (!open.isEmpty() && (open.peek().indent() >= indent(line) || open.size() >= DEEPEST)) {
                open.pop();
            }
            CodeNode node = new CodeNode(List.copyOf(above), line, new ArrayList<>(), new ArrayList<>());
            above.clear();
            (open.isEmpty() ? roots : open.peek().children).add(node);
            open.push(node);
        }
    }

    private static boolean isCloser(String line) {
        return CLOSER.matcher(line.strip()).matches();
    }

    private static int indent(String line) {
        int width = 0;
        for (int i = 0; i < line.length() && (line.charAt(i) == ' ' || line.charAt(i) == '\t'); i++) {
            width += line.charAt(i) == '\t' ? TAB : 1;
        }
        return width;
    }

    /** Whether something is in it, or a bracket says that something could be. */
    private boolean isOpen() {
        return !children.isEmpty() || "[({".indexOf(text().charAt(text().length() - 1)) >= 0;
    }

    /** Blanks before the line; a tab is four. */
    int indent() {
        return indent(line);
    }

    /** The blanks themselves. */
    String margin() {
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    /** The line without blanks around it. */
    String text() {
        return line.strip();
    }

    /** All of its lines. */
    void write(List<String> to) {
        to.addAll(above);
        to.add(line);
        children.forEach(child -> child.write(to));
        to.addAll(tail);
    }

    /** The same with another margin in place of the old one. */
    CodeNode shifted(String oldMargin, String newMargin) {
        return new CodeNode(
                above.stream().map(one -> shifted(one, oldMargin, newMargin)).toList(),
                shifted(line, oldMargin, newMargin),
                children.stream()
                        .map(child -> child.shifted(oldMargin, newMargin))
                        .toList(),
                tail.stream().map(last -> shifted(last, oldMargin, newMargin)).toList());
    }

    private static String shifted(String line, String oldMargin, String newMargin) {
        return line.isBlank() || !line.startsWith(oldMargin) ? line : newMargin + line.substring(oldMargin.length());
    }

    /** This line of the code as a snippet has it: what both have is as the code has it. */
    CodeNode updated(CodeNode change, List<CodeNode> newChildren) {
        boolean closed = change.tail.isEmpty() && (change.children.isEmpty() || children.isEmpty());
        return new CodeNode(
                aboveOf(change),
                change.text().equals(text()) ? line : change.line,
                newChildren,
                closed || same(tail, change.tail) ? tail : change.tail);
    }

    /** Its blank lines, with the snippet's comments where that has any. */
    private List<String> aboveOf(CodeNode change) {
        List<String> said = change.above.stream().filter(one -> !one.isBlank()).toList();
        if (said.isEmpty() || same(above, change.above)) {
            return above;
        }
        List<String> lines = new ArrayList<>();
        above.stream().takeWhile(String::isBlank).forEach(lines::add);
        lines.addAll(said);
        return lines;
    }

    private static boolean same(List<String> lines, List<String> others) {
        return stripped(lines).equals(stripped(others));
    }

    private static List<String> stripped(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
