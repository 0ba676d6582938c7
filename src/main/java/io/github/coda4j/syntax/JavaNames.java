package io.github.coda4j.syntax;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds names that are used as variables and that nothing declares (6.5.6): nothing in the whole text, no static import
 * and no supertype. What begins with a small letter is taken for a variable, which no interface has but loggers and in
 * those called after their constants, and what has none for a constant; other names may be those of types.
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
    private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9_]+");
    private static final Pattern STATIC_IMPORT = Pattern.compile("import\\s+static\\s");

    private final JavaFaults faults;
    private final JavaNode root;
    private final Set<String> known = new HashSet<>();
    private boolean importsAny;

    JavaNames(JavaFaults faults, JavaNode root) {
        this.faults = faults;
        this.root = root;
    }

    void visit() {
        if (root.source().contains("lombok")) {
            known.addAll(LOGGERS);
        }
        collect(root);
        visit(root, Types.NONE);
    }

    private void collect(JavaNode node) {
        for (JavaNode name : node.declared()) {
            known.add(name.text());
        }
        switch (node.kind()) {
            case "type_identifier" -> known.add(node.text());
            case "import_declaration" -> {
                importsAny |= node.has("asterisk")
                        && STATIC_IMPORT.matcher(node.text()).lookingAt();
                node.children().getFirst().child("name").ifPresent(name -> known.add(name.text()));
            }
            default -> {
                if (JavaMembers.TYPES.contains(node.kind())) {
                    node.child("name").ifPresent(name -> known.add(name.text()));
                }
            }
        }
        node.children().forEach(this::collect);
    }

    private void visit(JavaNode node, Types types) {
        switch (node.kind()) {
            case "annotation",
                    "marker_annotation",
                    "import_declaration",
                    "package_declaration",
                    "template_expression" -> {}
            case "field_access", "method_invocation" -> visitAccess(node, types);
            case "switch_label" -> node.all("guard").forEach(guard -> visit(guard, types));
            case "method_reference" -> {
                JavaNode object = node.children().getFirst();
                if (object.is("identifier")) {
                    check(object, types, true);
                } else {
                    visitObject(object, types);
                }
            }
            default -> {
                for (JavaNode child : node.children()) {
                    if (child.is("identifier") && isExpression(node, child)) {
                        check(child, types, false);
                    }
                    visit(child, types.within(node, child));
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

    private void visitAccess(JavaNode access, Types types) {
        access.child("arguments").ifPresent(arguments -> visit(arguments, types));
        Optional<JavaNode> object = access.child("object");
        boolean named = object.filter(node -> node.is("identifier")).isPresent();
        boolean ofType = access.has("super")
                || access.has("this")
                || access.child("field")
                        .filter(field -> Character.isUpperCase(field.text().charAt(0)))
                        .isPresent();
        if (named && !ofType) {
            check(object.get(), types, true);
        } else if (access.is("field_access")) {
            visitObject(access, types);
        } else {
            object.ifPresent(node -> visitObject(node, types));
        }
    }

    /** Visits what something is picked from; dots between names only may be those of a package or type. */
    private void visitObject(JavaNode object, Types types) {
        if (object.is("field_access")) {
            JavaNode owner = object.children().getFirst();
            if (owner.is("this")) {
                object.child("field").ifPresent(name -> checkOwn(name, types));
            } else {
                visitObject(owner, types);
            }
        } else {
            visit(object, types);
        }
    }

    private void check(JavaNode identifier, Types types, boolean picked) {
        String name = identifier.text();
        boolean generatedType = picked && name.contains("_");
        boolean inheritedLogger = types.implementing && LOGGERS.contains(name);
        if (importsAny || known.contains(name) || CONTEXTUAL.contains(name) || generatedType || inheritedLogger) {
            return;
        }
        boolean unknown = Character.isLowerCase(name.charAt(0))
                ? !types.inherits
                : !picked && !types.implementing && CONSTANT.matcher(name).matches();
        if (unknown) {
            faults.add(Kind.UNKNOWN_NAME, identifier);
        }
    }

    private void checkOwn(JavaNode identifier, Types types) {
        String name = identifier.text();
        boolean logger = LOGGERS.contains(name) && known.contains(name);
        if (identifier.is("identifier")
                && Character.isLowerCase(name.charAt(0))
                && !logger
                && types.fields.filter(fields -> !fields.contains(name)).isPresent()) {
            faults.add(Kind.UNKNOWN_NAME, identifier);
        }
    }

    /**
     * The types around a place.
     *
     * @param inherits whether one extends another, whose fields are not known
     * @param implementing whether one has any supertype that is not known
     * @param fields those of the innermost one where all are known
     */
    private record Types(boolean inherits, boolean implementing, Optional<Set<String>> fields) {
        private static final Types NONE = new Types(false, false, Optional.empty());

        Types within(JavaNode type, JavaNode body) {
            return switch (type.kind()) {
                case "object_creation_expression" ->
                    body.is("class_body") ? new Types(true, true, Optional.empty()) : this;
                case "enum_constant" ->
                    body.is("class_body") ? new Types(inherits, implementing, Optional.empty()) : this;
                default -> JavaMembers.TYPES.contains(type.kind()) && body.in("body") ? ofType(type, body) : this;
            };
        }

        private Types ofType(JavaNode type, JavaNode body) {
            boolean extending = type.child("superclass").isPresent() || type.has("extends_interfaces");
            Optional<JavaNode> interfaces = type.child("interfaces");
            boolean constants =
                    interfaces.filter(list -> list.text().contains("Constants")).isPresent();
            boolean more = extending || interfaces.isPresent();
            boolean plain = type.is("class_declaration") || type.is("record_declaration");
            Optional<Set<String>> own = Optional.empty();
            if (plain && !extending) {
                Set<String> names = new HashSet<>();
                JavaMembers.fieldNames(JavaMembers.members(body)).forEach(name -> names.add(name.text()));
                type.child("parameters").ifPresent(components -> addDeclared(components, names));
                own = Optional.of(names);
            }
            return new Types(inherits || extending || constants, implementing || more, own);
        }

        private static void addDeclared(JavaNode node, Set<String> names) {
            node.declared().forEach(name -> names.add(name.text()));
            node.children().forEach(child -> addDeclared(child, names));
        }
    }
}
