package io.github.coda4j.syntax;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tells which types of a text have all their interfaces in the text too, so that nothing comes from elsewhere. */
final class JavaInterfaces {
    /** By name; empty where two have it. */
    private final Map<String, Optional<Declared>> declared = new HashMap<>();

    private final Map<JavaNode, Optional<List<JavaNode>>> known = new IdentityHashMap<>();

    /**
     * An interface that the text declares.
     *
     * @param from where its name is visible
     * @param to the end of that
     */
    private record Declared(JavaNode node, int from, int to) {}

    JavaInterfaces(JavaNode root) {
        collect(root, root);
    }

    private void collect(JavaNode node, JavaNode around) {
        if (node.is("interface_declaration")) {
            node.child("name")
                    .ifPresent(name -> declare(name.text(), new Declared(node, around.start(), around.end())));
        }
        node.children().forEach(child -> collect(child, node));
    }

    private void declare(String name, Declared own) {
        declared.merge(name, Optional.of(own), (_, _) -> Optional.empty());
    }

    /**
     * The interfaces of a type and of those in turn, superclasses left out.
     *
     * @return empty when one of them is not in the text
     */
    Optional<List<JavaNode>> of(JavaNode type) {
        Optional<List<JavaNode>> met = known.get(type);
        if (met == null) {
            met = find(type);
            known.put(type, met);
        }
        return met;
    }

    private Optional<List<JavaNode>> find(JavaNode type) {
        Set<JavaNode> all = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<JavaNode> open = new ArrayDeque<>(List.of(type));
        while (!open.isEmpty()) {
            for (JavaNode written : written(open.removeLast())) {
                Optional<JavaNode> found = named(written);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                if (all.add(found.get())) {
                    open.add(found.get());
                }
            }
        }
        return Optional.of(List.copyOf(all));
    }

    private static List<JavaNode> written(JavaNode type) {
        return Stream.concat(type.all("super_interfaces").stream(), type.all("extends_interfaces").stream())
                .flatMap(list -> list.all("type_list").stream())
                .flatMap(list -> list.children().stream())
                .toList();
    }

    private Optional<JavaNode> named(JavaNode written) {
        JavaNode name = written.is("generic_type") ? written.children().getFirst() : written;
        return name.is("type_identifier")
                ? declared.getOrDefault(name.text(), Optional.empty())
                        .filter(own -> own.from <= name.start() && name.start() < own.to)
                        .map(Declared::node)
                : Optional.empty();
    }
}
