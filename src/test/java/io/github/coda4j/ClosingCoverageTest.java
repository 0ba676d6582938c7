package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.testkit.ClosingContract;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every closeable type of the project keeps {@link ClosingContract}, or says here why not. Streams are the JDK's and
 * pointers libtorch's business.
 */
@Tag("slow")
class ClosingCoverageTest {
    /** Closing twice throws, see ScopeTest; a pair that closes its tree. */
    private static final Set<String> OTHERS =
            Set.of("io.github.coda4j.tensor.Scope", "io.github.coda4j.syntax.HoledText$Tried");

    @Test
    void every_closeable_type_is_closed_twice_and_from_several_threads_in_a_test() throws Exception {
        Set<String> tested = new TreeSet<>();
        for (Class<?> test : classesBeside(ClosingCoverageTest.class)) {
            if (ClosingContract.class.isAssignableFrom(test) && test != ClosingContract.class) {
                Constructor<?> constructor = test.getDeclaredConstructor();
                constructor.setAccessible(true);
                ((ClosingContract) constructor.newInstance())
                        .cases()
                        .forEach(type -> tested.add(test.getPackageName() + "." + type.name()));
            }
        }
        Set<String> closeable = new TreeSet<>();
        for (Class<?> type : classesBeside(Closing.class)) {
            if (AutoCloseable.class.isAssignableFrom(type)
                    && !Modifier.isAbstract(type.getModifiers())
                    && !type.isAnonymousClass()
                    && !OutputStream.class.isAssignableFrom(type)
                    && !Pointer.class.isAssignableFrom(type)) {
                closeable.add(type.getName());
            }
        }
        assertThat(closeable).contains("io.github.coda4j.generate.CodaModel").containsAll(OTHERS);
        closeable.removeAll(tested);
        closeable.removeAll(OTHERS);
        assertThat(closeable).as("types that no room's ClosingContract lists").isEmpty();
    }

    /** The classes of the folder that the given one was compiled to. */
    private static List<Class<?>> classesBeside(Class<?> one) throws Exception {
        Path root =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('/', '.').replace('\\', '.');
                if (!name.endsWith("-info.class")) {
                    classes.add(Class.forName(
                            name.substring(0, name.length() - ".class".length()), false, one.getClassLoader()));
                }
            }
        }
        return classes;
    }
}
