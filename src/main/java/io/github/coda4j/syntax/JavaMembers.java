package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds what is wrong with the members of a type: constructors, final fields, doublets. */
final class JavaMembers {
    /** The nodes that have a body with members. */
    static final Set<String> TYPES = Set.of(
            "class_declaration",
            "enum_declaration",
            "record_declaration",
            "interface_declaration",
            "annotation_type_declaration");

    static final Set<String> BODIES = Set.of("class_body", "enum_body", "interface_body", "annotation_type_body");
    private static final Set<String> CODE =
            Set.of("method_declaration", "constructor_declaration", "block", "static_initializer");

    private static final Set<String> NO_TYPES = Set.of("modifiers", "marker_annotation", "annotation");

    private final JavaFaults faults;

    JavaMembers(JavaFaults faults) {
        this.faults = faults;
    }

    void visit(JavaNode node) {
        for (JavaNode child : node.children()) {
            if (BODIES.contains(child.kind())) {
                checkBody(node, members(child));
            }
            visit(child);
        }
    }

    /** Whether a type is declared with supertypes. */
    static boolean hasSupertypes(JavaNode type) {
        return type.child("superclass").isPresent()
                || type.child("interfaces").isPresent()
                || type.has("extends_interfaces");
    }

    /** The members in a type's body, an enum's constants too. */
    static List<JavaNode> members(JavaNode body) {
        return body.children().stream()
                .flatMap(member -> member.is("enum_body_declarations") ? member.children().stream() : Stream.of(member))
                .toList();
    }

    /** The names of the fields among members, of constants too. */
    static List<JavaNode> fieldNames(List<JavaNode> members) {
        return members.stream()
                .flatMap(member -> switch (member.kind()) {
                    case "field_declaration", "constant_declaration" -> member.all("variable_declarator").stream();
                    case "enum_constant" -> Stream.of(member);
                    default -> Stream.empty();
                })
                .flatMap(declarator -> declarator.declared().stream())
                .toList();
    }

    private void checkBody(JavaNode type, List<JavaNode> members) {
        List<JavaNode> constructors = members.stream()
                .filter(member -> member.is("constructor_declaration"))
                .toList();
        checkConstructors(type, members, constructors);
        checkDoublets(members);
        if (type.is("class_declaration") || type.is("enum_declaration")) {
            checkFinals(members);
        }
    }

    private void checkConstructors(JavaNode type, List<JavaNode> members, List<JavaNode> constructors) {
        Optional<String> name =
                type.child("name").filter(_ -> TYPES.contains(type.kind())).map(JavaNode::text);
        for (JavaNode member : members) {
            if (member.is("constructor_declaration") || member.is("compact_constructor_declaration")) {
                JavaNode own = member.child("name").orElse(member);
                if (!own.text().equals(name.orElse(""))) {
                    faults.add(Kind.CONSTRUCTOR_NAME, own);
                }
            }
        }
        for (JavaNode constructor : constructors) {
            for (JavaNode call : calls(constructor, "super")) {
                boolean plain =
                        type.is("class_declaration") && type.child("superclass").isEmpty();
                boolean arguments = call.child("arguments")
                        .filter(list -> !list.children().isEmpty())
                        .isPresent();
                boolean never = type.is("enum_declaration") || type.is("record_declaration");
                if (never || plain && arguments && call.child("object").isEmpty()) {
                    faults.add(Kind.SUPER_CALL, call);
                }
            }
        }
    }

    private static List<JavaNode> calls(JavaNode constructor, String of) {
        return constructor.child("body").stream()
                .flatMap(body -> body.all("explicit_constructor_invocation").stream())
                .filter(call -> call.has(of))
                .toList();
    }

    private void checkDoublets(List<JavaNode> members) {
        Set<String> fields = new HashSet<>();
        for (JavaNode name : fieldNames(members)) {
            if (!fields.add(name.text())) {
                faults.add(Kind.DUPLICATE_MEMBER, name);
            }
        }
        Set<String> signatures = new HashSet<>();
        for (JavaNode member : members) {
            boolean called = member.is("method_declaration") || member.is("constructor_declaration");
            if (called && !member.has("type_parameters") && !signatures.add(signature(member))) {
                faults.add(Kind.DUPLICATE_MEMBER, member);
            }
        }
    }

    private static String signature(JavaNode member) {
        return member.child("parameters").stream()
                .flatMap(list -> list.children().stream())
                .filter(parameter -> !parameter.is("receiver_parameter"))
                .map(JavaMembers::type)
                .collect(Collectors.joining(
                        ",",
                        member.is("constructor_declaration")
                                ? "new("
                                : member.child("name").map(JavaNode::text).orElse("") + "(",
                        ")"));
    }

    /** A parameter without its annotations, modifiers, name and blanks. */
    private static String type(JavaNode parameter) {
        StringBuilder type = new StringBuilder();
        int end = addType(parameter, parameter.start(), type);
        type.append(parameter.source(), end, parameter.end());
        return type.toString().replaceAll("\\s", "");
    }

    private static int addType(JavaNode node, int begin, StringBuilder type) {
        if (NO_TYPES.contains(node.kind()) || node.in("name")) {
            type.append(node.source(), begin, node.start());
            return node.end();
        }
        int end = begin;
        for (JavaNode child : node.children()) {
            end = addType(child, end, type);
        }
        return end;
    }

