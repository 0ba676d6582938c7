package io.github.coda4j.syntax;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.treesitter.TSNode;
import org.treesitter.TSTree;
import org.treesitter.TSTreeCursor;

/** A parsed text. All positions are indexes of its chars. Not safe for use by several threads. */
public final class SyntaxTree implements AutoCloseable {
    private final Grammar grammar;
    private final NodeKinds kinds;
    private final String text;
    private final TSTree tree;
    private final Closing closing = new Closing();

    SyntaxTree(Grammar grammar, String text, TSTree tree) {
        this.grammar = grammar;
        this.kinds = NodeKinds.of(grammar);
        this.text = text;
        this.tree = tree;
    }

    /** The text. */
    public String text() {
        return text;
    }

    /** Whether the whole text follows the grammar. */
    public boolean errorFree() {
        return !tree.getRootNode().hasError();
    }

    /** Where it does not, from left to right; the outermost ones only. */
    public List<SyntaxError> errors() {
        List<SyntaxError> errors = new ArrayList<>();
        try (TSTreeCursor cursor = new TSTreeCursor(tree.getRootNode())) {
            do {
                TSNode node = cursor.currentNode();
                if (node.isError() || node.isMissing()) {
                    errors.add(new SyntaxError(range(node), node.isMissing()));
                } else if (node.hasError() && cursor.gotoFirstChild()) {
                    continue;
                }
                if (!next(cursor)) {
                    return errors;
                }
            } while (true);
        }
    }

    /**
     * The kinds of all nodes, single characters too, in the order in which a walk through the tree enters
     * ({@code <kind}) and leaves ({@code >kind}) them.
     */
    public List<String> trace() {
        List<String> trace = new ArrayList<>();
        try (TSTreeCursor cursor = new TSTreeCursor(tree.getRootNode())) {
            while (true) {
                String kind = cursor.currentNode().getType();
                trace.add("<" + kind);
                if (cursor.gotoFirstChild()) {
                    continue;
                }
                trace.add(">" + kind);
                while (!cursor.gotoNextSibling()) {
                    if (!cursor.gotoParent()) {
                        return trace;
                    }
                    trace.add(">" + cursor.currentNode().getType());
                }
            }
        }
    }

    /**
     * The lines above a place that say where it is.
     *
     * @param position index of a char, or the text's length
     */
    public Scope scope(int position) {
        check(
                0 <= position && position <= text.length(),
                "position %d is not in the text: 0 to %d",
                position,
                text.length());
        int line = Lines.start(text, position);
        List<TextRange> imports = new ArrayList<>();
        List<TextRange> signatures = new ArrayList<>();
        try (TSTreeCursor cursor = new TSTreeCursor(tree.getRootNode())) {
            addImports(cursor.currentNode(), line, imports);
            TSNode node = cursor.currentNode();
            int wrapped = -1;
            while (enter(cursor, position)) {
                TSNode inner = cursor.currentNode();
                String type = inner.getType();
                if (kinds.declarations().contains(type)) {
                    addSignature(inner, wrapped >= 0 ? wrapped : start(inner), position, line, signatures);
                } else if (kinds.declarations().contains(node.getType())) {
                    addImports(inner, line, imports);
                }
                wrapped = kinds.wrappers().contains(type) ? start(inner) : -1;
                node = inner;
            }
        }
        return new Scope(Lines.merged(imports), Lines.merged(signatures));
    }

    /**
     * Where the statement, member or declaration ends that {@code from} stands in, or that begins after the blanks and
     * comments there: the innermost one.
     *
     * @param limit the last place to look for it
     * @return empty when none ends behind {@code from} and at or before {@code limit}, or when it holds an error
     */
    public OptionalInt unitEnd(int from, int limit) {
        check(
                0 <= from && from <= limit && limit <= text.length(),
                "a part of the text needs 0 <= from <= limit <= %d, got %d and %d",
                text.length(),
                from,
                limit);
        int begin = from;
        while (true) {
            while (begin < limit && Character.isWhitespace(text.charAt(begin))) {
                begin++;
            }
            Optional<TSNode> unit = unitAt(begin);
            if (unit.isEmpty() || unit.get().hasError() || end(unit.get()) > limit || end(unit.get()) <= begin) {
                return OptionalInt.empty();
            }
            if (!introduces(unit.get())) {
                return OptionalInt.of(end(unit.get()));
            }
            begin = end(unit.get());
        }
    }

