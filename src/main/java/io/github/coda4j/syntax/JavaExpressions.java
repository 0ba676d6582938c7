package io.github.coda4j.syntax;

import java.util.Optional;
import java.util.Set;

/** Tells the static types of expressions, where they are certain (15). */
final class JavaExpressions {
    private static final Set<String> TRUE_OR_FALSE = Set.of("==", "!=", "<", ">", "<=", ">=", "&&", "||");
    private static final Set<String> SHIFTS = Set.of("<<", ">>", ">>>");
    private static final Set<String> BITS = Set.of("&", "|", "^");
    private static final Set<String> INTEGRAL = Set.of("byte", "short", "char", "int", "long");

    private final JavaTypeNames types;
    private final JavaVariables variables;

    JavaExpressions(JavaTypeNames types, JavaVariables variables) {
        this.types = types;
        this.variables = variables;
    }

    JavaType typeOf(JavaNode expression) {
        return switch (expression.kind()) {
            case "decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal" ->
                ends(expression, 'l') ? JavaType.LONG : JavaType.INT;
            case "decimal_floating_point_literal", "hex_floating_point_literal" ->
                ends(expression, 'f') ? JavaType.FLOAT : JavaType.DOUBLE;
            case "character_literal" -> JavaType.CHAR;
            case "string_literal" -> JavaType.STRING;
            case "true", "false", "instanceof_expression" -> JavaType.BOOLEAN;
            case "null_literal" -> JavaType.NULL;
            case "class_literal" -> types.named("Class", expression.start());
            case "this" -> variables.self();
            case "identifier" -> variables.variable(expression.text());
            case "parenthesized_expression" ->
                expression.children().size() == 1 ? typeOf(expression.children().getFirst()) : JavaType.UNKNOWN;
            case "unary_expression" -> ofUnary(expression);
            case "update_expression" -> numeric(typeOf(expression.children().getFirst()));
            case "binary_expression" -> ofBinary(expression);
            case "ternary_expression" -> ofTernary(expression);
            case "assignment_expression" -> typeOf(expression, "left");
            case "cast_expression" -> ofCast(expression);
            case "object_creation_expression" -> ofCreation(expression);
            case "array_creation_expression" -> types.ofDeclaration(expression);
            case "array_access" -> typeOf(expression, "array").element();
            case "field_access" -> ofAccess(expression);
            case "method_invocation" -> ofCall(expression);
            default -> JavaType.UNKNOWN;
        };
    }

    /** What stands between two operands: the operator, unless there is a comment too. */
    static String operator(JavaNode binary) {
        Optional<JavaNode> left = binary.child("left");
        Optional<JavaNode> right = binary.child("right");
        return left.isPresent() && right.isPresent()
                ? binary.source()
                        .substring(left.get().end(), right.get().start())
                        .strip()
                : "";
    }

    private JavaType typeOf(JavaNode parent, String field) {
        return parent.child(field).map(this::typeOf).orElse(JavaType.UNKNOWN);
    }

    private static boolean ends(JavaNode literal, char suffix) {
        return Character.toLowerCase(literal.source().charAt(literal.end() - 1)) == suffix;
    }

    private static JavaType numeric(JavaType type) {
        return type.numeric() ? type : JavaType.UNKNOWN;
    }

    private JavaType ofUnary(JavaNode unary) {
        if (unary.source().charAt(unary.start()) == '!') {
            return JavaType.BOOLEAN;
        }
        JavaType operand = typeOf(unary, "operand");
        return operand.numeric() ? operand.promoted(operand) : JavaType.UNKNOWN;
    }

    private JavaType ofBinary(JavaNode binary) {
        String operator = operator(binary);
        if (TRUE_OR_FALSE.contains(operator)) {
            return JavaType.BOOLEAN;
        }
        JavaType left = typeOf(binary, "left");
        if (SHIFTS.contains(operator)) {
            return left.numeric() ? left.promoted(left) : JavaType.UNKNOWN;
        }
        JavaType right = typeOf(binary, "right");
        if (BITS.contains(operator)) {
            boolean bits = INTEGRAL.contains(left.name()) && INTEGRAL.contains(right.name());
            if (left.is(JavaType.BOOLEAN) && right.is(JavaType.BOOLEAN)) {
                return JavaType.BOOLEAN;
            }
            return bits ? left.promoted(right) : JavaType.UNKNOWN;
        }
        if (operator.equals("+") && (left.is(JavaType.STRING) || right.is(JavaType.STRING))) {
            return JavaType.STRING;
        }
        boolean arithmetic = operator.length() == 1 && "+-*/%".contains(operator);
        return arithmetic && left.numeric() && right.numeric() ? left.promoted(right) : JavaType.UNKNOWN;
    }

    private JavaType ofTernary(JavaNode ternary) {
        JavaType one = typeOf(ternary, "consequence");
        return one.known() && one.is(typeOf(ternary, "alternative")) ? one : JavaType.UNKNOWN;
    }

    private JavaType ofCast(JavaNode cast) {
        long written = cast.children().stream().filter(part -> part.in("type")).count();
        return written == 1 ? types.ofDeclaration(cast) : JavaType.UNKNOWN;
    }

    /** An inner class of another object may be one of those that its class inherits. */
    private JavaType ofCreation(JavaNode creation) {
        boolean inner = !creation.children().getFirst().in("type");
        return inner ? JavaType.UNKNOWN : types.ofDeclaration(creation);
    }

    private JavaType ofAccess(JavaNode access) {
        Optional<JavaNode> object = access.child("object");
        String field = access.child("field").map(JavaNode::text).orElse("");
        if (object.isEmpty() || access.has("super")) {
            return JavaType.UNKNOWN;
        }
        if (object.get().is("this")) {
            return variables.field(field);
        }
        boolean length = field.equals("length") && typeOf(object.get()).dimensions() > 0;
        return length ? JavaType.INT : JavaType.UNKNOWN;
    }

    private JavaType ofCall(JavaNode call) {
        boolean own = call.child("object").isEmpty() && !call.has("super");
        return own
                ? call.child("name").map(name -> variables.method(name.text())).orElse(JavaType.UNKNOWN)
                : JavaType.UNKNOWN;
    }
}
