package io.github.coda4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds what is built in and what lies on the class path. */
public final class Extensions {
    private Extensions() {}

    /**
     * All of one kind: those built in, then those that the context class loader of this thread finds.
     *
     * @throws CodaException when the class path names a class that cannot be used, or two have the same name
     */
    public static <E extends Extension> List<E> known(Class<E> kind, List<? extends E> builtIn) {
        List<E> all = new ArrayList<>(builtIn);
        try {
            for (E found : ServiceLoader.load(kind)) {
                named(found.name(), all).ifPresent(other -> {
                    throw CodaException.of(
                            "two classes are called %s in a config, %s and %s; take one of them off the class path",
                            found.name(),
                            other.getClass().getName(),
                            found.getClass().getName());
                });
                all.add(found);
            }
        } catch (ServiceConfigurationError e) {
            throw new CodaException("an extension on the class path cannot be used: " + reason(e), e);
        }
        return List.copyOf(all);
    }

    /** The one of that name. */
    public static <E extends Extension> Optional<E> named(String name, List<E> known) {
        return known.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /** All their names, in their order. */
    public static List<String> names(List<? extends Extension> known) {
        return known.stream().map(Extension::name).toList();
    }

    private static String reason(ServiceConfigurationError e) {
        return e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
    }
}
