package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The variables and methods in scope at the place that a walk through a text has come to, with their types. */
final class JavaVariables {
    /** Any class inherits them, beside others of their names. */
    private static final Set<String> OF_OBJECT =
            Set.of("toString", "equals", "hashCode", "getClass", "wait", "notify", "notifyAll", "clone", "finalize");

    private final JavaTypeNames types;
    /** Of the types around the place, the outermost first; what is around all comes before. */
    private final List<Level> levels = new ArrayList<>();

    JavaVariables(JavaTypeNames types) {
        this.types = types;
        levels.add(new Level(JavaType.UNKNOWN, true));
    }

    /** Enters a body of members. */
    void enter(JavaNode owner, JavaNode body) {
        boolean named = JavaMembers.TYPES.contains(owner.kind());
        JavaType self = named
                ? owner.child("name")
                        .map(name -> types.named(name.text(), name.start()))
                        .orElse(JavaType.UNKNOWN)
                : JavaType.UNKNOWN;
        Optional<List<JavaNode>> interfaces = types.interfaces(owner);
        boolean inherits = !named
                || owner.is("enum_declaration")
                || owner.child("superclass").isPresent()
                || interfaces.isEmpty();
        Level level = new Level(self, inherits);
        interfaces.ifPresent(all -> all.forEach(known -> known.child("body")
                .ifPresent(constants -> JavaMembers.members(constants).forEach(member -> addMember(level, member)))));
        owner.child("parameters")
                .ifPresent(components -> components.children().forEach(component -> {
                    for (JavaNode name : names(component)) {
                        add(level.fields, name.text(), ofParameter(component));
                        add(level.methods, name.text(), ofParameter(component));
                    }
                }));
        JavaMembers.members(body).forEach(member -> addMember(level, member));
        levels.add(level);
    }

    private void addMember(Level level, JavaNode member) {
        switch (member.kind()) {
            case "field_declaration", "constant_declaration" ->
                member.all("variable_declarator")
                        .forEach(declarator -> declarator
                                .declared()
                                .forEach(name -> add(level.fields, name.text(), ofDeclarator(member, declarator))));
            case "enum_constant" -> member.declared().forEach(name -> add(level.fields, name.text(), level.self));
            case "method_declaration" ->
                member.child("name").ifPresent(name -> add(level.methods, name.text(), types.ofDeclaration(member)));
            default -> {}
        }
    }

    private static void add(Map<String, JavaType> members, String name, JavaType type) {
        members.merge(name, type, (one, other) -> one.is(other) ? one : JavaType.UNKNOWN);
    }

    /** Leaves what was entered last. */
    void leave() {
        levels.removeLast();
    }

    /** The number of local variables in scope, for {@link #leave(int)}. */
    int mark() {
        return levels.getLast().locals.size();
    }

    /** Leaves the scope of the local variables declared since. */
    void leave(int mark) {
        List<Local> locals = levels.getLast().locals;
        locals.subList(mark, locals.size()).clear();
    }

    /** The pattern variables of a member go out of scope with it. */
    void leaveMember() {
        levels.getLast().patterns.clear();
    }

    /** The variables that a node itself declares come into scope. */
    void declare(JavaNode node) {
        switch (node.kind()) {
            case "formal_parameter", "spread_parameter" ->
                names(node).forEach(name -> declare(name, ofParameter(node)));
            case "catch_formal_parameter" -> node.declared().forEach(name -> declare(name, ofCaught(node)));
            case "resource", "enhanced_for_statement" ->
                node.declared().forEach(name -> declare(name, types.ofDeclaration(node)));
            case "lambda_expression", "inferred_parameters", "switch_label" ->
                node.declared().forEach(name -> declare(name, JavaType.UNKNOWN));
            case "instanceof_expression", "type_pattern", "record_pattern_component" ->
                node.declared().forEach(name -> levels.getLast().patterns.add(name.text()));
            default -> {}
        }
    }

    /** A local variable comes into scope. */
    void declare(JavaNode name, JavaType type) {
        levels.getLast().locals.add(new Local(name.text(), type));
    }

    JavaType ofDeclarator(JavaNode declaration, JavaNode declarator) {
        return types.ofDeclaration(declaration).array(JavaTypeNames.dimensions(declarator));
    }

    private static List<JavaNode> names(JavaNode parameter) {
        return parameter.is("spread_parameter")
                ? parameter.all("variable_declarator").stream()
                        .flatMap(declarator -> declarator.declared().stream())
                        .toList()
                : parameter.declared();
    }

    private JavaType ofParameter(JavaNode parameter) {
        if (!parameter.is("spread_parameter")) {
            return types.ofDeclaration(parameter);
        }
        return parameter.children().stream()
                .filter(part -> !part.is("modifiers"))
                .findFirst()
                .map(types::of)
                .orElse(JavaType.UNKNOWN)
                .array(1);
    }

    /** The first one, where there are several: all are exceptions. */
    private JavaType ofCaught(JavaNode parameter) {
        return parameter.all("catch_type").stream()
                .flatMap(list -> list.children().stream())
                .findFirst()
                .map(types::of)
                .orElse(JavaType.UNKNOWN);
    }

    /** The type of the variable that a name stands for. */
    JavaType variable(String name) {
        for (int index = levels.size() - 1; index >= 0; index--) {
            Level level = levels.get(index);
            if (level.patterns.contains(name)) {
                return JavaType.UNKNOWN;
            }
            for (Local local : level.locals.reversed()) {
                if (local.name.equals(name)) {
                    return local.type;
                }
            }
            if (level.inherits || level.fields.containsKey(name)) {
                return level.fields.getOrDefault(name, JavaType.UNKNOWN);
            }
        }
        return JavaType.UNKNOWN;
    }

    /** The type of the field of this object. */
    JavaType field(String name) {
        return levels.getLast().fields.getOrDefault(name, JavaType.UNKNOWN);
    }

    /** The result of the methods of that name that a call of it may mean; unknown when they differ. */
    JavaType method(String name) {
        for (int index = levels.size() - 1; index >= 0; index--) {
            Level level = levels.get(index);
            if (level.inherits || OF_OBJECT.contains(name)) {
                return JavaType.UNKNOWN;
            }
            if (level.methods.containsKey(name)) {
                return level.methods.get(name);
            }
        }
        return JavaType.UNKNOWN;
    }

    /** The type of this object. */
    JavaType self() {
        return levels.getLast().self;
    }

    private record Local(String name, JavaType type) {}

    /**
     * One of the types around a place, and the local variables in scope of the member of it that is around the place.
     */
    private static final class Level {
        private final JavaType self;
        /** Whether it has more than the text shows. */
        private final boolean inherits;

        private final Map<String, JavaType> fields = new HashMap<>();
        private final Map<String, JavaType> methods = new HashMap<>();
        private final List<Local> locals = new ArrayList<>();
        /** Those met so far in the member. */
        private final Set<String> patterns = new HashSet<>();

        Level(JavaType self, boolean inherits) {
            this.self = self;
            this.inherits = inherits;
        }
    }
}
