package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.testkit.CompiledExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionsTest {
    @TempDir
    Path folder;

    /** Something with a name. */
    public interface Fruit extends Extension {}

    /** Found on the class path by its class. */
    public static final class Apple implements Fruit {}

    /** Has the name of the built-in one. */
    public static final class Impostor implements Fruit {
        @Override
        public String name() {
            return "pear";
        }
    }

    private static final class Pear implements Fruit {
        @Override
        public String name() {
            return "pear";
        }
    }

    @Test
    void those_built_in_come_before_those_of_the_class_path() throws IOException {
        assertThat(Extensions.names(known())).containsExactly("pear");
        try (CompiledExamples _ = services(Apple.class.getName())) {
            List<Fruit> known = known();
            assertThat(Extensions.names(known)).containsExactly("pear", Apple.class.getName());
            assertThat(Extensions.named(Apple.class.getName(), known)).containsInstanceOf(Apple.class);
            assertThat(Extensions.named("plum", known)).isEmpty();
        }
    }

    @Test
    void two_of_the_same_name_are_refused() throws IOException {
        try (CompiledExamples _ = services(Impostor.class.getName())) {
            assertThatThrownBy(ExtensionsTest::known)
                    .isInstanceOf(CodaException.class)
                    .hasMessage(
                            "two classes are called pear in a config, %s and %s; take one of them off the class "
                                    + "path",
                            Pear.class.getName(), Impostor.class.getName());
        }
    }

    @Test
    void a_class_that_is_not_there_is_named() throws IOException {
        try (CompiledExamples _ = services("com.example.Lost")) {
            assertThatThrownBy(ExtensionsTest::known)
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("an extension on the class path cannot be used: ")
                    .hasMessageContaining("com.example.Lost")
                    .hasMessageNotContaining("\n");
        }
    }

    private static List<Fruit> known() {
        return Extensions.known(Fruit.class, List.of(new Pear()));
    }

    private CompiledExamples services(String name) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Fruit.class.getName()), name);
        return CompiledExamples.onlyWith(folder);
    }
}
