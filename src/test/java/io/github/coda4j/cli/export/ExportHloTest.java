package io.github.coda4j.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportHloTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    private int run(String what, String... more) {
        List<String> all = new ArrayList<>(List.of("export", "hlo", "--model", Goldens.path("model/b-tied") + ""));
        all.addAll(List.of("--what", what, "--out", folder.resolve("step").toString()));
        all.addAll(List.of(more));
        return cli.run(all.toArray(String[]::new));
    }

    private String text() throws IOException {
        return Files.readString(folder.resolve("step.mlir"));
    }

    private static JsonNode named(JsonNode list, String name) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(one -> one.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_training_step_comes_with_what_its_arguments_are() throws IOException {
        assertThat(run("train", "--rows", "2", "--length", "16", "--share", "fsdp", "--devices", "2"))
                .isZero();
        assertThat(cli.out()).contains("step.mlir: ").contains("step.json");
        JsonNode json = Json.read(folder.resolve("step.json"));
        JsonNode arguments = json.get("arguments");
        assertThat(json.get("num_replicas").intValue()).isEqualTo(2);
        assertThat(text()).contains("all_gather").contains("mhlo.num_replicas = 2");
        assertThat(text().lines().filter(line -> line.contains("@main(")))
                .singleElement()
                .asString()
                .contains("%arg" + (arguments.size() - 1) + ": ")
                .doesNotContain("%arg" + arguments.size() + ": ");
        assertThat(arguments.get(0)).isEqualTo(Json.parse("""
                        {"name":"noisy_ids","shape":[2,16],"dtype":"i32",
                         "layout":{"kind":"split","dim":0,"parts":2}}""", "expected"));
        assertThat(named(arguments, "model.layers.*.mlp.down_proj.weight")).isEqualTo(Json.parse("""
                        {"name":"model.layers.*.mlp.down_proj.weight","shape":[2,48,56],"dtype":"f32",
                         "layout":{"kind":"split","dim":2,"parts":2},
                         "donated_to":"model.layers.*.mlp.down_proj.weight",
                         "tensors":["model.layers.0.mlp.down_proj.weight",
                                    "model.layers.1.mlp.down_proj.weight"]}""", "expected"));
        assertThat(named(arguments, "row_mean.model.embed_tokens.weight")
                        .get("tensors")
                        .get(0)
                        .textValue())
                .isEqualTo("row_mean.model.embed_tokens.weight");
        assertThat(named(json.get("results"), "loss").get("shape")).isEmpty();
    }

    @Test
    void a_decode_step_and_a_forward_are_written_in_either_form() throws IOException {
        assertThat(run("decode", "--length", "12", "--wanted", "5", "--precision", "bf16"))
                .isZero();
        JsonNode json = Json.read(folder.resolve("step.json"));
        assertThat(named(json.get("results"), "tokens").get("shape").toString()).isEqualTo("[1,5]");
        assertThat(named(json.get("arguments"), "wanted").get("dtype").textValue())
                .isEqualTo("i32");
        assertThat(text()).contains("stablehlo.dot_general").contains("xbf16>");
        assertThat(run("forward", "--length", "12", "--rows", "3", "--form", "versioned"))
                .isZero();
        assertThat(text()).contains("vhlo.dot_general_v1").doesNotContain("stablehlo.");
        assertThat(Json.read(folder.resolve("step.json")).get("form").textValue())
                .isEqualTo("vhlo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "forward ~ --wanted 3 ~ --wanted is for decode only; leave it out of forward",
                "forward ~ --positions 3 ~ --positions has no effect on forward; leave it out",
                "decode ~ --micro-rows 1 ~ --micro-rows is for train only; leave it out",
                "forward ~ --rows 1073741825 --length 4 ~ 1073741825 rows of 4 positions are more than 2147483647",
                "train ~ --rows 1073741825 --length 4 ~ 1073741825 rows of 4 positions are more than 2147483647",
                "train ~ --devices 2 ~ --devices 2 needs --share",
                "train ~ --share fsdp ~ --share fsdp needs --devices N, at least 2",
                "train ~ --share shardy --devices 2 --form versioned ~ --form versioned has no words for shardy",
                "all ~ --rows 2 ~ --what must be one of forward, train, decode, got 'all'",
                "train ~ --share ring --devices 2 ~ --share must be one of data_parallel, fsdp, gspmd, shardy, got",
                "train ~ --rows 4 --micro-rows 3 ~ micro rows must divide the 4 rows",
                "train ~ --precision int8 ~ --precision must be fp32, bf16 or fp64, got 'int8'",
                "decode ~ --length 100000 ~ --length must be in [1, ",
                "decode ~ --length 4 --wanted 5 ~ wanted rows must be in [1, 4], got 5"
            })
    void what_has_no_effect_or_cannot_be_is_refused(String what, String flags, String message) {
        assertThat(run(what.strip(), flags.strip().split(" "))).isEqualTo(2);
        assertThat(cli.err()).contains(message.strip());
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_name_in_no_folder_is_said_before_anything_is_read() {
        assertThat(cli.run("export", "hlo", "--what", "forward", "--out", folder + "/no/step"))
                .isEqualTo(1);
        assertThat(cli.err()).contains("there is no folder");
    }
}
