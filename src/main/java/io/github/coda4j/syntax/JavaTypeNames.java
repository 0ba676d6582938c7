package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells what the types that a text writes are, where that is certain. */
final class JavaTypeNames {
    private static final Set<String> OF_ENUMS = Set.of("Object", "Enum", "Comparable", "Serializable", "Constable");
    private static final Set<String> OF_RECORDS = Set.of("Object", "Record");
    private static final Set<String> OF_OTHERS = Set.of("Object");

    /** The second one is Lombok's. */
    private static final Set<String> INFERRED = Set.of("var", "val");

    private final Map<String, Declared> declared = new HashMap<>();
    private final Set<String> imported = new HashSet<>();
    /** Imported ones that this platform has, by their simple names. */
    private final Map<String, JavaType> platform = new HashMap<>();
    /** Of any class or method. */
    private final Set<String> variables = new HashSet<>();

    private final JavaInterfaces interfaces;

    JavaTypeNames(JavaNode root) {
        interfaces = new JavaInterfaces(root);
        collect(root, root);
    }

    private void collect(JavaNode node, JavaNode parent) {
        switch (node.kind()) {
            case "type_parameter" ->
                node.all("type_identifier").stream().limit(1).forEach(name -> variables.add(name.text()));
            case "import_declaration" -> {
                JavaNode type = node.children().getFirst();
                type.child("name").ifPresent(name -> imported.add(name.text()));
                if (!node.has("asterisk") && !JavaNames.importsMember(node)) {
                    JavaPlatform.type(type.text()).ifPresent(known -> platform.put(known.name(), known));
                }
            }
            default -> {
                if (JavaMembers.TYPES.contains(node.kind())) {
                    node.child("name").ifPresent(name -> declare(name.text(), node, parent));
                }
            }
        }
        node.children().forEach(child -> collect(child, node));
    }

    private void declare(String name, JavaNode type, JavaNode around) {
        JavaType known = new JavaType(name, 0, supertypes(type), false);
        declared.merge(name, new Declared(known, around.start(), around.end()), (_, _) -> Declared.TWICE);
    }

    private static Optional<Set<String>> supertypes(JavaNode type) {
        if (JavaMembers.hasSupertypes(type) || type.is("annotation_type_declaration")) {
            return Optional.empty();
        }
        return Optional.of(
                switch (type.kind()) {
                    case "enum_declaration" -> OF_ENUMS;
                    case "record_declaration" -> OF_RECORDS;
                    default -> OF_OTHERS;
                });
    }

    /** All interfaces of a type that the text declares, as {@link JavaInterfaces#of}. */
    Optional<List<JavaNode>> interfaces(JavaNode type) {
        return interfaces.of(type);
    }

    /** The type of the variable or method that a node declares. */
    JavaType ofDeclaration(JavaNode declaration) {
        JavaType type = declaration.child("type").map(this::of).orElse(JavaType.UNKNOWN);
        return type.array(dimensions(declaration));
    }

    /** A type as it is written. */
    JavaType of(JavaNode type) {
        return switch (type.kind()) {
            case "integral_type", "floating_point_type", "boolean_type", "void_type" -> JavaType.of(type.text());
            case "type_identifier" -> named(type.text(), type.start());
            case "generic_type" -> of(type.children().getFirst());
            case "annotated_type" -> of(type.children().getLast());
            case "array_type" ->
                type.child("element").map(this::of).orElse(JavaType.UNKNOWN).array(dimensions(type));
            case "scoped_type_identifier" -> scoped(type);
            default -> JavaType.UNKNOWN;
        };
    }

    /** The number of pairs of brackets behind a name, an array's element type or in an array's creation. */
    static int dimensions(JavaNode node) {
        int dimensions = node.all("dimensions_expr").size();
        for (JavaNode brackets : node.all("dimensions")) {
            dimensions +=
                    (int) brackets.text().chars().filter(next -> next == ']').count();
        }
        return dimensions;
    }

    /** The type of the name where it is used. */
    JavaType named(String name, int position) {
        if (variables.contains(name) || INFERRED.contains(name)) {
            return JavaType.UNKNOWN;
        }
        Declared own = declared.get(name);
        if (own != null) {
            return own.from <= position && position < own.to ? own.type : JavaType.UNKNOWN;
        }
        if (platform.containsKey(name)) {
            return platform.get(name);
        }
        if (JavaType.FINAL.containsKey(name)) {
            return imported.contains(name) ? JavaType.UNKNOWN : JavaType.FINAL.get(name);
        }
        return JavaType.of(name);
    }

    private static JavaType scoped(JavaNode type) {
        List<String> names = new ArrayList<>();
        addNames(type, names);
        boolean converted = JavaType.FINAL.containsKey(names.getLast());
        return converted ? JavaType.UNKNOWN : JavaType.of(names.stream().collect(Collectors.joining(".")));
    }

    private static void addNames(JavaNode scoped, List<String> names) {
        for (JavaNode part : scoped.children()) {
            switch (part.kind()) {
                case "type_identifier" -> names.add(part.text());
                case "scoped_type_identifier", "generic_type" -> addNames(part, names);
                default -> {}
            }
        }
    }

    /** A type that the text declares, and where its name is visible. */
    private record Declared(JavaType type, int from, int to) {
        private static final Declared TWICE = new Declared(JavaType.UNKNOWN, 0, 0);
    }
}
