package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects the mistakes in a Java text that parses for which every compiler refuses it, as far as one file alone shows
 * them: what may be legal is never among them.
 */
final class JavaFaults {
    /** Longer texts are not looked at. */
    static final int MAX_CHARS = 400_000;

    private final int most;
    private final List<JavaFault> found = new ArrayList<>();

    private JavaFaults(int most) {
        this.most = most;
    }

    /** The first ones, at most so many; a kind's are together. */
    static List<JavaFault> of(JavaNode root, int most) {
        JavaFaults faults = new JavaFaults(most);
        if (root.has("module_declaration")) {
            return List.of();
        }
        new JavaMembers(faults).visit(root);
        new JavaFlow(faults).visit(root);
        new JavaScopes(faults).visit(root);
        new JavaNames(faults, root).visit();
        return List.copyOf(faults.found);
    }

    void add(JavaFault.Kind kind, JavaNode at) {
        if (!full()) {
            found.add(new JavaFault(kind, at.start()));
        }
    }

    /** Whether no more are wanted. */
    boolean full() {
        return found.size() >= most;
    }
}
