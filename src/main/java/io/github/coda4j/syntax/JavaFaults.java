package io.github.coda4j.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Collects the mistakes in a Java text that parses for which every compiler refuses it, as far as one file alone shows
 * them: what may be legal is never among them.
 */
final class JavaFaults {
    /** Longer texts are not looked at. */
    static final int MAX_CHARS = 400_000;

    private final int most;
    private final List<JavaFault> found = new ArrayList<>();
    private final List<JavaNode> doubts = new ArrayList<>();
    private final List<JavaNode> odd = new ArrayList<>();

    JavaFaults(int most) {
        this.most = most;
    }

    /** The first ones, at most so many; a kind's are together. */
    static List<JavaFault> of(JavaNode root, int most) {
        return List.copyOf(in(root, most).found);
    }

    /**
     * How many there are.
     *
     * @param most counting ends there
     * @param within where doubtful names and odd values are counted
     */
    static Faults count(JavaNode root, int most, List<TextRange> within) {
        JavaFaults faults = in(root, most);
        return new Faults(faults.found.size(), faults.doubtful(within), faults.odd(within));
    }

    private static JavaFaults in(JavaNode root, int most) {
        JavaFaults faults = new JavaFaults(most);
        if (!root.has("module_declaration")) {
            new JavaMembers(faults).visit(root);
            new JavaFlow(faults).visit(root);
            new JavaScopes(faults).visit(root);
            new JavaNames(faults, root).visit();
            new JavaMemberUses(faults, root).visit();
            new JavaValues(faults, root).visit(root);
            new JavaOddValues(faults).visit(root);
        }
        return faults;
    }

    void add(JavaFault.Kind kind, JavaNode at) {
        if (!full()) {
            found.add(new JavaFault(kind, at.start()));
        }
    }

    /** Adds a name that nothing declares but what may be inherited. */
    void doubt(JavaNode name) {
        doubts.add(name);
    }

    /** Adds a value that may be where it is and hardly ever is. */
    void odd(JavaNode value) {
        odd.add(value);
    }

    /** Whether no more are wanted. */
    private boolean full() {
        return found.size() >= most;
    }

    /** A name that is used elsewhere too is likely inherited. */
    private int doubtful(List<TextRange> within) {
        Set<String> elsewhere = doubts.stream()
                .filter(name -> !stands(name, within))
                .map(JavaNode::text)
                .collect(Collectors.toSet());
        return (int) doubts.stream()
                .filter(name -> stands(name, within) && !elsewhere.contains(name.text()))
                .count();
    }

    private int odd(List<TextRange> within) {
        return (int) odd.stream().filter(value -> stands(value, within)).count();
    }

    private static boolean stands(JavaNode name, List<TextRange> within) {
        return within.stream().anyMatch(range -> name.start() < range.end() && range.start() < name.end());
    }
}
