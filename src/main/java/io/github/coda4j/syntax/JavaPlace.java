package io.github.coda4j.syntax;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known where a piece of a Java text stands.
 *
 * @param names the variables that the innermost type or member declares; around all, what is visible everywhere
 * @param outer what is around that
 * @param interfaces those of the text
 * @param inherits whether a type around it extends another, whose fields are not known
 * @param implementing whether one has any supertype that is not known
 * @param fields those of the innermost type where all are known
 */
record JavaPlace(
        JavaVisible names,
        Optional<JavaPlace> outer,
        JavaInterfaces interfaces,
        boolean inherits,
        boolean implementing,
        Optional<Set<String>> fields) {
    private static final Set<String> METHODS = Set.of("method_declaration", "constructor_declaration");

    /** The place around everything, with names that are visible everywhere. */
    static JavaPlace around(JavaNode root, Set<String> everywhere) {
        Set<String> names = new HashSet<>(everywhere);
        root.children().stream()
                .filter(child -> !METHODS.contains(child.kind()) && !JavaMembers.TYPES.contains(child.kind()))
                .forEach(child -> addDeclared(child, names));
        return new JavaPlace(
                JavaVisible.everywhere(names),
                Optional.empty(),
                new JavaInterfaces(root),
                false,
                false,
                Optional.empty());
    }

    /** Whether a name stands for a variable that is visible, or for what else may stand for one. */
    boolean declares(JavaNode name) {
        return declares(name.text(), name.start());
    }

    /** Whether a name would stand for one at a place in this one. */
    boolean declares(String name, int position) {
        return names.has(name, position)
                || outer.filter(place -> place.declares(name, position)).isPresent();
    }

    /** The place of a char when this is the one of a node around it. */
    JavaPlace at(JavaNode node, int position) {
        return node.children().stream()
                .filter(child -> child.start() <= position && position < child.end())
                .findFirst()
                .map(child -> within(node, child).at(child, position))
                .orElse(this);
    }

    /** The place of a child when this is its parent's. */
    JavaPlace within(JavaNode parent, JavaNode child) {
        boolean type = JavaMembers.TYPES.contains(parent.kind());
        if (type && child.in("body")) {
            return ofType(parent, child);
        }
        if (child.is("class_body")) {
            boolean constant = parent.is("enum_constant");
            return new JavaPlace(
                    JavaVisible.everywhere(fieldNames(child)),
                    Optional.of(this),
                    interfaces,
                    inherits || !constant,
                    implementing || !constant,
                    Optional.empty());
        }
        return isMember(parent, child) ? ofMember(child) : this;
    }

    private static boolean isMember(JavaNode parent, JavaNode child) {
        boolean body = JavaMembers.BODIES.contains(parent.kind()) || parent.is("enum_body_declarations");
        boolean member = body || parent.is("program") && METHODS.contains(child.kind());
        return member && !child.is("enum_body_declarations") && !JavaMembers.TYPES.contains(child.kind());
    }

    private JavaPlace ofMember(JavaNode member) {
        JavaVisible locals = JavaVisible.within(member);
        return locals.isEmpty()
                ? this
                : new JavaPlace(locals, Optional.of(this), interfaces, inherits, implementing, fields);
    }

    private JavaPlace ofType(JavaNode type, JavaNode body) {
        boolean unknown = interfaces.of(type).isEmpty();
        boolean extending = type.child("superclass").isPresent() || unknown && type.has("extends_interfaces");
        boolean constants = unknown
                && type.child("interfaces")
                        .filter(list -> list.text().contains("Constants"))
                        .isPresent();
        boolean plain = type.is("class_declaration") || type.is("record_declaration");
        Set<String> own = fieldNames(body);
        type.child("parameters").ifPresent(components -> addDeclared(components, own));
        return new JavaPlace(
                JavaVisible.everywhere(own),
                Optional.of(this),
                interfaces,
                inherits || extending || constants,
                implementing || extending || unknown,
                plain && !extending ? Optional.of(own) : Optional.empty());
    }

    private static Set<String> fieldNames(JavaNode body) {
        List<JavaNode> names = JavaMembers.fieldNames(JavaMembers.members(body));
        return new HashSet<>(names.stream().map(JavaNode::text).toList());
    }

    /** Adds what a node declares outside of the types in it. */
    private static void addDeclared(JavaNode node, Set<String> names) {
        node.declared().forEach(name -> names.add(name.text()));
        for (JavaNode child : node.children()) {
            if (!JavaMembers.TYPES.contains(child.kind()) && !JavaMembers.BODIES.contains(child.kind())) {
                addDeclared(child, names);
            }
        }
    }
}
