package io.github.coda4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.internal.config.ConfigEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What recipes say to others' programs: names that these know. */
@Tag("process")
@Timeout(120)
class SparkRecipesTest {
    private static final Path RECIPES = Path.of("recipes/spark");

    /** Fields of a SparkApplication (sparkoperator.k8s.io/v1beta2), as far as the recipe has them. */
    private static final Set<String> FIELDS = Set.of(
            "apiVersion",
            "kind",
            "metadata.name",
            "spec.type",
            "spec.mode",
            "spec.sparkVersion",
            "spec.image",
            "spec.mainClass",
            "spec.mainApplicationFile",
            "spec.arguments[]",
            "spec.deps.packages[]",
            "spec.restartPolicy.type",
            "spec.restartPolicy.onFailureRetries",
            "spec.restartPolicy.onFailureRetryInterval",
            "spec.volumes[].name",
            "spec.volumes[].persistentVolumeClaim.claimName",
            "spec.driver.cores",
            "spec.driver.memory",
            "spec.driver.serviceAccount",
            "spec.driver.volumeMounts[].name",
            "spec.driver.volumeMounts[].mountPath",
            "spec.executor.instances",
            "spec.executor.cores",
            "spec.executor.memory",
            "spec.executor.volumeMounts[].name",
            "spec.executor.volumeMounts[].mountPath");

    /** Spark on Kubernetes is not on this class path; its documentation has these. */
    private static final Pattern KUBERNETES = Pattern.compile("spark\\.kubernetes\\.(container\\.image|namespace"
            + "|authenticate\\.driver\\.serviceAccountName"
            + "|(driver|executor)\\.volumes\\.persistentVolumeClaim\\.\\w+\\.(options\\.claimName|mount\\.path))");

    private static final Pattern SETTING =
            Pattern.compile("(?:--conf '?\"?|`|^ *)(spark\\.[a-z]\\w*(?:\\.\\w+)*)(?=[=`:])", Pattern.MULTILINE);

    /** Spark has its settings when the object that holds them is made. */
    @BeforeAll
    static void settings() throws ClassNotFoundException {
        Class.forName("org.apache.spark.internal.config.package$");
    }

    @Test
    void the_file_for_kubernetes_has_fields_that_the_operator_knows_and_flags_that_the_command_has()
            throws IOException {
        JsonNode file = Yaml.read(RECIPES.resolve("kubernetes.yaml"));
        Set<String> paths = new TreeSet<>();
        paths("", file, paths);
        assertThat(FIELDS).containsAll(paths);
        JsonNode spec = file.path("spec");
        assertThat(spec.path("mainClass").asText()).isEqualTo(DataJob.class.getName());
        assertThat(spec.path("sparkVersion").asText()).isEqualTo(org.apache.spark.package$.MODULE$.SPARK_VERSION());
        Cli cli = new Cli();
        assertThat(cli.run("data", "tokenize", "--help")).isZero();
        for (JsonNode argument : spec.path("arguments")) {
            if (argument.asText().startsWith("--")) {
                assertThat(cli.out()).contains(argument.asText());
            }
        }
        spec.path("sparkConf").fieldNames().forEachRemaining(SparkRecipesTest::assertKnown);
    }

    private static void paths(String path, JsonNode node, Set<String> sink) {
        if (node.isArray()) {
            node.forEach(child -> paths(path + "[]", child, sink));
        } else if (node.isObject() && !path.equals("spec.sparkConf")) {
            node.properties().forEach(field -> {
                String name = field.getKey();
                paths(path.isEmpty() ? name : path + "." + name, field.getValue(), sink);
            });
        } else if (!node.isObject()) {
            sink.add(path);
        }
    }

    @Test
    void settings_are_those_that_spark_has() throws IOException {
        Set<String> settings = new TreeSet<>();
        try (Stream<Path> files = Files.list(RECIPES)) {
            for (Path file :
                    Stream.concat(files, Stream.of(Path.of("docs/training.md"))).toList()) {
                SETTING.matcher(Files.readString(file))
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .forEach(settings::add);
            }
        }
        assertThat(settings).hasSizeGreaterThan(10).containsAll(List.of("spark.speculation", "spark.executor.memory"));
        settings.forEach(SparkRecipesTest::assertKnown);
    }

    @Test
    void the_sum_in_the_readme_is_what_the_script_prints() throws IOException, InterruptedException {
        String printed = printed(0);
        assertThat(printed.lines()).hasSizeGreaterThan(10);
        assertThat(Files.readString(RECIPES.resolve("README.md"))).contains(printed);
        assertThat(printed(0, "CORES=640", "TOKENS=1e12")).contains("| 640 cores |", "| 1e+12 tokens x ");
        assertThat(printed(2, "CORE=640")).contains("CORE=640 is no NAME=NUMBER");
        assertThat(printed(2, "SMALL_SECONDS=1e6")).contains("must have more text and take longer");
    }

    private static String printed(int code, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("bash", RECIPES.resolve("sizing").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isEqualTo(code);
        return printed;
    }

    private static void assertKnown(String setting) {
        boolean known = KUBERNETES.matcher(setting).matches() || ConfigEntry.findEntry(setting) != null;
        assertThat(known).as("Spark has a setting %s", setting).isTrue();
    }
}
