package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.treesitter.TSNode;
import org.treesitter.TSTreeCursor;

/**
 * A node of a Java text's tree, copied so that it can be walked often. There are no comments, and of the tokens without
 * a name of their own only the modifiers.
 *
 * @param source the whole text
 * @param kind as the grammar calls it
 * @param field of its parent, empty when it is in none
 * @param start index of its first char
 * @param end index behind its last char
 */
record JavaNode(String source, String kind, String field, int start, int end, List<JavaNode> children) {
    /** Deeper trees are not copied: walks through them take the stack. */
    private static final int MAX_DEPTH = 500;

    private static final Set<String> COMMENTS = Set.of("line_comment", "block_comment");
    private static final Set<String> LEAVES =
            Set.of("identifier", "type_identifier", "string_literal", "this", "super");

    /** @return empty when the tree is too deep */
    static Optional<JavaNode> of(String source, TSNode root) {
        try (TSTreeCursor cursor = new TSTreeCursor(root)) {
            Reader reader = new Reader(source, cursor);
            JavaNode node = reader.read(root, reader.symbol(root), "", 0);
            return reader.tooDeep ? Optional.empty() : Optional.of(node);
        }
    }

    boolean is(String kind) {
        return this.kind.equals(kind);
    }

    boolean in(String field) {
        return this.field.equals(field);
    }

    String text() {
        return source.substring(start, end);
    }

    /** The first child in a field. */
    Optional<JavaNode> child(String field) {
        for (JavaNode child : children) {
            if (child.in(field)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    /** The name of the field where this is one of {@code this}. */
    Optional<JavaNode> fieldOfThis() {
        return is("field_access")
                        && child("object").filter(object -> object.is("this")).isPresent()
                ? child("field")
                : Optional.empty();
    }

    /** The children of a kind. */
    List<JavaNode> all(String kind) {
        return children.stream().filter(child -> child.is(kind)).toList();
    }

    /** Whether there is a child of the kind. */
    boolean has(String kind) {
        return children.stream().anyMatch(child -> child.is(kind));
    }

    /** Whether this is a declaration with the modifier. */
    boolean modified(String modifier) {
        return children.stream().anyMatch(child -> child.is("modifiers") && child.has(modifier));
    }

    /** Whether it holds for this node or one below it. */
    boolean any(Predicate<JavaNode> condition) {
        if (condition.test(this)) {
            return true;
        }
        for (JavaNode child : children) {
            if (child.any(condition)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a variable of the name is declared by this node or one below it. */
    boolean declares(String name) {
        return any(
                node -> node.declared().stream().anyMatch(other -> other.text().equals(name)));
    }

    /** The names of the variables, constants and components that this very node declares. */
    List<JavaNode> declared() {
        return switch (kind) {
            case "variable_declarator",
                    "formal_parameter",
                    "catch_formal_parameter",
                    "resource",
                    "enhanced_for_statement",
                    "enum_constant",
                    "instanceof_expression" -> child("name").stream().toList();
            case "lambda_expression" ->
                child("parameters").filter(name -> name.is("identifier")).stream()
                        .toList();
            case "switch_label" ->
                all("lambda_expression").stream()
                        .flatMap(label -> label.children.getLast().ofNextLambda().stream())
                        .toList();
            case "inferred_parameters", "type_pattern", "record_pattern_component" -> all("identifier");
            default -> List.of();
        };
    }

    /** The grammar takes {@code case A -> name -> value} for a label {@code A -> name}: the parameter, maybe cast. */
    private Optional<JavaNode> ofNextLambda() {
        boolean wrapped = is("parenthesized_expression") && children.size() == 1 || is("cast_expression");
        return wrapped ? children.getLast().ofNextLambda() : Optional.of(this).filter(name -> name.is("identifier"));
    }

    private static final class Reader {
        private final String source;
        private final TSTreeCursor cursor;
        private final Map<Integer, Symbol> symbols = new HashMap<>();
        private final Map<Integer, String> fields = new HashMap<>();
        private boolean tooDeep;

        Reader(String source, TSTreeCursor cursor) {
            this.source = source;
            this.cursor = cursor;
        }

        JavaNode read(TSNode node, Symbol symbol, String field, int depth) {
            int start = SourceParser.charOf(node.getStartByte());
            int end = SourceParser.charOf(node.getEndByte());
            return new JavaNode(source, symbol.kind, field, start, end, children(symbol, depth));
        }

        private List<JavaNode> children(Symbol parent, int depth) {
            tooDeep |= depth == MAX_DEPTH;
            if (tooDeep || parent.leaf || !cursor.gotoFirstChild()) {
                return List.of();
            }
            boolean inModifiers = parent.kind.equals("modifiers");
            List<JavaNode> children = new ArrayList<>(4);
            do {
                TSNode node = cursor.currentNode();
                Symbol symbol = symbol(node);
                if (symbol.kept || inModifiers) {
                    children.add(read(node, symbol, field(), depth + 1));
                }
            } while (cursor.gotoNextSibling());
            cursor.gotoParent();
            return List.copyOf(children);
        }

        private Symbol symbol(TSNode node) {
            return symbols.computeIfAbsent(node.getSymbol(), _ -> Symbol.of(node));
        }

        private String field() {
            int id = cursor.currentFieldId();
            return id == 0 ? "" : fields.computeIfAbsent(id, _ -> cursor.currentFieldName());
        }

        /**
         * What is the same for all nodes of a kind.
         *
         * @param kept whether they are copied wherever they are
         * @param leaf whether they have no children
         */
        private record Symbol(String kind, boolean kept, boolean leaf) {
            static Symbol of(TSNode node) {
                String kind = node.getType();
                boolean named = node.isNamed();
                return new Symbol(kind, named && !COMMENTS.contains(kind), !named || LEAVES.contains(kind));
            }
        }
    }
}
