package io.github.coda4j.syntax;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A static type as far as one text shows it, without its arguments.
 *
 * @param name of the class, with dots where the text has some, or of the primitive type; that of an array's elements
 * @param dimensions 0 when it is no array
 * @param supertypes the simple names of all other types that a value of it has, empty when they are not all known;
 *     those of an array's elements
 * @param fixed whether no other class has it for a supertype; of an array's elements
 */
record JavaType(String name, int dimensions, Optional<Set<String>> supertypes, boolean fixed) {
    /** Nothing is known of it. */
    static final JavaType UNKNOWN = of("?");

    static final JavaType NULL = of("null");
    static final JavaType VOID = of("void");
    static final JavaType BOOLEAN = of("boolean");
    static final JavaType CHAR = of("char");
    static final JavaType INT = of("int");
    static final JavaType LONG = of("long");
    static final JavaType FLOAT = of("float");
    static final JavaType DOUBLE = of("double");

    private static final List<String> SMALL = List.of("byte", "short", "char", "int");
    /** Each takes the values of those before it. */
    private static final List<String> NUMBERS = List.of("int", "long", "float", "double");

    private static final Map<String, String> UNBOXED = Map.of(
            "Boolean", "boolean",
            "Character", "char",
            "Byte", "byte",
            "Short", "short",
            "Integer", "int",
            "Long", "long",
            "Float", "float",
            "Double", "double");
    private static final Set<String> OF_BOXES =
            Set.of("Object", "Number", "Comparable", "Serializable", "Constable", "ConstantDesc");
    private static final Set<String> OF_STRING =
            Set.of("Object", "CharSequence", "Comparable", "Serializable", "Constable", "ConstantDesc");
    private static final Set<String> OF_ARRAYS = Set.of("Object", "Cloneable", "Serializable");

    static final JavaType STRING = new JavaType("String", 0, Optional.of(OF_STRING), true);
    /** The final classes of {@code java.lang} that values are converted to and from. */
    static final Map<String, JavaType> FINAL = finals();

    private static Map<String, JavaType> finals() {
        Map<String, JavaType> finals = new HashMap<>();
        UNBOXED.keySet().forEach(box -> finals.put(box, new JavaType(box, 0, Optional.of(OF_BOXES), true)));
        finals.put("String", STRING);
        return Map.copyOf(finals);
    }

    /** The primitive type, or the class of which nothing more is known. */
    static JavaType of(String name) {
        return new JavaType(name, 0, Optional.empty(), false);
    }

    /** The type of arrays of it. */
    JavaType array(int more) {
        return known() && more > 0 ? new JavaType(name, dimensions + more, supertypes, fixed) : this;
    }

    /** The type of an array's elements. */
    JavaType element() {
        return dimensions > 0 ? new JavaType(name, dimensions - 1, supertypes, fixed) : UNKNOWN;
    }

    boolean known() {
        return !name.equals(UNKNOWN.name);
    }

    boolean is(JavaType other) {
        return name.equals(other.name) && dimensions == other.dimensions;
    }

    boolean numeric() {
        return dimensions == 0 && (SMALL.contains(name) || NUMBERS.contains(name));
    }

    /** What an operator makes of numbers of both types (5.6). */
    JavaType promoted(JavaType other) {
        int wider = Math.max(NUMBERS.indexOf(name), NUMBERS.indexOf(other.name));
        return of(NUMBERS.get(Math.max(0, wider)));
    }

    /** False when a value of it surely cannot be assigned to a variable of the other type (5.2). */
    boolean fits(JavaType target) {
        if (!known() || !target.known()) {
            return true;
        }
        if (is(VOID)) {
            return false;
        }
        if (is(NULL)) {
            return !target.primitive();
        }
        if (dimensions > 0 || target.dimensions > 0) {
            return fitsArrays(target);
        }
        if (target.primitive()) {
            String value = primitive() ? name : UNBOXED.getOrDefault(name, "");
            return widens(value, target.name);
        }
        return primitive() ? boxes(target) : fitsClass(target);
    }

    private boolean primitive() {
        return numeric() || is(BOOLEAN);
    }

    /** Constants may be narrowed among the small ones. */
    private static boolean widens(String value, String target) {
        if (SMALL.contains(value)) {
            return SMALL.contains(target) || NUMBERS.contains(target);
        }
        return value.equals(target) || NUMBERS.contains(value) && NUMBERS.indexOf(value) <= NUMBERS.indexOf(target);
    }

    private boolean boxes(JavaType target) {
        String unboxed = UNBOXED.get(target.name);
        if (unboxed == null) {
            return OF_BOXES.contains(target.simpleName());
        }
        return unboxed.equals(name) || SMALL.contains(name) && SMALL.contains(unboxed);
    }

    private boolean fitsArrays(JavaType target) {
        if (dimensions == 0) {
            return false;
        }
        if (target.dimensions == dimensions) {
            boolean elements = !primitiveElements() && !target.primitiveElements();
            return elements ? fitsClass(target) : name.equals(target.name);
        }
        boolean deeper = dimensions > target.dimensions;
        return deeper && OF_ARRAYS.contains(target.simpleName());
    }

    private boolean primitiveElements() {
        return new JavaType(name, 0, supertypes, fixed).primitive();
    }

    private boolean fitsClass(JavaType target) {
        if (name.equals(target.simpleName())) {
            return true;
        }
        boolean other =
                supertypes.filter(names -> !names.contains(target.simpleName())).isPresent();
        return !other && !target.fixed;
    }

    private String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
