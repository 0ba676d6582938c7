package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds statements that cannot be where they are: jumps, returns, what is behind them, what is no statement. */
final class JavaFlow {
    private static final Set<String> JUMPS =
            Set.of("return_statement", "throw_statement", "break_statement", "continue_statement", "yield_statement");
    private static final Set<String> LOOPS =
            Set.of("for_statement", "enhanced_for_statement", "while_statement", "do_statement");
    private static final Set<String> NO_STATEMENTS = Set.of(
            "binary_expression",
            "unary_expression",
            "ternary_expression",
            "cast_expression",
            "instanceof_expression",
            "parenthesized_expression",
            "lambda_expression",
            "method_reference",
            "field_access",
            "array_access",
            "array_creation_expression",
            "class_literal",
            "identifier",
            "this",
            "true",
            "false",
            "null_literal",
            "string_literal",
            "character_literal",
            "decimal_integer_literal",
            "hex_integer_literal",
            "octal_integer_literal",
            "binary_integer_literal",
            "decimal_floating_point_literal",
            "hex_floating_point_literal");
    /** What no constant expression holds (15.29). */
    private static final Set<String> VARIABLE = Set.of(
            "method_invocation",
            "object_creation_expression",
            "array_access",
            "assignment_expression",
            "update_expression",
            "instanceof_expression",
            "null_literal");

    private static final Set<String> SIMPLE = Set.of(
            "expression_statement",
            "local_variable_declaration",
            "assert_statement",
            "explicit_constructor_invocation",
            "enhanced_for_statement");
    private static final Set<String> PLAIN_LABELS =
            Set.of("decimal_integer_literal", "character_literal", "string_literal");

    private final JavaFaults faults;

    JavaFlow(JavaFaults faults) {
        this.faults = faults;
    }

    void visit(JavaNode root) {
        visit(root, Place.OUTSIDE);
    }

    /** @param place where the node's children are, when it is nothing that changes this */
    private void visit(JavaNode node, Place place) {
        if (node.is("method_declaration")) {
            checkEnd(node);
        }
        checkOrder(node);
        for (JavaNode child : node.children()) {
            check(child, node, place);
            visit(child, within(node, child, place));
        }
    }

    private static Place within(JavaNode parent, JavaNode child, Place place) {
        return switch (child.kind()) {
            case "method_declaration" -> new Place(isVoid(child) ? Result.NONE : Result.VALUE, false, false);
            case "constructor_declaration", "compact_constructor_declaration", "static_initializer" ->
                new Place(Result.NONE, false, false);
            case "block" ->
                parent.is("class_body") || parent.is("enum_body_declarations")
                        ? new Place(Result.NONE, false, false)
                        : place;
            case "lambda_expression" -> new Place(Result.ANY, false, false);
            case "field_declaration", "constant_declaration", "enum_constant" -> Place.OUTSIDE;
            case "switch_expression" -> new Place(place.result, place.inLoop, true);
            default -> LOOPS.contains(child.kind()) ? new Place(place.result, true, place.inSwitch) : place;
        };
    }

    private static boolean isVoid(JavaNode method) {
        return method.child("type").filter(type -> type.is("void_type")).isPresent();
    }

    private void check(JavaNode node, JavaNode parent, Place place) {
        boolean bare = node.children().isEmpty();
        switch (node.kind()) {
            case "return_statement" -> {
                if (place.result == (bare ? Result.VALUE : Result.NONE)) {
                    faults.add(Kind.RETURN_VALUE, node);
                }
            }
            case "break_statement" -> {
                if (bare && place.stray() && !place.inSwitch) {
                    faults.add(Kind.STRAY_JUMP, node);
                }
            }
            case "continue_statement" -> {
                if (bare && place.stray()) {
                    faults.add(Kind.STRAY_JUMP, node);
                }
            }
            case "expression_statement" -> {
                JavaNode expression = bare ? node : node.children().getFirst();
                boolean contextual = JavaNames.CONTEXTUAL.contains(expression.text());
                if (!parent.is("switch_rule") && NO_STATEMENTS.contains(expression.kind()) && !contextual) {
                    faults.add(Kind.NO_STATEMENT, node);
                }
            }
            default -> {}
        }
    }

    private void checkOrder(JavaNode node) {
        if (node.is("block") || node.is("constructor_body") || node.is("switch_block_statement_group")) {
            List<JavaNode> children = node.children();
            for (int index = 1; index < children.size(); index++) {
                JavaNode next = children.get(index);
                if (JUMPS.contains(children.get(index - 1).kind())
                        && !next.is("switch_label")
                        && !JavaMembers.TYPES.contains(next.kind())) {
                    faults.add(Kind.UNREACHABLE, next);
                }
            }
        }
    }

    private void checkEnd(JavaNode method) {
        Optional<JavaNode> body = method.child("body");
        if (!isVoid(method) && body.isPresent() && completes(body.get())) {
            faults.add(Kind.MISSING_RETURN, method);
        }
    }

    /** Whether a statement surely can complete normally (14.22); not when that is hard to say. */
    static boolean completes(JavaNode statement) {
        if (SIMPLE.contains(statement.kind())) {
            return !statement.has("switch_expression") || statement.is("enhanced_for_statement");
        }
        return switch (statement.kind()) {
            case "block", "constructor_body" ->
                statement.children().isEmpty() || completes(statement.children().getLast());
            case "if_statement" ->
                statement.child("alternative").isEmpty()
                        || completes(statement, "consequence")
                        || completes(statement, "alternative");
            case "while_statement", "for_statement" -> varies(statement);
            case "do_statement" -> completes(statement, "body") && varies(statement);
            case "synchronized_statement" -> completes(statement, "body");
            case "labeled_statement" -> completes(statement.children().getLast());
            case "try_statement", "try_with_resources_statement" -> completesTry(statement);
            case "switch_expression" -> completesSwitch(statement);
            default -> false;
        };
    }

    private static boolean completes(JavaNode statement, String field) {
        return statement.child(field).filter(JavaFlow::completes).isPresent();
    }

    private static boolean varies(JavaNode loop) {
        return loop.child("condition")
                .filter(condition -> condition.any(node -> VARIABLE.contains(node.kind())))
                .isPresent();
    }

    private static boolean completesTry(JavaNode statement) {
        boolean end = statement.all("finally_clause").stream()
                .allMatch(clause -> completes(clause.children().getLast()));
        return end
                && (completes(statement, "body")
                        || statement.all("catch_clause").stream().anyMatch(clause -> completes(clause, "body")));
    }

    /** Whether it is a plain one, by its constants, that no label says to take all other values. */
    private static boolean completesSwitch(JavaNode statement) {
        List<JavaNode> labels = statement.child("body").stream()
                .flatMap(body -> body.all("switch_block_statement_group").stream())
                .flatMap(group -> group.all("switch_label").stream())
                .toList();
        return !labels.isEmpty()
                && labels.stream()
                        .allMatch(label -> !label.children().isEmpty()
                                && label.children().stream()
                                        .allMatch(constant -> PLAIN_LABELS.contains(constant.kind())));
    }

    private enum Result {
        NONE,
        VALUE,
        ANY
    }

    /** @param result what a return statement has to give */
    private record Place(Result result, boolean inLoop, boolean inSwitch) {
        private static final Place OUTSIDE = new Place(Result.ANY, true, true);

        boolean stray() {
            return !inLoop;
        }
    }
}
