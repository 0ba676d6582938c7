package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds local variables and parameters in the scope of others of their name (6.4). Variables of patterns are left out.
 */
final class JavaScopes {
    /** Behind them the variables declared in them are out of scope. */
    static final Set<String> SCOPES = Set.of(
            "block",
            "constructor_body",
            "for_statement",
            "enhanced_for_statement",
            "while_statement",
            "do_statement",
            "if_statement",
            "labeled_statement",
            "catch_clause",
            "lambda_expression",
            "switch_block",
            "switch_rule");

    private static final Set<String> APART = Set.of(
            "class_body",
            "enum_body",
            "interface_body",
            "annotation_type_body",
            "method_declaration",
            "constructor_declaration",
            "compact_constructor_declaration",
            "record_declaration");
    private static final Set<String> MEMBERS = Set.of("field_declaration", "constant_declaration");
    private static final Set<String> PATTERNS =
            Set.of("instanceof_expression", "type_pattern", "record_pattern_component", "enum_constant");

    private final JavaFaults faults;

    JavaScopes(JavaFaults faults) {
        this.faults = faults;
    }

    void visit(JavaNode root) {
        for (JavaNode child : root.children()) {
            if (!child.is("local_variable_declaration")) {
                visit(child, new Locals());
            }
        }
    }

    private void visit(JavaNode node, Locals outer) {
        Locals locals = APART.contains(node.kind()) ? new Locals() : outer;
        int mark = locals.size();
        boolean loop = node.is("enhanced_for_statement");
        if (!loop) {
            declare(node, locals);
        }
        for (JavaNode child : node.children()) {
            if (loop && child.in("body")) {
                declare(node, locals);
            }
            if (MEMBERS.contains(node.kind()) && child.is("variable_declarator")) {
                child.children().forEach(part -> visit(part, new Locals()));
            } else {
                visit(child, locals);
            }
            if (node.is("try_with_resources_statement") && child.in("body")) {
                locals.leave(mark);
            }
        }
        if (SCOPES.contains(node.kind())) {
            locals.leave(mark);
        }
    }

    private void declare(JavaNode node, Locals locals) {
        if (!PATTERNS.contains(node.kind())) {
            for (JavaNode name : node.declared()) {
                String text = name.text();
                if (!text.equals("_") && !locals.enter(text)) {
                    faults.add(Kind.DUPLICATE_LOCAL, name);
                }
            }
        }
    }

    /** The variables in scope, in the order of their declarations. */
    private static final class Locals {
        private final List<String> names = new ArrayList<>();

        int size() {
            return names.size();
        }

        /** @return false when there is one of the name */
        boolean enter(String name) {
            boolean other = names.contains(name);
            names.add(name);
            return !other;
        }

        void leave(int mark) {
            names.subList(mark, names.size()).clear();
        }
    }
}
