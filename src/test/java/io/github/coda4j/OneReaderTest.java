package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import io.github.coda4j.testkit.ProjectClasses;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * JSON, YAML and text files are read in {@code files}: strictly, without a byte order mark, and with one way to say
 * what is wrong. Other rooms that parse or decode for themselves would do it another way.
 */
@Tag("slow")
class OneReaderTest {
    private static final Set<String> PARSERS = Set.of("createParser", "readTree", "readValue", "readerFor");
    private static final Set<String> TEXTS = Set.of("readString", "readAllLines", "newBufferedReader", "lines");
    /** A file of the system, in ASCII. */
    private static final Set<String> OF_THE_SYSTEM = Set.of("ProcessMemory");

    private static final JavaClasses CLASSES = ProjectClasses.main();

    private static List<String> callsOutside(String owner, Set<String> methods) {
        return CLASSES.stream()
                .filter(user -> !user.getPackageName().equals("io.github.coda4j.files")
                        && !OF_THE_SYSTEM.contains(user.getSimpleName()))
                .flatMap(user -> user.getAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().getName().startsWith(owner)
                        && methods.contains(access.getTarget().getName()))
                .map(JavaAccess::getDescription)
                .toList();
    }

    @Test
    void json_and_yaml_are_parsed_in_one_room() {
        assertThat(callsOutside("com.fasterxml.jackson", PARSERS)).isEmpty();
        List<String> mappers = CLASSES.stream()
                .filter(user -> user.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency -> dependency
                                .getTargetClass()
                                .isAssignableTo("com.fasterxml.jackson.databind.ObjectMapper")))
                .map(JavaClass::getName)
                .toList();
        assertThat(mappers)
                .as("an ObjectMapper costs a third of a second of each start")
                .isEmpty();
    }

    @Test
    void text_is_decoded_in_one_room() {
        assertThat(callsOutside("java.nio.file.Files", TEXTS)).isEmpty();
    }
}
