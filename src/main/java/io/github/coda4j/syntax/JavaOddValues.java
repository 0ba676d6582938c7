package io.github.coda4j.syntax;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds values that are legal where they are and hardly ever there. Some leave out what is called as they are: a field
 * set to something without the parameter of its name, and a method without parameters that gives something without the
 * field it is named after. The others are {@code null} where a parameter of the wanted type stands ready: of a method
 * that does nothing but give it, and of a constructor's field.
 */
final class JavaOddValues {
    private static final List<String> PREFIXES = List.of("get", "is", "has");

    private final JavaFaults faults;

    JavaOddValues(JavaFaults faults) {
        this.faults = faults;
    }

    void visit(JavaNode root) {
        visit(root, Map.of(), Map.of());
    }

    /**
     * Looks at a node and what is below it.
     *
     * @param fields of the innermost type, with their types as they are written
     * @param parameters of the innermost method or constructor
     */
    private void visit(JavaNode node, Map<String, String> fields, Map<String, String> parameters) {
        Map<String, String> inner = parameters;
        switch (node.kind()) {
            case "assignment_expression" -> checkAssignment(node, fields, parameters);
            case "method_declaration" -> {
                inner = parametersOf(node);
                checkMethod(node, fields, inner);
            }
            case "constructor_declaration" -> inner = parametersOf(node);
            default -> {}
        }
        for (JavaNode child : node.children()) {
            if (JavaMembers.BODIES.contains(child.kind())) {
                visit(child, fieldsOf(node, child), Map.of());
            } else {
                visit(child, fields, inner);
            }
        }
    }

    private static Map<String, String> fieldsOf(JavaNode type, JavaNode body) {
        Map<String, String> fields = new HashMap<>();
        for (JavaNode member : JavaMembers.members(body)) {
            JavaMembers.fieldNames(List.of(member)).forEach(name -> fields.put(name.text(), written(member)));
        }
        if (type.is("record_declaration")) {
            fields.putAll(parametersOf(type));
        }
        return fields;
    }

    private static Map<String, String> parametersOf(JavaNode declaration) {
        Map<String, String> parameters = new HashMap<>();
        declaration.child("parameters").stream()
                .flatMap(list -> list.children().stream())
                .forEach(parameter -> addDeclared(parameter, written(parameter), parameters));
        return parameters;
    }

    private static void addDeclared(JavaNode node, String type, Map<String, String> parameters) {
        node.declared().forEach(name -> parameters.put(name.text(), type));
        node.children().forEach(child -> addDeclared(child, type, parameters));
    }

    /** The type of a declaration as it is written, empty where there is none. */
    private static String written(JavaNode declaration) {
        return declaration.child("type").map(JavaNode::text).orElse("");
    }

    private void checkAssignment(JavaNode assignment, Map<String, String> fields, Map<String, String> parameters) {
        Optional<JavaNode> field = assignment.child("left").flatMap(JavaNode::fieldOfThis);
        Optional<JavaNode> value = assignment.child("right");
        if (field.isPresent() && value.isPresent()) {
            String name = field.get().text();
            boolean leftOut = parameters.containsKey(name) && !uses(value.get(), name);
            if (leftOut || isEmpty(value.get(), fields.getOrDefault(name, ""), parameters)) {
                faults.odd(value.get());
            }
        }
    }

    private void checkMethod(JavaNode method, Map<String, String> fields, Map<String, String> parameters) {
        List<JavaNode> statements = method.child("body").map(JavaNode::children).orElse(List.of());
        Optional<String> field = method.child("name")
                .filter(_ -> parameters.isEmpty())
                .flatMap(name -> namesake(name.text(), fields.keySet()));
        if (statements.size() == 1 && statements.getFirst().is("return_statement")) {
            statements.getFirst().children().stream()
                    .filter(value ->
                            field.filter(name -> !mentions(value, name)).isPresent()
                                    || isEmpty(value, written(method), parameters))
                    .forEach(faults::odd);
        }
    }

    /** Whether a value is {@code null} where a parameter of its type might be. */
    private static boolean isEmpty(JavaNode value, String type, Map<String, String> parameters) {
        return value.is("null_literal") && !type.isEmpty() && parameters.containsValue(type);
    }

    /** Whether a name alone stands anywhere in a value for a variable. */
    private static boolean uses(JavaNode value, String name) {
        return value.any(node -> node.is("identifier")
                && !node.in("name")
                && !node.in("field")
                && node.text().equals(name));
    }

    /** The field that a method is named after. */
    private static Optional<String> namesake(String method, Set<String> fields) {
        if (fields.contains(method)) {
            return Optional.of(method);
        }
        return PREFIXES.stream()
                .filter(prefix -> method.startsWith(prefix) && method.length() > prefix.length())
                .map(prefix -> method.substring(prefix.length()))
                .map(rest -> Character.toLowerCase(rest.charAt(0)) + rest.substring(1))
                .filter(fields::contains)
                .findFirst();
    }

    /** Whether a name stands anywhere in a value, whatever it is of. */
    private static boolean mentions(JavaNode value, String name) {
        return value.any(node -> node.is("identifier") && node.text().equals(name));
    }
}