    private void checkFinals(List<JavaNode> members) {
        List<JavaNode> finals = members.stream()
                .filter(member -> member.is("field_declaration") && member.modified("final"))
                .toList();
        if (finals.isEmpty()) {
            return;
        }
        List<Assigning> assigning = members.stream()
                .filter(member -> CODE.contains(member.kind()))
                .map(member -> new Assigning(member, targets(member, false), targets(member, true)))
                .toList();
        for (JavaNode field : finals) {
            for (JavaNode declarator : field.all("variable_declarator")) {
                String name = declarator.child("name").map(JavaNode::text).orElse("");
                boolean blank = declarator.child("value").isEmpty();
                assigning.forEach(member -> checkAssigned(name, blank, member));
                if (blank && !field.modified("static")) {
                    checkBlank(name, assigning);
                }
            }
        }
    }

    /** Looks for assignments to a final field where there can be none. */
    private void checkAssigned(String name, boolean blank, Assigning member) {
        if (blank && !member.node.is("method_declaration")) {
            return;
        }
        for (Target target : member.own) {
            if (target.name.equals(name) && (target.ofThis || !blank && !member.node.declares(name))) {
                faults.add(Kind.REASSIGNED_FINAL, target.node);
            }
        }
    }

    /** Looks for constructors that do not assign a blank field, or twice, or from itself. */
    private void checkBlank(String name, List<Assigning> assigning) {
        boolean initialized = assigning.stream()
                .filter(member -> member.node.is("block"))
                .anyMatch(block -> block.all.stream().anyMatch(target -> target.name.equals(name)));
        for (Assigning member : assigning) {
            JavaNode node = member.node;
            Optional<JavaNode> body = node.child("body");
            if (!node.is("constructor_declaration")
                    || body.isEmpty()
                    || !calls(node, "this").isEmpty()) {
                continue;
            }
            boolean hidden =
                    node.child("parameters").filter(list -> list.declares(name)).isPresent();
            boolean assigned =
                    member.all.stream().anyMatch(target -> target.name.equals(name) && (target.ofThis || !hidden));
            if (!initialized && !assigned && ends(body.get())) {
                faults.add(Kind.UNASSIGNED_FINAL, node);
            }
            List<Target> direct = body.get().all("expression_statement").stream()
                    .flatMap(statement -> statement.all("assignment_expression").stream())
                    .flatMap(assignment -> target(assignment).stream())
                    .filter(target -> target.name.equals(name) && (target.ofThis || !node.declares(name)))
                    .toList();
            direct.stream().skip(1).forEach(target -> faults.add(Kind.REASSIGNED_FINAL, target.node));
            direct.stream()
                    .limit(1)
                    .flatMap(target -> target.node.child("right").stream())
                    .filter(value -> isOwn(value, name) || !node.declares(name) && reads(value, name))
                    .forEach(value -> faults.add(Kind.UNASSIGNED_FINAL, value));
        }
    }

    /** Whether a value is the field of this object. */
    private static boolean isOwn(JavaNode value, String name) {
        return value.fieldOfThis().filter(field -> field.text().equals(name)).isPresent();
    }

    /** Whether a value takes a variable by its name alone when it is computed. */
    private static boolean reads(JavaNode value, String name) {
        return switch (value.kind()) {
            case "identifier" ->
                !value.in("name") && !value.in("field") && value.text().equals(name);
            case "lambda_expression", "break_statement", "continue_statement" -> false;
            case "switch_label" -> value.all("guard").stream().anyMatch(guard -> reads(guard, name));
            case "labeled_statement" -> reads(value.children().getLast(), name);
            case "method_reference" -> reads(value.children().getFirst(), name);
            default ->
                value.children().stream()
                        .filter(child -> !BODIES.contains(child.kind()))
                        .anyMatch(child -> reads(child, name));
        };
    }

    /** Whether a constructor surely can end without an exception. */
    private static boolean ends(JavaNode body) {
        return JavaFlow.completes(body) || body.children().getLast().is("return_statement");
    }

    /** What is assigned somewhere in a node. */
    private static List<Target> targets(JavaNode node, boolean inClasses) {
        List<Target> targets = new ArrayList<>();
        addTargets(node, inClasses, targets);
        return targets;
    }

    private static void addTargets(JavaNode node, boolean inClasses, List<Target> targets) {
        target(node).ifPresent(targets::add);
        for (JavaNode child : node.children()) {
            if (inClasses || !BODIES.contains(child.kind())) {
                addTargets(child, inClasses, targets);
            }
        }
    }

    private static Optional<Target> target(JavaNode node) {
        Optional<JavaNode> left = switch (node.kind()) {
            case "assignment_expression" -> node.child("left");
            case "update_expression" -> node.children().stream().findFirst();
            default -> Optional.empty();
        };
        return left.flatMap(variable -> switch (variable.kind()) {
            case "identifier" -> Optional.of(new Target(variable.text(), false, node));
            default -> variable.fieldOfThis().map(name -> new Target(name.text(), true, node));
        });
    }

    /** A member with what it assigns, outside of classes in it and with them. */
    private record Assigning(JavaNode node, List<Target> own, List<Target> all) {}

    private record Target(String name, boolean ofThis, JavaNode node) {}
}
