package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds uses of members that nothing declares: fields picked from the name of a type in the same text (6.5.6.2),
 * methods called by their name alone (15.12.1), and both of well-known types of {@code java.lang}. A type with
 * supertypes may have any; a method that the text declares anywhere may be the one that is called by its name.
 */
final class JavaMemberUses {
    /** Those of every object, enum, and record. */
    private static final Set<String> OF_ALL = Set.of(
            "clone",
            "equals",
            "finalize",
            "getClass",
            "hashCode",
            "notify",
            "notifyAll",
            "toString",
            "wait",
            "values",
            "valueOf",
            "name",
            "ordinal",
            "compareTo",
            "getDeclaringClass",
            "describeConstable");

    private final JavaFaults faults;
    private final JavaNode root;
    private final Set<String> methods = new HashSet<>(OF_ALL);
    /** What is picked from types of the text; empty where that is not known. */
    private final Map<String, Optional<Set<String>>> members = new HashMap<>();
    /** Types from elsewhere, which are not those of {@code java.lang}. */
    private final Set<String> imported = new HashSet<>();

    private boolean anyMethod;

    JavaMemberUses(JavaFaults faults, JavaNode root) {
        this.faults = faults;
        this.root = root;
        // Lombok writes methods and fields, and a text without a class calls those of java.lang.IO.
        this.anyMethod = root.source().contains("lombok")
                || root.children().stream().anyMatch(child -> child.is("method_declaration"));
    }

    void visit() {
        collect(root);
        visit(root, JavaPlace.around(root, Set.of()));
    }

    private void collect(JavaNode node) {
        switch (node.kind()) {
            case "method_declaration", "annotation_type_element_declaration" ->
                node.child("name").ifPresent(name -> methods.add(name.text()));
            case "import_declaration" -> {
                boolean ofMembers = JavaNames.importsMember(node);
                anyMethod |= ofMembers && node.has("asterisk");
                node.children().getFirst().child("name").ifPresent(name -> {
                    imported.add(name.text());
                    if (ofMembers) {
                        methods.add(name.text());
                    }
                });
            }
            default -> {
                if (JavaMembers.TYPES.contains(node.kind())) {
                    node.child("name")
                            .ifPresent(name -> members.merge(name.text(), membersOf(node), (_, _) -> Optional.empty()));
                    node.child("parameters").stream()
                            .filter(_ -> node.is("record_declaration"))
                            .flatMap(components -> components.children().stream())
                            .flatMap(component -> component.declared().stream())
                            .forEach(component -> methods.add(component.text()));
                }
            }
        }
        node.children().forEach(this::collect);
    }

    private static Optional<Set<String>> membersOf(JavaNode type) {
        Optional<JavaNode> body = type.child("body");
        if (JavaMembers.hasSupertypes(type) || body.isEmpty() || type.source().contains("lombok")) {
            return Optional.empty();
        }
        List<JavaNode> all = JavaMembers.members(body.get());
        Set<String> names = new HashSet<>();
        JavaMembers.fieldNames(all).forEach(name -> names.add(name.text()));
        all.stream()
                .filter(member -> JavaMembers.TYPES.contains(member.kind()))
                .flatMap(member -> member.child("name").stream())
                .forEach(name -> names.add(name.text()));
        return Optional.of(names);
    }

    private void visit(JavaNode node, JavaPlace place) {
        switch (node.kind()) {
            case "method_invocation" -> checkCall(node, place);
            case "field_access" -> checkPick(node, place);
            default -> {}
        }
        node.children().forEach(child -> visit(child, place.within(node, child)));
    }

    private void checkCall(JavaNode call, JavaPlace place) {
        Optional<JavaNode> object = call.child("object");
        if (object.isPresent()) {
            object.filter(owner -> ofPlatform(owner, place))
                    .flatMap(owner -> JavaPlatform.methods(owner.text()))
                    .ifPresent(known -> checkName(call.child("name"), known, Kind.UNKNOWN_METHOD));
        } else if (!call.has("super") && !anyMethod && !place.implementing()) {
            checkName(
                    call.child("name").filter(name -> !JavaNames.CONTEXTUAL.contains(name.text())),
                    methods,
                    Kind.UNKNOWN_METHOD);
        }
    }

    private void checkPick(JavaNode access, JavaPlace place) {
        Optional<JavaNode> owner = access.child("object").filter(node -> node.is("identifier"));
        Optional<JavaNode> field = access.child("field").filter(node -> node.is("identifier"));
        if (owner.isPresent() && !place.declares(owner.get())) {
            String type = owner.get().text();
            Optional<Set<String>> known = ofPlatform(owner.get(), place)
                    ? JavaPlatform.fields(type)
                    : members.getOrDefault(type, Optional.empty());
            known.ifPresent(names -> checkName(field, names, Kind.UNKNOWN_NAME));
        }
    }

    /** Whether a name may only be that of a type that every text sees. */
    private boolean ofPlatform(JavaNode name, JavaPlace place) {
        return name.is("identifier")
                && !members.containsKey(name.text())
                && !imported.contains(name.text())
                && !place.declares(name);
    }

    private void checkName(Optional<JavaNode> name, Set<String> known, Kind kind) {
        name.filter(used -> !known.contains(used.text())).ifPresent(used -> faults.add(kind, used));
    }
}
