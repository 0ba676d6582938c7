package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds names that are used as variables and that nothing declares where they stand (6.3, 6.5.6): nothing around them,
 * no static import and no supertype. Names that a supertype may declare are doubtful: ones that begin with a small
 * letter, which no interface has but loggers and in those called after their constants, only where a class extends
 * another. So are imported ones that otherwise are called: they are a method's. Where something is picked from a name,
 * one that begins with a capital letter may be that of a type, and nowhere else.
 */
final class JavaNames {
    /** Keywords at some places only: what the grammar takes for a variable may be something else. */
    static final Set<String> CONTEXTUAL = Set.of(
            "yield",
            "record",
            "var",
            "when",
            "sealed",
            "permits",
            "module",
            "open",
            "opens",
            "exports",
            "requires",
            "uses",
            "provides",
            "with",
            "to",
            "transitive",
            "non",
            "assert",
            "enum",
            "strictfp");

    private static final Set<String> LOGGERS = Set.of("log", "LOG", "logger", "LOGGER");
    private static final Pattern STATIC_IMPORT = Pattern.compile("import\\s+static\\s");

    private final JavaFaults faults;
    private final JavaNode root;
    /** What may stand for a variable anywhere: constants of interfaces. */
    private final Set<String> everywhere = new HashSet<>();

    /** What is imported from a type: variables, methods, types. */
    private final Set<String> imported = new HashSet<>();

    /** The names of anything but types, outside of comments. */
    private final Set<String> used = new HashSet<>();

    /** The methods called by their name alone. */
    private final Set<String> called = new HashSet<>();

    private final Set<String> types = new HashSet<>();

    private final Set<String> fields = new HashSet<>();
    private boolean importsAny;

    JavaNames(JavaFaults faults, JavaNode root) {
        this.faults = faults;
        this.root = root;
        if (root.source().contains("lombok")) {
            everywhere.addAll(LOGGERS);
        }
    }

    void visit() {
        collect(root);
        visit(root, JavaPlace.around(root, everywhere));
    }

    /**
     * What may stand for a variable in the place of a name.
     *
     * @param position index of the name's first char
     * @return empty when it stands for no variable there, or is no name alone
     */
    static Optional<Predicate<String>> at(JavaNode root, int position) {
        if (!isVariable(root, position)) {
            return Optional.empty();
        }
        JavaNames names = new JavaNames(new JavaFaults(0), root);
        names.collect(root);
        JavaPlace place = JavaPlace.around(root, names.everywhere).at(root, position);
        return Optional.of(name -> names.importsAny
                || place.declares(name, position)
                || names.imported.contains(name) && !names.called.contains(name)
                || place.implementing() && LOGGERS.contains(name)
                || inheritable(name, place) && names.used.contains(name) && !names.isType(name));
    }

    private static boolean isVariable(JavaNode node, int position) {
        for (JavaNode child : node.children()) {
            if (child.start() <= position && position < child.end()) {
                boolean name = child.is("identifier") && child.start() == position;
                boolean picked = child.in("object")
                        || node.is("method_reference")
                                && child == node.children().getFirst();
                return name ? picked || isExpression(node, child) : isVariable(child, position);
            }
        }
        return false;
    }

    private void collect(JavaNode node) {
        switch (node.kind()) {
            case "identifier" -> used.add(node.text());
            case "type_identifier" -> types.add(node.text());
            case "import_declaration" -> {
                boolean ofMembers = importsMember(node);
                importsAny |= node.has("asterisk") && ofMembers;
                Set<String> names = ofMembers ? imported : types;
                node.children().getFirst().child("name").ifPresent(name -> names.add(name.text()));
            }
            case "method_invocation" -> {
                if (node.child("object").isEmpty()) {
                    node.child("name").ifPresent(name -> called.add(name.text()));
                }
            }
            case "constant_declaration" -> addVariables(node, everywhere);
            case "field_declaration" -> addVariables(node, fields);
            default -> {
                if (JavaMembers.TYPES.contains(node.kind())) {
                    node.child("name").ifPresent(name -> types.add(name.text()));
                }
            }
        }
        node.children().forEach(this::collect);
    }

    /** Whether an import is one of static members. */
    static boolean importsMember(JavaNode declaration) {
        return STATIC_IMPORT.matcher(declaration.text()).lookingAt();
    }

    private static void addVariables(JavaNode declaration, Set<String> names) {
        JavaMembers.fieldNames(List.of(declaration)).forEach(name -> names.add(name.text()));
    }

