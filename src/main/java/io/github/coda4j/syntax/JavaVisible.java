package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Variables, and where their names alone stand for them (6.3). Those of patterns are visible in all of their member.
 */
final class JavaVisible {
    private static final TextRange EVERYWHERE = new TextRange(0, Integer.MAX_VALUE);

    private final TextRange all;
    private final Map<String, List<TextRange>> ranges = new HashMap<>();

    private JavaVisible(TextRange all) {
        this.all = all;
    }

    /** Those that are visible wherever one looks for them here. */
    static JavaVisible everywhere(Collection<String> names) {
        JavaVisible visible = new JavaVisible(EVERYWHERE);
        names.forEach(name -> visible.add(name, EVERYWHERE));
        return visible;
    }

    /** What a member or the head of a type declares, outside of the bodies in it. */
    static JavaVisible within(JavaNode member) {
        JavaVisible visible = new JavaVisible(new TextRange(member.start(), member.end()));
        visible.addDeclared(member, visible.all);
        return visible;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Whether a name at a place stands for one of them. */
    boolean has(String name, int position) {
        return ranges.getOrDefault(name, List.of()).stream()
                .anyMatch(range -> range.start() <= position && position < range.end());
    }

    private void add(String name, TextRange range) {
        ranges.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(range);
    }

    private void addDeclared(JavaNode node, TextRange around) {
        TextRange scope = JavaScopes.SCOPES.contains(node.kind()) ? new TextRange(node.start(), node.end()) : around;
        for (JavaNode name : node.declared()) {
            add(name.text(), range(node, name, scope));
        }
        for (JavaNode child : node.children()) {
            if (!JavaMembers.TYPES.contains(child.kind()) && !JavaMembers.BODIES.contains(child.kind())) {
                addDeclared(child, child.is("resource_specification") ? ofResources(node, child) : scope);
            }
        }
    }

    private TextRange range(JavaNode declaration, JavaNode name, TextRange scope) {
        return switch (declaration.kind()) {
            case "variable_declarator", "resource" -> new TextRange(name.start(), scope.end());
            case "enhanced_for_statement" ->
                declaration
                        .child("body")
                        .map(body -> new TextRange(body.start(), body.end()))
                        .orElse(scope);
            case "instanceof_expression", "type_pattern", "record_pattern_component" -> all;
            default -> scope;
        };
    }

    private static TextRange ofResources(JavaNode statement, JavaNode resources) {
        int end = statement.child("body").map(JavaNode::end).orElse(resources.end());
        return new TextRange(resources.start(), end);
    }
}
