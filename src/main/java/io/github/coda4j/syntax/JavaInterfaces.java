package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells which types of a text have all their interfaces in the text too, so that nothing comes from elsewhere. */
final class JavaInterfaces {
    /** By name; empty where two have it. */
    private final Map<String, Optional<JavaNode>> declared = new HashMap<>();

    JavaInterfaces(JavaNode root) {
        collect(root);
    }

    private void collect(JavaNode node) {
        if (node.is("interface_declaration")) {
            node.child("name")
                    .ifPresent(name -> declared.merge(name.text(), Optional.of(node), (_, _) -> Optional.empty()));
        }
        node.children().forEach(this::collect);
    }

    /**
     * The interfaces of a type and of those in turn, superclasses left out.
     *
     * @return empty when one of them is not in the text
     */
    Optional<Set<JavaNode>> of(JavaNode type) {
        Set<JavaNode> all = new LinkedHashSet<>();
        return addOf(type, all) ? Optional.of(all) : Optional.empty();
    }

    private boolean addOf(JavaNode type, Set<JavaNode> all) {
        List<JavaNode> lists = new ArrayList<>(type.all("super_interfaces"));
        lists.addAll(type.all("extends_interfaces"));
        return lists.stream()
                .flatMap(list -> list.all("type_list").stream())
                .flatMap(list -> list.children().stream())
                .allMatch(written -> add(written, all));
    }

    private boolean add(JavaNode written, Set<JavaNode> all) {
        JavaNode name = written.is("generic_type") ? written.children().getFirst() : written;
        Optional<JavaNode> found =
                name.is("type_identifier") ? declared.getOrDefault(name.text(), Optional.empty()) : Optional.empty();
        return found.filter(own -> !all.add(own) || addOf(own, all)).isPresent();
    }
}
