package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Parameters;
import io.github.coda4j.weights.TensorSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The recipe for TPUs, as far as files can be checked. */
class TpuRecipeTest {
    private static final Path RECIPE = Path.of("recipes/tpu");
    private static final String AXIS = "fsdp";
    /** What the original cuts along its inputs. */
    private static final Set<String> BY_INPUTS = Set.of("k_proj", "v_proj", "down_proj");

    private final JsonNode mesh = ConfigText.read(RECIPE.resolve("mesh.yaml"));

    @Test
    void the_config_is_the_report_s() {
        TrainConfig config = TrainConfig.read(RECIPE.resolve("pretrain.yaml"), List.of());
        assertThat(config.stage()).isEqualTo(Stage.PRETRAIN);
        assertThat(config.data().length()).isEqualTo(8192);
        assertThat(config.batch().rows()).isEqualTo(512);
        assertThat(config.schedule()).isEqualTo(new LearningRate(LearningRate.Decay.LINEAR, 3e-4, 0, 2000, 50_000));
        assertThat(config.optimizer().method()).isEqualTo(Adafactor.Settings.DEFAULT);
    }

    @Test
    void the_mesh_names_every_parameter_of_the_model_and_cuts_each_where_it_can_be_cut() {
        ModelConfig config = ModelConfig.preset("coda-1.7b");
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (TensorSpec spec : Parameters.of(config, true)) {
            shapes.put(spec.name().replaceFirst("layers\\.\\d+\\.", "layers.*."), spec.shape());
        }
        JsonNode parameters = mesh.get("parameters");
        List<String> names = new ArrayList<>();
        parameters.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactlyElementsOf(shapes.keySet());
        long chips = mesh.get("axes").get(AXIS).asLong();
        shapes.forEach((name, shape) -> {
            List<String> cut = new ArrayList<>();
            parameters.get(name).forEach(dim -> cut.add(dim.asText()));
            assertThat(cut).as(name).hasSameSizeAs(shape);
            if (shape.length == 1) {
                assertThat(cut).as(name).containsExactly("none");
            } else {
                int dim = BY_INPUTS.stream().anyMatch(name::contains) ? 1 : 0;
                assertThat(cut.get(dim)).as(name).isEqualTo(AXIS);
                assertThat(cut.get(1 - dim)).as(name).isEqualTo("none");
                // The vocabulary alone is not divisible: a partitioner pads it, coda's own step leaves it whole.
                assertThat(shape[dim] % chips == 0)
                        .as(name + " over " + chips)
                        .isEqualTo(shape[dim] != config.vocabSize());
            }
        });
        assertThat(mesh.get("hosts").asLong() * mesh.get("chips_per_host").asLong())
                .isEqualTo(chips);
    }

    @Test
    void the_manifest_starts_one_pod_per_host_and_its_job_is_valid() throws Exception {
        JsonNode set = ConfigText.read(RECIPE.resolve("jobset.yaml"));
        assertThat(set.get("kind").asText()).isEqualTo("JobSet");
        assertThat(set.at("/spec/replicatedJobs")).hasSize(1);
        JsonNode job = set.at("/spec/replicatedJobs/0/template");
        validate(job);
        assertThatThrownBy(() -> validate(job.toString().replace("\"completionMode\"", "\"completionKind\"")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("completionKind");
        long hosts = mesh.get("hosts").asLong();
        assertThat(job.at("/spec/parallelism").asLong()).isEqualTo(hosts);
        assertThat(job.at("/spec/completions").asLong()).isEqualTo(hosts);
        JsonNode pod = job.at("/spec/template/spec");
        assertThat(pod.at("/containers/0/resources/limits/google.com~1tpu").asLong())
                .isEqualTo(mesh.get("chips_per_host").asLong());
        long chips = 1;
        for (String extent : pod.at("/nodeSelector/cloud.google.com~1gke-tpu-topology")
                .asText()
                .split("x")) {
            chips *= Long.parseLong(extent);
        }
        assertThat(chips).isEqualTo(mesh.at("/axes/fsdp").asLong());
        assertThat(pod.at("/volumes/0/name")).isEqualTo(pod.at("/containers/0/volumeMounts/0/name"));
    }

    private static void validate(JsonNode job) throws ReflectiveOperationException {
        validate(job.toString());
    }

    /** The part of a JobSet that the cluster's own API describes. */
    private static void validate(String job) throws ReflectiveOperationException {
        Method validate = Class.forName("io.kubernetes.client.openapi.models.V1JobTemplateSpec")
                .getMethod("validateJsonElement", JsonElement.class);
        try {
            validate.invoke(null, JsonParser.parseString(job));
        } catch (InvocationTargetException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    @Tag("process")
    @Timeout(60)
    @Test
    void the_start_script_runs_the_same_command_on_every_host() throws Exception {
        Process process = new ProcessBuilder(
                        "bash", RECIPE.resolve("start").toString(), "--dry-run", "slice", "zone-a", "schedule.steps=10")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        List<String> lines = said.lines().toList();
        assertThat(lines)
                .hasSize(2)
                .allMatch(line -> line.startsWith(
                        "gcloud compute tpus tpu-vm ssh slice --zone=zone-a --worker=all --command=cd ~/coda4j && "));
        assertThat(lines.get(1))
                .contains("./coda train pretrain --config recipes/tpu/pretrain.yaml ")
                .endsWith(" --device tpu --resume schedule.steps=10");
    }
}
