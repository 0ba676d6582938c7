package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.Optional;
import java.util.Set;

/** Finds values that surely are of no type that is wanted where they are (5.2, 14.17, 15.26), and odd conditions. */
final class JavaValues {
    private static final Set<String> APART =
            Set.of("annotation", "marker_annotation", "import_declaration", "package_declaration");
    private static final Set<String> MEMBERS = Set.of(
            "method_declaration",
            "constructor_declaration",
            "compact_constructor_declaration",
            "static_initializer",
            "field_declaration",
            "constant_declaration",
            "enum_constant");
    private static final Set<String> VARIABLES =
            Set.of("field_declaration", "constant_declaration", "local_variable_declaration");
    private static final Set<String> CONDITIONAL =
            Set.of("if_statement", "while_statement", "do_statement", "for_statement", "ternary_expression");

    private final JavaFaults faults;
    private final JavaTypeNames types;
    private final JavaVariables variables;
    private final JavaExpressions expressions;
    /** What a return statement has to give. */
    private JavaType result = JavaType.UNKNOWN;

    JavaValues(JavaFaults faults, JavaNode root) {
        this.faults = faults;
        this.types = new JavaTypeNames(root);
        this.variables = new JavaVariables(types);
        this.expressions = new JavaExpressions(types, variables);
    }

    void visit(JavaNode node) {
        if (APART.contains(node.kind())) {
            return;
        }
        int mark = variables.mark();
        JavaType outer = result;
        result = resultWithin(node);
        if (!node.is("enhanced_for_statement")) {
            variables.declare(node);
        }
        check(node);
        visitChildren(node);
        result = outer;
        boolean member = MEMBERS.contains(node.kind());
        if (member || node.is("record_declaration") || JavaScopes.SCOPES.contains(node.kind())) {
            variables.leave(mark);
        }
        if (member) {
            variables.leaveMember();
        }
    }

    private JavaType resultWithin(JavaNode node) {
        return switch (node.kind()) {
            case "method_declaration" -> types.ofDeclaration(node);
            case "constructor_declaration", "compact_constructor_declaration", "lambda_expression" -> JavaType.UNKNOWN;
            default -> JavaMembers.BODIES.contains(node.kind()) ? JavaType.UNKNOWN : result;
        };
    }

    private void visitChildren(JavaNode node) {
        int mark = variables.mark();
        for (JavaNode child : node.children()) {
            if (JavaMembers.BODIES.contains(child.kind())) {
                variables.enter(node, child);
                visit(child);
                variables.leave();
            } else if (VARIABLES.contains(node.kind()) && child.is("variable_declarator")) {
                visitDeclarator(node, child);
            } else {
                if (node.is("enhanced_for_statement") && child.in("body")) {
                    variables.declare(node);
                }
                visit(child);
            }
            if (node.is("try_with_resources_statement") && child.in("body")) {
                variables.leave(mark);
            }
        }
    }

    private void check(JavaNode node) {
        switch (node.kind()) {
            case "return_statement" -> {
                if (!result.is(JavaType.VOID)) {
                    node.children().forEach(value -> check(value, result));
                }
            }
            case "assignment_expression" -> {
                if (JavaExpressions.operator(node).equals("=")) {
                    checkAssigned(node);
                }
            }
            case "unary_expression" -> {
                if (node.source().charAt(node.start()) == '!') {
                    checkCondition(node.child("operand"));
                }
            }
            case "binary_expression" -> {
                String operator = JavaExpressions.operator(node);
                if (operator.equals("&&") || operator.equals("||")) {
                    checkCondition(node.child("left"));
                    checkCondition(node.child("right"));
                }
            }
            default -> {
                if (CONDITIONAL.contains(node.kind())) {
                    checkCondition(node.child("condition"));
                }
            }
        }
    }

    private void visitDeclarator(JavaNode declaration, JavaNode declarator) {
        JavaType type = variables.ofDeclarator(declaration, declarator);
        if (declaration.is("local_variable_declaration")) {
            declarator.declared().forEach(name -> variables.declare(name, type));
        }
        declarator.child("value").ifPresent(value -> {
            if (value.is("array_initializer") && type.known() && type.dimensions() == 0) {
                faults.add(Kind.INCOMPATIBLE_TYPE, value);
            } else {
                check(value, type);
            }
        });
        visit(declarator);
    }

    private void checkAssigned(JavaNode assignment) {
        JavaNode left = assignment.children().getFirst();
        Optional<JavaNode> right = assignment.child("right");
        if (right.isPresent() && (left.fieldOfThis().isPresent() || left.is("identifier"))) {
            check(right.get(), expressions.typeOf(left));
        }
    }

    private void checkCondition(Optional<JavaNode> condition) {
        condition.ifPresent(value -> check(value, JavaType.BOOLEAN));
    }

    private void check(JavaNode value, JavaType target) {
        if (target.known() && !expressions.typeOf(value).fits(target)) {
            faults.add(Kind.INCOMPATIBLE_TYPE, value);
        }
    }
}