    private void visit(JavaNode node, JavaPlace place) {
        switch (node.kind()) {
            case "annotation",
                    "marker_annotation",
                    "import_declaration",
                    "package_declaration",
                    "template_expression" -> {}
            case "field_access", "method_invocation" -> visitAccess(node, place);
            case "switch_label" -> node.all("guard").forEach(guard -> visit(guard, place));
            case "method_reference" -> {
                JavaNode object = node.children().getFirst();
                if (object.is("identifier")) {
                    check(object, place, true);
                } else {
                    visitObject(object, place);
                }
            }
            default -> {
                for (JavaNode child : node.children()) {
                    boolean keyword = node.is("expression_statement") && CONTEXTUAL.contains(child.text());
                    if (child.is("identifier") && isExpression(node, child) && !keyword) {
                        check(child, place, false);
                    }
                    visit(child, place.within(node, child));
                }
            }
        }
    }

    private static boolean isExpression(JavaNode parent, JavaNode child) {
        return switch (parent.kind()) {
            case "binary_expression",
                    "unary_expression",
                    "update_expression",
                    "ternary_expression",
                    "assignment_expression",
                    "parenthesized_expression",
                    "expression_statement",
                    "argument_list",
                    "array_access",
                    "array_initializer",
                    "dimensions_expr",
                    "return_statement",
                    "throw_statement",
                    "yield_statement",
                    "assert_statement",
                    "guard" -> true;
            case "variable_declarator", "cast_expression", "enhanced_for_statement" -> child.in("value");
            case "resource" -> child.in("value") || parent.children().size() == 1;
            case "instanceof_expression" -> child.in("left");
            case "lambda_expression" -> child.in("body");
            case "for_statement" -> child.in("init") || child.in("condition") || child.in("update");
            default -> false;
        };
    }

    private void visitAccess(JavaNode access, JavaPlace place) {
        access.child("arguments").ifPresent(arguments -> visit(arguments, place));
        Optional<JavaNode> object = access.child("object");
        boolean named = object.filter(node -> node.is("identifier")).isPresent();
        boolean ofType = access.has("super")
                || access.has("this")
                || access.child("field")
                        .filter(field -> Character.isUpperCase(field.text().charAt(0)))
                        .isPresent();
        if (named && !ofType) {
            check(object.get(), place, true);
        } else if (access.is("field_access")) {
            visitObject(access, place);
        } else {
            object.ifPresent(node -> visitObject(node, place));
        }
    }

    /** Visits what something is picked from; dots between names only may be those of a package or type. */
    private void visitObject(JavaNode object, JavaPlace place) {
        if (object.is("field_access")) {
            JavaNode owner = object.children().getFirst();
            if (owner.is("this")) {
                object.child("field").ifPresent(name -> checkOwn(name, place));
            } else {
                visitObject(owner, place);
            }
        } else {
            visit(object, place);
        }
    }

    private void check(JavaNode identifier, JavaPlace place, boolean picked) {
        String name = identifier.text();
        boolean ofType =
                picked && (types.contains(name) || !Character.isLowerCase(name.charAt(0)) || name.contains("_"));
        boolean inheritedLogger = place.implementing() && LOGGERS.contains(name);
        boolean keyword = picked && CONTEXTUAL.contains(name);
        if (importsAny || keyword || ofType || inheritedLogger || place.declares(identifier)) {
            return;
        }
        if (imported.contains(name)) {
            if (!picked && called.contains(name)) {
                faults.doubt(identifier);
            }
            return;
        }
        if (inheritable(name, place) && !isType(name)) {
            doubt(identifier);
        } else {
            faults.add(Kind.UNKNOWN_NAME, identifier);
        }
    }

    /** Whether a supertype that is not in the text may declare a variable of the name. */
    private static boolean inheritable(String name, JavaPlace place) {
        return Character.isLowerCase(name.charAt(0)) ? place.inherits() : place.implementing();
    }

    /** Whether a name is that of a type, and no constant could be called so. */
    private boolean isType(String name) {
        return Character.isUpperCase(name.charAt(0))
                && name.chars().anyMatch(Character::isLowerCase)
                && (types.contains(name) || JavaPlatform.hasType(name));
    }

    private void checkOwn(JavaNode identifier, JavaPlace place) {
        String name = identifier.text();
        boolean logger = LOGGERS.contains(name) && place.implementing() || everywhere.contains(name);
        if (!identifier.is("identifier") || !Character.isLowerCase(name.charAt(0)) || logger) {
            return;
        }
        if (place.fields().isEmpty()) {
            if (!importsAny && place.inherits() && !imported.contains(name) && !everywhere.contains(name)) {
                doubt(identifier);
            }
        } else if (!place.fields().get().contains(name)) {
            faults.add(Kind.UNKNOWN_NAME, identifier);
        }
    }

    /** The fields of other types in the text may be the ones inherited. */
    private void doubt(JavaNode identifier) {
        if (!fields.contains(identifier.text())) {
            faults.doubt(identifier);
        }
    }
}
