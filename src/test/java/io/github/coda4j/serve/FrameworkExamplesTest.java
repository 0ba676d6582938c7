package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.EmbeddingTest;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The projects of docs that reach a model by a framework, each in its process with the libraries of its own pom. */
@Tag("process")
@Timeout(300)
class FrameworkExamplesTest {
    private static final Path DOCS = Path.of("docs");
    private static final Path IN_PROCESS = DOCS.resolve("langchain4j/src/main/java/com/example/AskInProcess.java");

    /** What LangChain4j's core brings to somebody who has coda4j already. */
    private static final List<String> CORE = List.of("langchain4j-core", "jspecify");

    /** What its module for OpenAI brings. */
    private static final List<String> OPEN_AI = List.of(
            "langchain4j-core",
            "langchain4j-open-ai",
            "langchain4j-http-client",
            "langchain4j-http-client-jdk",
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jspecify",
            "slf4j-api",
            "jtokkit");

    private static final List<String> LOG = new CopyOnWriteArrayList<>();
    private static MiniServer server;

    @BeforeAll
    static void serve() {
        server = new MiniServer(64, LOG::add);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        LOG.clear();
    }

    /** The lines of that many calls, the last of which may be written when its client has left already. */
    private static List<String> calls(int number) throws InterruptedException {
        while (LOG.size() < number) {
            Thread.sleep(2);
        }
        return LOG;
    }

    @Test
    void langchain4j_s_models_answer_in_the_same_process_with_nothing_but_its_core() throws Exception {
        String libraries = EmbeddingTest.libraries() + File.pathSeparator + jars(CORE);
        List<String> lines = run(List.of(
                        ForeignClient.java(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        ForeignClient.compiled("langchain4j", IN_PROCESS, libraries),
                        "com.example.AskInProcess",
                        "models/coda-mini"))
                .lines()
                .toList();
        assertThat(lines).contains("for (int i = 0; i < names.size(); i++) {");
        assertThat(lines).as("the chat's answer behind it").hasSizeGreaterThan(1);
    }

    @Test
    void langchain4j_s_program_is_the_readme_s() throws IOException {
        assertThat(Files.readString(Path.of("README.md")))
                .contains("```java\n" + Files.readString(IN_PROCESS) + "```\n");
    }

    @Test
    void langchain4j_s_models_for_openai_ask_by_url() throws Exception {
        Path source = DOCS.resolve("langchain4j-url/src/main/java/com/example/AskByUrl.java");
        String said = run(List.of(
                ForeignClient.java(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                ForeignClient.compiled("langchain4j-url", source, jars(OPEN_AI)),
                "com.example.AskByUrl",
                server.address()));
        assertThat(said).containsPattern("\\n([1-9]|1[0-6]) tokens\\n");
        assertThat(calls(1)).singleElement().asString().contains("/v1/chat/completions", "\"status\":200");
    }

    @Test
    void spring_boot_4_with_spring_ai_2_asks_by_base_url() throws Exception {
        Path project = DOCS.resolve("spring-ai");
        String libraries = ForeignClient.libraries("spring-ai", project.resolve("pom.xml"));
        Path source = project.resolve("src/main/java/com/example/AskApplication.java");
        String path = ForeignClient.compiled("spring-ai", source, libraries);
        String said = run(List.of(
                ForeignClient.java(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                project.resolve("src/main/resources") + File.pathSeparator + path,
                "com.example.AskApplication",
                "--spring.ai.openai.base-url=" + server.address() + "/v1"));
        assertThat(said).contains("Started AskApplication");
        assertThat(between(said, "streamed: [")).as(said).isNotBlank().isEqualTo(between(said, "answered: ["));
        assertThat(calls(2))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("/v1/chat/completions", "\"status\":200"));
    }

    private static String between(String text, String start) {
        Matcher found = Pattern.compile(Pattern.quote(start) + "(.*?)](?=\\R\\d{4}-|\\R?$)", Pattern.DOTALL)
                .matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }

    /** Jars of this test's class path by their artifacts. */
    private static String jars(List<String> artifacts) {
        return artifacts.stream()
                .map(artifact -> Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> Path.of(entry)
                                .getFileName()
                                .toString()
                                .matches(Pattern.quote(artifact) + "-\\d[\\d.]*\\.jar"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(artifact + " is not on the class path")))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String run(List<String> command) throws Exception {
        Path output = Files.createTempFile("example", ".txt");
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