    private Optional<TSNode> unitAt(int position) {
        Optional<TSNode> unit = Optional.empty();
        try (TSTreeCursor cursor = new TSTreeCursor(tree.getRootNode())) {
            boolean inBody = true;
            while (enter(cursor, position)) {
                TSNode node = cursor.currentNode();
                String type = node.getType();
                boolean body = NodeKinds.BODIES.contains(type);
                if (inBody && !body && node.isNamed()) {
                    unit = Optional.of(node);
                }
                inBody = body || (inBody && NodeKinds.CONDITIONS.contains(type));
            }
        }
        return unit;
    }

    /** Whether it is only about what follows: a comment, a doc string, an attribute. */
    private static boolean introduces(TSNode unit) {
        boolean docString = unit.getType().equals("expression_statement")
                && unit.getNamedChildCount() == 1
                && unit.getNamedChild(0).getType().equals("string")
                && end(unit.getNamedChild(0)) == end(unit);
        return unit.isExtra() || docString || unit.getType().equals("attribute_item");
    }

    /**
     * How many mistakes there are. Only Java's rules are known: texts in other languages have none, nor do those that
     * are too long or nested too deeply. Says little where the text does not follow the grammar.
     *
     * @param most counting sure ones ends there
     * @param within the parts of the text in which doubtful names and odd values are counted
     */
    public Faults faults(int most, List<TextRange> within) {
        check(most >= 0, "the most faults must not be negative, got %d", most);
        return javaTree().map(root -> JavaFaults.count(root, most, within)).orElse(Faults.NONE);
    }

    List<JavaFault> javaFaults(int most) {
        return javaTree().map(root -> JavaFaults.of(root, most)).orElse(List.of());
    }

    /**
     * What may stand for a variable in the place of a name.
     *
     * @param position index of the name's first char
     * @return empty where no name stands for a variable, and where that is not known: it is for Java only
     */
    Optional<Predicate<String>> variables(int position) {
        return javaTree().flatMap(root -> JavaNames.at(root, position));
    }

    private Optional<JavaNode> javaTree() {
        return grammar == Grammar.JAVA && text.length() <= JavaFaults.MAX_CHARS
                ? JavaNode.of(text, tree.getRootNode())
                : Optional.empty();
    }

    /** Frees the tree. */
    @Override
    public void close() {
        closing.once(tree::close);
    }

    /** Adds the imports among a node's children, and among those that the preprocessor may leave out. */
    private void addImports(TSNode body, int line, List<TextRange> imports) {
        try (TSTreeCursor cursor = new TSTreeCursor(body)) {
            int depth = 0;
            if (!cursor.gotoFirstChild()) {
                return;
            }
            while (true) {
                TSNode node = cursor.currentNode();
                if (start(node) >= line) {
                    return;
                }
                if (kinds.imports().contains(node.getType())) {
                    addLines(start(node), Math.max(start(node), end(node) - 1), line, imports);
                }
                if (NodeKinds.CONDITIONS.contains(node.getType()) && cursor.gotoFirstChild()) {
                    depth++;
                    continue;
                }
                while (!cursor.gotoNextSibling()) {
                    if (depth-- == 0) {
                        return;
                    }
                    cursor.gotoParent();
                }
            }
        }
    }

    private void addSignature(TSNode declaration, int begin, int position, int line, List<TextRange> signatures) {
        TSNode body = declaration.getChildByFieldName("body");
        if (body == null || body.isNull() || start(body) > position) {
            return;
        }
        int last = start(body);
        if (last < text.length() && text.charAt(last) != '{') {
            do {
                last--;
            } while (last > begin && Character.isWhitespace(text.charAt(last)));
        }
        addLines(begin, last, line, signatures);
    }

    /** Adds the lines from the one of the first char to the one of the last, as far as they are above a line. */
    private void addLines(int first, int last, int line, List<TextRange> ranges) {
        int start = Lines.start(text, first);
        int end = Math.min(Lines.next(text, last), line);
        if (start < end) {
            ranges.add(new TextRange(start, end));
        }
    }

    /** Goes to the child that holds the char; false when there is none, and the cursor is of no use then. */
    private static boolean enter(TSTreeCursor cursor, int position) {
        return cursor.gotoFirstChildForByte(position * SourceParser.BYTES_PER_CHAR) >= 0
                && start(cursor.currentNode()) <= position;
    }

    /** Goes to the next node that is none of the current one's children. */
    private static boolean next(TSTreeCursor cursor) {
        while (!cursor.gotoNextSibling()) {
            if (!cursor.gotoParent()) {
                return false;
            }
        }
        return true;
    }

    private static TextRange range(TSNode node) {
        return new TextRange(start(node), end(node));
    }

    private static int start(TSNode node) {
        return SourceParser.charOf(node.getStartByte());
    }

    private static int end(TSNode node) {
        return SourceParser.charOf(node.getEndByte());
    }
}
