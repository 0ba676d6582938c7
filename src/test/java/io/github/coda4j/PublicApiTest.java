package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.util.JavacTask;
import io.github.coda4j.decode.commit.CommitPolicyFactory;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineBusyException;
import io.github.coda4j.generate.ModelStore;
import io.github.coda4j.langchain4j.CodaChatModel;
import io.github.coda4j.langchain4j.CodaChatResponseMetadata;
import io.github.coda4j.langchain4j.CodaLanguageModel;
import io.github.coda4j.langchain4j.CodaStreamingChatModel;
import io.github.coda4j.langchain4j.CodaStreamingLanguageModel;
import io.github.coda4j.langchain4j.CodaTokenCountEstimator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What an embedder can reach from {@link CodaModel} and its few companions by public signatures is the public API. Its
 * names are frozen in {@code src/test/resources/api/generation.txt}; run with {@code -Dapi.update=true} to write the
 * file anew when a change is meant.
 */
class PublicApiTest {
    private static final Path FROZEN = Path.of("src/test/resources/api/generation.txt");
    private static final String ROOT = "io.github.coda4j.";
    /** Rooms whose types are nobody's business outside; tensor shows the device alone. */
    private static final Set<String> INTERNAL =
            Set.of("kernel", "tensor", "files", "weights", "model.plan", "model.training", "cli", "data", "train");

    private final TreeMap<String, Class<?>> reached = reached(
            CodaModel.class,
            ModelStore.class,
            CommitPolicyFactory.class,
            CodaException.class,
            WrongValueException.class,
            EngineBusyException.class,
            CodaChatModel.class,
            CodaStreamingChatModel.class,
            CodaLanguageModel.class,
            CodaStreamingLanguageModel.class,
            CodaTokenCountEstimator.class,
            CodaChatResponseMetadata.class);

    @Test
    void the_names_of_the_api_are_frozen() throws IOException {
        String api = reached.values().stream().map(PublicApiTest::described).collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("api.update")) {
            Files.writeString(FROZEN, api);
        }
        assertThat(api)
                .as("the public API; -Dapi.update=true writes it anew, and CHANGELOG.md says what changed")
                .isEqualTo(Files.readString(FROZEN));
    }

    @Test
    void no_internal_type_leaks_into_the_api() {
        List<String> leaks = reached.keySet().stream()
                .map(name -> name.substring(ROOT.length()))
                .filter(name -> INTERNAL.contains(name.replaceFirst("\\.[A-Z].*", "")))
                .filter(name -> !name.startsWith("tensor.Device"))
                .toList();
        assertThat(leaks).isEmpty();
    }

    @Tag("slow")
    @Test
    void every_member_of_the_api_has_a_comment_and_the_javadoc_has_no_error() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(found, Locale.ROOT, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "--add-modules=jdk.incubator.vector",
                    "-Xlint:none",
                    "-Xdoclint:all/public",
                    "-Xmaxwarns",
                    "10000");
            // Comments are looked at when a class is analyzed; nothing needs what would be made of it.
            ((JavacTask) compiler.getTask(
                            null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources)))
                    .analyze();
        }
        Set<String> api = reached.keySet().stream()
                .map(name -> name.replaceFirst("\\$.*", "").replace('.', '/') + ".java")
                .collect(Collectors.toSet());
        List<String> problems = found.getDiagnostics().stream()
                .filter(d -> d.getSource() != null)
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR
                        || (d.getMessage(Locale.ROOT).contains("no comment")
                                && !isCompactConstructor(d)
                                && api.stream().anyMatch(d.getSource().getName()::endsWith)))
                .map(d -> d.getSource().getName() + ":" + d.getLineNumber() + " " + d.getMessage(Locale.ROOT))
                .toList();
        assertThat(problems).isEmpty();
    }

    /** A record's checks; what they check stands at the record. */
    private static boolean isCompactConstructor(Diagnostic<? extends JavaFileObject> diagnostic) {
        try {
            String line = diagnostic
                    .getSource()
                    .getCharContent(true)
                    .toString()
                    .lines()
                    .skip(diagnostic.getLineNumber() - 1)
                    .findFirst()
                    .orElseThrow();
            return line.strip().matches("public \\w+ \\{");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TreeMap<String, Class<?>> reached(Class<?>... roots) {
        TreeMap<String, Class<?>> found = new TreeMap<>();
        Deque<Class<?>> open = new ArrayDeque<>(List.of(roots));
        while (!open.isEmpty()) {
            Class<?> next = open.pop();
            boolean ours = next.getName().startsWith(ROOT) && Modifier.isPublic(next.getModifiers());
            if (!ours || found.putIfAbsent(next.getName(), next) != null) {
                continue;
            }
            Stream.of(
                            Stream.of(next.getGenericInterfaces()),
                            Stream.ofNullable(next.getGenericSuperclass()),
                            Stream.of(next.getClasses()),
                            Stream.ofNullable(next.getDeclaringClass()),
                            Stream.ofNullable(next.getPermittedSubclasses()).flatMap(Arrays::stream),
                            members(next).flatMap(PublicApiTest::types))
                    .flatMap(types -> types)
                    .flatMap(PublicApiTest::classes)
                    .forEach(open::push);
        }
        return found;
    }

    private static Stream<? extends Member> members(Class<?> type) {
        return Stream.of(
                        Stream.of(type.getDeclaredConstructors()),
                        Stream.of(type.getDeclaredMethods()),
                        Stream.of(type.getDeclaredFields()))
                .flatMap(members -> members)
                .filter(member -> Modifier.isPublic(member.getModifiers()) && !member.isSynthetic());
    }

    private static Stream<Type> types(Member member) {
        return switch (member) {
            case Method method ->
                Stream.concat(Stream.of(method.getGenericReturnType()), Stream.of(method.getGenericParameterTypes()));
            case Executable executable -> Stream.of(executable.getGenericParameterTypes());
            case Field field -> Stream.of(field.getGenericType());
            default -> Stream.of();
        };
    }

    private static Stream<Class<?>> classes(Type type) {
        return switch (type) {
            case Class<?> plain -> Stream.of(plain.isArray() ? plain.getComponentType() : plain);
            case ParameterizedType generic ->
                Stream.concat(
                        classes(generic.getRawType()),
                        Stream.of(generic.getActualTypeArguments()).flatMap(PublicApiTest::classes));
            case GenericArrayType array -> classes(array.getGenericComponentType());
            case WildcardType wildcard -> Stream.of(wildcard.getUpperBounds()).flatMap(PublicApiTest::classes);
            default -> Stream.of();
        };
    }

    private static String described(Class<?> type) {
        List<String> lines = new ArrayList<>();
        members(type)
                .map(member -> "    " + signature(member) + "\n")
                .sorted(Comparator.naturalOrder())
                .forEach(lines::add);
        return type.getName().substring(ROOT.length()) + "\n" + String.join("", lines);
    }

    private static String signature(Member member) {
        return switch (member) {
            case Method method ->
                method.getName() + parameters(method) + ": "
                        + method.getReturnType().getSimpleName();
            case Executable executable -> "new" + parameters(executable);
            default -> member.getName();
        };
    }

    private static String parameters(Executable executable) {
        return Stream.of(executable.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
