package io.github.coda4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application of docs/spring-boot with the jars of Spring Boot's starter, which the build copies to target. */
@Tag("process")
class SpringBootTest {
    private static final Path PROJECT = Path.of("docs/spring-boot");
    private static final Path JARS = Path.of("target/spring-boot");

    @TempDir
    static Path classes;

    @BeforeAll
    static void compile() {
        assertThat(JARS).as("copied by the phase process-test-classes").isDirectory();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        "-proc:none",
                        "-cp",
                        EmbeddingTest.libraries() + File.pathSeparator + boot(),
                        PROJECT.resolve("src/main/java/com/example/FillHolesApplication.java")
                                .toString());
        assertThat(code).isZero();
    }

    @Test
    void an_application_starts_with_coda4j_before_the_starter_and_its_bean_answers() throws Exception {
        assertStarts(run(EmbeddingTest.libraries(), boot()));
    }

    @Test
    void an_application_starts_with_coda4j_behind_the_starter_too() throws Exception {
        assertStarts(run(boot(), EmbeddingTest.libraries()));
    }

    /** What used to come with coda4j: were it on the class path again, the tests above would see it. */
    @Test
    void a_logging_backend_before_boot_s_own_keeps_an_application_from_starting() throws Exception {
        String simple = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("slf4j-simple"))
                .findFirst()
                .orElseThrow();
        Result result = run(EmbeddingTest.libraries(), simple, boot());
        assertThat(result.code).isNotZero();
        assertThat(result.output).contains("LoggerFactory is not a Logback LoggerContext");
    }

    @Test
    void the_jars_are_those_of_the_application_s_pom() throws IOException {
        String pom = Files.readString(PROJECT.resolve("pom.xml"));
        String version = pom.replaceFirst("(?s).*<spring-boot.version>(.*?)</spring-boot.version>.*", "$1");
        assertThat(version).startsWith("4.");
        assertThat(JARS.resolve("spring-boot-" + version + ".jar")).exists();
        assertThat(pom.indexOf("<artifactId>coda4j<")).isBetween(0, pom.indexOf("<artifactId>spring-boot-starter<"));
    }

    private static void assertStarts(Result result) {
        assertThat(result.code).as(result.output).isZero();
        assertThat(result.output)
                .contains(
                        "Started FillHolesApplication", "com.example.FillHolesApplication", "filled: this.name = name;")
                .doesNotContain("SLF4J");
    }

    private record Result(int code, String output) {}

    private static Result run(String... libraries) throws Exception {
        String path = Stream.concat(Stream.of(classes.toString()), Stream.of(libraries))
                .collect(Collectors.joining(File.pathSeparator));
        Path output = Files.createTempFile("spring-boot", ".txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        path,
                        "com.example.FillHolesApplication",
                        "--model=models/coda-mini")
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

    private static String boot() {
        return Arrays.stream(JARS.toFile().list())
                .sorted()
                .map(name -> JARS.resolve(name).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
