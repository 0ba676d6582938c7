package io.github.coda4j.syntax;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeMap;

/**
 * Variables, and where their names alone stand for them (6.3). Those of patterns are visible in all of their member.
 */
final class JavaVisible {
    private final Set<String> everywhere;
    /** By the name, the ends of the ranges in which it is visible by their starts; those of one name are disjoint. */
    private final Map<String, TreeMap<Integer, Integer>> ranges = new HashMap<>();

    private JavaVisible(Set<String> everywhere) {
        this.everywhere = everywhere;
    }

    /** Those that are visible wherever one looks for them here. */
    static JavaVisible everywhere(Collection<String> names) {
        return new JavaVisible(Set.copyOf(names));
    }

    /** What a member or the head of a type declares, outside of the bodies in it. */
    static JavaVisible within(JavaNode member) {
        JavaVisible visible = new JavaVisible(new HashSet<>());
        visible.addDeclared(member, new TextRange(member.start(), member.end()));
        return visible;
    }

    boolean isEmpty() {
        return everywhere.isEmpty() && ranges.isEmpty();
    }

    /** Whether a name at a place stands for one of them. */
    boolean has(String name, int position) {
        if (everywhere.contains(name)) {
            return true;
        }
        TreeMap<Integer, Integer> own = ranges.get(name);
        Entry<Integer, Integer> last = own == null ? null : own.floorEntry(position);
        return last != null && position < last.getValue();
    }

    private void addDeclared(JavaNode node, TextRange around) {
        TextRange scope = JavaScopes.SCOPES.contains(node.kind()) ? new TextRange(node.start(), node.end()) : around;
        node.declared().forEach(name -> add(node, name, scope));
        for (JavaNode child : node.children()) {
            if (!JavaMembers.TYPES.contains(child.kind()) && !JavaMembers.BODIES.contains(child.kind())) {
                addDeclared(child, child.is("resource_specification") ? ofResources(node, child) : scope);
            }
        }
    }

    private void add(JavaNode declaration, JavaNode name, TextRange scope) {
        switch (declaration.kind()) {
            case "instanceof_expression", "type_pattern", "record_pattern_component" -> everywhere.add(name.text());
            case "variable_declarator", "resource" -> add(name.text(), name.start(), scope.end());
            case "enhanced_for_statement" ->
                declaration.child("body").ifPresent(body -> add(name.text(), body.start(), body.end()));
            default -> add(name.text(), scope.start(), scope.end());
        }
    }

    /** Within the range of another one of its name, which no compiler takes, a variable adds nothing. */
    private void add(String name, int start, int end) {
        TreeMap<Integer, Integer> own = ranges.computeIfAbsent(name, _ -> new TreeMap<>());
        Entry<Integer, Integer> before = own.floorEntry(start);
        if (before == null || before.getValue() < end) {
            own.put(start, end);
        }
    }

    private static TextRange ofResources(JavaNode statement, JavaNode resources) {
        int end = statement.child("body").map(JavaNode::end).orElse(resources.end());
        return new TextRange(resources.start(), end);
    }
}
