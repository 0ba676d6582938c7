package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.coda4j.cli.serve.ServeCommand;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What deploy/ and docs/serving.md tell others to run: that it is well formed, and that what it names is there. */
@Tag("process")
@Timeout(120)
class DeployTest {
    private static final Path DEPLOY = Path.of("deploy");
    private static final Path GUIDE = Path.of("docs/serving.md");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** Made of others by a rule of the guide. */
    private static final Set<String> DERIVED = Set.of("coda_queue_seconds_mean");

    /** What Prometheus adds to our labels. */
    private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance");

    private static Served served;
    private static String metrics;

    @TempDir
    private Path folder;

    @BeforeAll
    static void serve() throws Exception {
        served = new Served();
        served.client().post("/v1/completions", "{\"prompt\":\"int x\",\"max_tokens\":2}");
        metrics = served.client().get("/metrics").text();
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static List<JsonNode> documents(String name) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        YAML.readerFor(JsonNode.class)
                .<JsonNode>readValues(DEPLOY.resolve("kubernetes").resolve(name).toFile())
                .forEachRemaining(all::add);
        return all;
    }

    /**
     * As the published schema of the cluster's API has it: no unknown field, and none missing that must be there. Asked
     * without the compiler, to whom the classes lack the annotations that they carry.
     */
    private static void validate(JsonNode document) throws ReflectiveOperationException {
        String version = document.path("apiVersion").asText().replaceFirst(".*/", "");
        String name = version.toUpperCase(Locale.ROOT) + document.path("kind").asText();
        Method validate = Class.forName("io.kubernetes.client.openapi.models." + name)
                .getMethod("validateJsonElement", JsonElement.class);
        try {
            validate.invoke(null, JsonParser.parseString(document.toString()));
        } catch (InvocationTargetException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    @Test
    void the_manifests_are_valid_and_a_wrong_one_is_not() throws Exception {
        List<JsonNode> main = documents("coda.yaml");
        assertThat(main.stream().map(one -> one.path("kind").asText()))
                .containsExactly("Deployment", "Service", "PodDisruptionBudget");
        for (JsonNode document : main) {
            validate(document);
        }
        for (JsonNode document : documents("scaling.yaml")) {
            validate(document);
        }
        String misspelt = main.getFirst().toString().replace("\"readinessProbe\"", "\"readynessProbe\"");
        assertThatThrownBy(() -> validate(YAML.readTree(misspelt)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("readynessProbe");
    }

    @Test
    void the_manifests_belong_together_and_the_probes_are_routes() throws Exception {
        List<JsonNode> all = new ArrayList<>(documents("coda.yaml"));
        all.addAll(documents("scaling.yaml"));
        JsonNode deployment = all.getFirst();
        JsonNode pod = deployment.at("/spec/template");
        JsonNode labels = pod.at("/metadata/labels");
        assertThat(deployment.at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(all.get(1).at("/spec/selector")).isEqualTo(labels);
        assertThat(all.get(2).at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(all.get(3).at("/spec/scaleTargetRef/name")).isEqualTo(deployment.at("/metadata/name"));
        assertThat(DERIVED)
                .contains(all.get(3).at("/spec/metrics/0/pods/metric/name").asText());
        JsonNode container = pod.at("/spec/containers/0");
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            String path = container.at("/" + probe + "/httpGet/path").asText();
            assertThat(served.client().get(path).status())
                    .as("%s %s", probe, path)
                    .isEqualTo(200);
        }
        List<String> args = new ArrayList<>();
        container.path("args").forEach(arg -> args.add(arg.asText()));
        int drain = Integer.parseInt(args.get(args.indexOf("--drain") + 1));
        int patience = pod.at("/spec/terminationGracePeriodSeconds").asInt();
        assertThat(patience)
                .isGreaterThan(
                        drain + container.at("/lifecycle/preStop/sleep/seconds").asInt());
        assertThat(container.at("/resources/limits")).isEqualTo(container.at("/resources/requests"));
    }

    @Test
    void flags_that_are_told_are_there() throws IOException {
        Set<String> known = flags(ServeCommand.class).collect(Collectors.toSet());
        Set<String> told = found("(?<![\\w-])--[a-z][a-z-]+", texts());
        told.removeAll(Set.of("--version", "--help", "--from-literal", "--now"));
        assertThat(told).isNotEmpty().isSubsetOf(known);
    }

    private static Stream<String> flags(Class<?> command) {
        return Stream.of(command.getDeclaredFields())
                .flatMap(field -> field.isAnnotationPresent(Mixin.class)
                        ? flags(field.getType())
                        : Stream.ofNullable(field.getAnnotation(Option.class))
                                .flatMap(option -> Stream.of(option.names())));
    }

    @Test
    void metrics_that_are_told_are_counted() throws IOException {
        Set<String> counted = found("(?m)^coda_\\w+", List.of(metrics));
        Set<String> told = found("\\bcoda_[a-z_]+", texts());
        told.removeAll(DERIVED);
        assertThat(told).hasSizeGreaterThan(6).isSubsetOf(counted);
        Set<String> families = found("(?m)(?<=^# TYPE )coda_\\w+", List.of(metrics));
        assertThat(families)
                .as("metrics that the guide and the dashboard say nothing about")
                .allMatch(family -> told.stream().anyMatch(name -> name.startsWith(family)));
    }

    @Test
    void the_dashboard_s_queries_name_metrics_and_labels_that_are_there() throws IOException {
        JsonNode dashboard = YAML.readTree(Files.readString(DEPLOY.resolve("grafana.json")));
        List<String> queries = new ArrayList<>();
        dashboard.findValues("expr").forEach(query -> queries.add(query.asText()));
        assertThat(queries).hasSameSizeAs(new TreeSet<>(queries)).hasSizeGreaterThan(8);
        assertThat(dashboard.path("panels").findValues("title")).doesNotHaveDuplicates();
        Set<String> names = found("\\bcoda_\\w+", queries);
        assertThat(names).isSubsetOf(found("(?m)^coda_\\w+", List.of(metrics)));
        Set<String> labels = found("(?<=[{,])\\w+(?==)", List.of(metrics));
        labels.addAll(LABELS_OF_PROMETHEUS);
        assertThat(found("(?<=[{,])\\w+(?==~?\")|(?<=by \\()\\w+", queries)).isSubsetOf(labels);
        assertThat(queries).allSatisfy(query -> {
            assertThat(query.chars().filter(c -> c == '(').count())
                    .isEqualTo(query.chars().filter(c -> c == ')').count());
            assertThat(query).contains("{job=~\"$job\"");
        });
    }

    @Test
    void the_unit_is_one_of_systemd() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "systemd-analyze"))),
                "there is no systemd-analyze");
        String unit = Files.readString(DEPLOY.resolve("coda.service"));
        Path program = Files.writeString(folder.resolve("coda"), "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        String here = unit.replace("/opt/coda4j/coda serve", program + " serve");
        assertThat(here).isNotEqualTo(unit);
        assertThat(verify(here)).isEmpty();
        assertThat(verify(here.replace("KillMode=mixed", "KillMode=gently"))).contains("gently");
        assertThat(unit).contains("/opt/coda4j/docs/serving.md");
        int drain = Integer.parseInt(unit.replaceFirst("(?s).*--drain (\\d+).*", "$1"));
        assertThat(Integer.parseInt(unit.replaceFirst("(?s).*\nTimeoutStopSec=(\\d+).*", "$1")))
                .isGreaterThan(drain);
    }

    private String verify(String unit) throws Exception {
        Path file = Files.writeString(folder.resolve("coda.service"), unit);
        Path output = folder.resolve("verified.txt");
        Process process = new ProcessBuilder("systemd-analyze", "verify", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        // What other units of this machine lack is none of ours.
        return Files.readString(output, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("coda.service"))
                .collect(Collectors.joining("\n"));
    }

    private static List<String> texts() throws IOException {
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            List<Path> all = new ArrayList<>(files.filter(Files::isRegularFile).toList());
            all.add(GUIDE);
            List<String> texts = new ArrayList<>();
            for (Path file : all) {
                texts.add(Files.readString(file));
            }
            return texts;
        }
    }

    private static Set<String> found(String pattern, List<String> texts) {
        Set<String> found = new TreeSet<>();
        for (String text : texts) {
            Matcher matcher = Pattern.compile(pattern).matcher(text);
            while (matcher.find()) {
                found.add(matcher.group());
            }
        }
        return found;
    }
}
