package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.testkit.ProjectClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The walls between the rooms: what each package says in its {@link MayUse} is what its classes use. */
class FenceTest {
    private static final String ROOT = "io.github.coda4j";
    private static final JavaClasses CLASSES = ProjectClasses.main();
    private static final Set<String> ROOMS = CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(ROOT + "."))
            .map(name -> name.substring(ROOT.length() + 1))
            .collect(Collectors.toCollection(TreeSet::new));

    @Test
    void every_room_states_what_it_may_use() {
        for (String room : ROOMS) {
            assertThat(room(room).tryGetAnnotationOfType(MayUse.class))
                    .as("package-info of %s carries @MayUse", room)
                    .isPresent();
        }
        assertThat(ROOMS).contains("tensor", "model", "model.plan", "decode", "cli");
    }

    @Test
    void no_room_uses_what_its_fence_does_not_name() {
        List<String> breaches = new ArrayList<>();
        for (String room : ROOMS) {
            Set<String> allowed =
                    Set.of(room(room).getAnnotationOfType(MayUse.class).value());
            for (JavaClass user : room(room).getClasses()) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!mayUse(room, allowed, target)) {
                        breaches.add(dependency.getDescription());
                    }
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void rooms_form_no_cycle() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void only_the_command_line_prints_and_exits() {
        List<String> breaches = CLASSES.stream()
                .filter(c -> !c.getPackageName().startsWith(ROOT + ".cli"))
                .flatMap(c -> c.getAccessesFromSelf().stream())
                .filter(a -> a.getTargetOwner().isEquivalentTo(System.class)
                        && Set.of("exit", "out", "err").contains(a.getTarget().getName()))
                .map(Object::toString)
                .toList();
        assertThat(breaches).isEmpty();
    }

    @Test
    void every_single_type_of_a_fence_is_used() {
        List<String> idle = new ArrayList<>();
        for (String room : ROOMS) {
            for (String value : room(room).getAnnotationOfType(MayUse.class).value()) {
                boolean used = room(room).getClasses().stream()
                        .flatMap(user -> user.getDirectDependenciesFromSelf().stream())
                        .anyMatch(d -> nameOf(d.getTargetClass().getBaseComponentType())
                                .equals(value));
                if (isSingleType(value) && !used) {
                    idle.add(room + " names " + value);
                }
            }
        }
        assertThat(idle).isEmpty();
    }

    @Test
    void the_command_line_knows_of_tensors_only_device_and_dtype() {
        List<String> others = new ArrayList<>();
        for (String room : ROOMS) {
            if (room.equals("cli") || room.startsWith("cli.")) {
                for (String value : room(room).getAnnotationOfType(MayUse.class).value()) {
                    boolean tensors = value.equals("tensor") || value.startsWith("tensor.");
                    if (tensors && !Set.of("tensor.Device", "tensor.DType").contains(value)) {
                        others.add(room + " names " + value);
                    }
                }
            }
        }
        assertThat(others).isEmpty();
    }

    /** A format says everything about itself, so that a new one is a file; whom it is chosen by is another matter. */
    @Test
    void nobody_tells_quantized_formats_apart_but_the_command_that_makes_them() {
        Set<String> users = CLASSES.stream()
                .flatMap(c -> c.getFieldAccessesFromSelf().stream())
                .filter(a -> a.getTargetOwner().isEquivalentTo(WeightFormat.class)
                        && Set.of("INT8", "INT4").contains(a.getTarget().getName()))
                .map(a -> a.getOriginOwner().getSimpleName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(users).containsExactly("QuantizeCommand", "WeightFormat");
    }

    /** Values such as tensor.DType: a room, then a name that begins with a capital letter. */
    private static boolean isSingleType(String value) {
        int dot = value.lastIndexOf('.');
        return dot > 0 && ROOMS.contains(value.substring(0, dot)) && Character.isUpperCase(value.charAt(dot + 1));
    }

    /** The top-level class within the project, for example tensor.DType. */
    private static String nameOf(JavaClass target) {
        String name = target.getName().replaceFirst("\\$.*", "");
        return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
    }

    private static boolean mayUse(String room, Set<String> allowed, JavaClass used) {
        String target = used.getPackageName();
        if (target.isEmpty() || target.startsWith("java.") || target.startsWith("org.slf4j") || target.equals(ROOT)) {
            return true;
        }
        if (target.startsWith(ROOT + ".")) {
            String other = target.substring(ROOT.length() + 1);
            return other.equals(room) || allowed.contains(other) || allowed.contains(nameOf(used));
        }
        return allowed.stream()
                .filter(name -> !ROOMS.contains(name))
                .anyMatch(name -> target.equals(name) || target.startsWith(name + "."));
    }

    private static JavaPackage room(String room) {
        return CLASSES.getPackage(ROOT + "." + room);
    }
}
