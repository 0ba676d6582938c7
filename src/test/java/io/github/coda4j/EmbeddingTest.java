package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of README's embedding section, with the libraries that come to an embedder and no others. */
@Tag("process")
public class EmbeddingTest {
    private static final Path PROGRAM = Path.of("docs/embedding/src/main/java/com/example/FillHoles.java");

    /** What the pom does not call optional. */
    private static final Set<String> NEEDED =
            Set.of("javacpp", "openblas", "pytorch", "dnnl", "jackson-databind", "jtokkit", "slf4j-api");

    /** What these bring. */
    private static final Set<String> BROUGHT = Set.of("jackson-core", "jackson-annotations");

    @TempDir
    static Path classes;

    @BeforeAll
    static void compile() {
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), "-cp", libraries(), PROGRAM.toString());
        assertThat(code).as("compiling %s", PROGRAM).isZero();
    }

    @Test
    void the_pom_gives_embedders_only_what_generation_needs() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String ours = pom.substring(pom.indexOf("<dependencies>"), pom.indexOf("</dependencies>"));
        Set<String> given = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL)
                .matcher(ours)
                .results()
                .map(MatchResult::group)
                .filter(text -> !text.contains("<optional>true</optional>") && !text.contains("<scope>test</scope>"))
                .map(text -> text.replaceFirst("(?s).*?<artifactId>([^<]*)</artifactId>.*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(given).isEqualTo(NEEDED);
    }

    @Test
    void the_program_is_the_readme_s() throws IOException {
        String program = Files.readString(PROGRAM);
        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + program + "```\n");
    }

    @Test
    void the_program_runs_with_what_embedders_get() throws Exception {
        Result result = run("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
        assertThat(result.code).as(result.output).isZero();
        assertThat(result.output).contains("this.name = name;").contains("import java.util.List;");
    }

    @Test
    void without_the_vector_module_the_first_call_names_the_flag() throws Exception {
        Result result = run("--enable-native-access=ALL-UNNAMED");
        assertThat(result.code).isNotZero();
        assertThat(result.output)
                .contains("IllegalStateException: the JVM was started without its vector module")
                .contains("--add-modules=jdk.incubator.vector")
                .doesNotContain("NoClassDefFoundError");
    }

    @Test
    void the_changes_to_the_process_can_be_kept_out() throws Exception {
        Result result = run(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dcoda.processSettings=keep",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
        assertThat(result.code).as(result.output).isZero();
        Result wrong = run("--add-modules=jdk.incubator.vector", "-Dcoda.processSettings=no");
        assertThat(wrong.output).contains("coda.processSettings must be change or keep, got 'no'");
    }

    private record Result(int code, String output) {}

    private static Result run(String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-Dfile.encoding=UTF-8",
                "-cp",
                classes + File.pathSeparator + libraries(),
                "com.example.FillHoles",
                "models/coda-mini"));
        Path output = Files.createTempFile("fill-holes", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    /** coda4j and what comes to an embedder with it. */
    public static String libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(EmbeddingTest::comesAlong)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean comesAlong(String entry) {
        String name = Path.of(entry).getFileName().toString();
        return name.equals("classes")
                || Stream.concat(NEEDED.stream(), BROUGHT.stream())
                        .anyMatch(library -> name.matches(Pattern.quote(library) + "-\\d.*\\.jar"));
    }
}
