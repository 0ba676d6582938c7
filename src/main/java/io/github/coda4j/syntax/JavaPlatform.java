package io.github.coda4j.syntax;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of {@code java.base} as they are where this runs; those of {@code java.lang} every text sees. */
final class JavaPlatform {
    /** Those that hardly any package has one of its own of. */
    private static final Set<String> COMMON = Set.of(
            "Boolean",
            "Double",
            "Float",
            "Integer",
            "Long",
            "Math",
            "Object",
            "Short",
            "StrictMath",
            "String",
            "System");

    private static final Map<String, Set<String>> FIELDS = new ConcurrentHashMap<>();
    private static final Map<String, Set<String>> METHODS = new ConcurrentHashMap<>();
    /** Those met so far; names of none are not kept, texts may have any number. */
    private static final Map<String, JavaType> TYPES = new ConcurrentHashMap<>();

    private JavaPlatform() {}

    /** Whether there is a type of this simple name. */
    static boolean hasType(String name) {
        return named(name).isPresent();
    }

    /**
     * A type of the platform, with all its supertypes.
     *
     * @param name with that of its package
     * @return empty when there is none of the name
     */
    static Optional<JavaType> type(String name) {
        Optional<JavaType> met = Optional.ofNullable(TYPES.get(name));
        if (met.isPresent() || !name.startsWith("java.")) {
            return met;
        }
        Optional<JavaType> type = known(name).map(JavaPlatform::typeOf);
        type.ifPresent(found -> TYPES.put(name, found));
        return type;
    }

    private static JavaType typeOf(Class<?> type) {
        Set<String> supertypes = new HashSet<>(Set.of(Object.class.getSimpleName()));
        addSupertypes(type, supertypes);
        boolean fixed = Modifier.isFinal(type.getModifiers());
        return new JavaType(type.getSimpleName(), 0, Optional.of(Set.copyOf(supertypes)), fixed);
    }

    private static void addSupertypes(Class<?> type, Set<String> names) {
        Stream.concat(Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()))
                .forEach(supertype -> {
                    names.add(supertype.getSimpleName());
                    addSupertypes(supertype, names);
                });
    }

    /** The names of the fields and types in a type; empty where the name may be that of another one. */
    static Optional<Set<String>> fields(String type) {
        return of(
                type,
                FIELDS,
                known -> Stream.concat(
                        Stream.concat(Arrays.stream(known.getFields()), Arrays.stream(known.getDeclaredFields()))
                                .map(Field::getName),
                        Arrays.stream(known.getDeclaredClasses()).map(Class::getSimpleName)));
    }

    /** The names of a type's methods; empty where the name may be that of another one. */
    static Optional<Set<String>> methods(String type) {
        return of(
                type,
                METHODS,
                known -> Stream.concat(Arrays.stream(known.getMethods()), Arrays.stream(known.getDeclaredMethods()))
                        .map(Method::getName));
    }

    private static Optional<Set<String>> of(
            String type, Map<String, Set<String>> cache, Function<Class<?>, Stream<String>> names) {
        if (!COMMON.contains(type)) {
            return Optional.empty();
        }
        return Optional.of(cache.computeIfAbsent(
                type, _ -> named(type).stream().flatMap(names).collect(Collectors.toUnmodifiableSet())));
    }

    private static Optional<Class<?>> named(String name) {
        return known("java.lang." + name);
    }

    private static Optional<Class<?>> known(String name) {
        return Optional.ofNullable(Class.forName(Object.class.getModule(), name));
    }
}
