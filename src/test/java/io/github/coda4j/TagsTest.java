package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import io.github.coda4j.testkit.ProjectClasses;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code ./verify --fast} leaves out is tagged: tests that start processes, and tests that train. */
@Tag("slow")
class TagsTest {
    private static final JavaClasses TESTS = ProjectClasses.tests();

    @Test
    void every_class_that_starts_processes_has_a_test_with_the_tag() {
        Set<JavaClass> starting = starting();
        List<String> untagged = TESTS.stream()
                .filter(TagsTest::hasTests)
                .filter(test -> starting.contains(test)
                        || test.getDirectDependenciesFromSelf().stream()
                                .map(dependency -> dependency.getTargetClass())
                                .anyMatch(helper -> starting.contains(helper) && !hasTests(helper)))
                .filter(test -> !tags(test).contains("process"))
                .map(JavaClass::getSimpleName)
                .toList();
        assertThat(untagged).isEmpty();
        assertThat(starting).hasSizeGreaterThan(5);
    }

    @Test
    void no_tag_is_misspelt() {
        Set<String> known = new TreeSet<>();
        TESTS.stream().filter(TagsTest::hasTests).forEach(test -> known.addAll(tags(test)));
        assertThat(known).containsExactly("process", "slow", "training", "xla");
    }

    /** Classes that make a {@link ProcessBuilder}, nested ones counted with those around them. */
    private static Set<JavaClass> starting() {
        return TESTS.stream()
                .filter(c -> c.getConstructorCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(ProcessBuilder.class)))
                .map(c -> c.getEnclosingClass().orElse(c))
                .collect(Collectors.toSet());
    }

    private static boolean hasTests(JavaClass candidate) {
        return candidate.getSimpleName().endsWith("Test");
    }

    private static List<String> tags(JavaClass test) {
        Stream<String> ofMembers = test.getMembers().stream()
                .filter(member -> member.isAnnotatedWith(Tag.class))
                .map((JavaMember member) ->
                        member.getAnnotationOfType(Tag.class).value());
        Stream<String> own = test.tryGetAnnotationOfType(Tag.class).stream().map(Tag::value);
        return Stream.concat(own, ofMembers).toList();
    }
}
