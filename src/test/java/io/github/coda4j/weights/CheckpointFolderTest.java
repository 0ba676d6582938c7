package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    Path folder;

    @Test
    void opens_a_single_file_checkpoint() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            assertThat(checkpoint.config().requireInt("hidden_size")).isEqualTo(64);
            assertThat(checkpoint.generationConfig()).isEmpty();
            assertThat(checkpoint.tensor("lm_head.weight").shape()).containsExactly(320, 64);
            assertThat(checkpoint.tensors()).hasSize(3 + 3 * 11);
        }
    }

    @Test
    void opens_shards_as_one_checkpoint_and_reads_from_the_right_one() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/c-sharded-bf16"))) {
            assertThat(checkpoint.tensors()).hasSize(3 + 3 * 11);
            assertThat(checkpoint.totalBytes()).isEqualTo(341_056);
            TensorEntry head = checkpoint.tensor("lm_head.weight");
            assertThat(head.dtype()).isEqualTo(DType.BF16);
            assertThat(head.file().getFileName()).hasToString("model-00002-of-00002.safetensors");
            short[] read = new short[(int) head.elements()];
            checkpoint.read(head, MemorySegment.ofArray(read));
            assertThat(MemorySegment.ofArray(read).mismatch(checkpoint.data(head)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void generation_config_is_read_when_it_is_there() {
        valid();
        write("generation_config.json", "{\"eps\":0.001}");
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertThat(checkpoint.generationConfig().orElseThrow().requireDouble("eps"))
                    .isEqualTo(0.001);
        }
    }

    @Test
    void folders_without_a_model_say_what_to_do() {
        assertRefused(folder.resolve("none"), "there is no model folder", "`coda pull ID`", "`coda init`");
        assertRefused(folder, "is empty", "`coda pull ID`", "`coda init`");
        write("model.safetensors", "");
        assertRefused(folder.resolve("model.safetensors"), "is a file, expected a model folder");
        assertRefused(folder, "has no config.json");
    }

    @Test
    void folders_without_usable_weights_say_what_is_missing() throws IOException {
        write("config.json", "{}");
        assertRefused(folder, "has no weights", "neither model.safetensors nor model.safetensors.index.json");
        write("pytorch_model.bin", "");
        assertRefused(folder, "pickled weights are not read");
        write("model-00001-of-00002.safetensors", "");
        assertRefused(folder, "neither model.safetensors nor the index of its shards");
        write("model.safetensors", "");
        write(INDEX, "{}");
        assertRefused(folder, "holds both model.safetensors and " + INDEX);
        Files.delete(folder.resolve(INDEX));
        assertRefused(folder, "model.safetensors has 0 bytes");
    }

    @Test
    void broken_config_and_generation_config_are_refused_with_their_name() {
        valid();
        write("generation_config.json", "[]");
        assertRefused(folder, "generation_config.json must hold a JSON object, got []");
        write("config.json", "{");
        assertRefused(folder, "config.json is not valid JSON");
    }

    @Test
    void what_editors_and_python_write_into_configs_is_read_or_named() {
        valid();
        write("config.json", "\uFEFF{\"a\": 1}");
        write("generation_config.json", "{\"temperature\": NaN}");
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertThat(checkpoint.config().requireInt("a")).isEqualTo(1);
            assertThatExceptionOfType(CodaException.class)
                    .isThrownBy(
                            () -> checkpoint.generationConfig().orElseThrow().optionalDouble("temperature"))
                    .withMessage(folder.resolve("generation_config.json")
                            + ": \"temperature\" must be a finite number, got NaN");
        }
    }

    @Test
    void pointers_and_pages_in_place_of_any_file_are_named() {
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 9\n".formatted(1);
        String page = "<!DOCTYPE html><html></html>";
        for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
            valid();
            write("generation_config.json", "{}");
            write(name, pointer);
            assertRefused(folder, folder.resolve(name) + " is a Git LFS pointer, not the file: run `git lfs pull`");
            write(name, page);
            assertRefused(folder, folder.resolve(name) + " is a web page (HTML), not the file");
            write(name, "");
            assertRefused(folder, folder.resolve(name) + " has 0 bytes");
        }
    }

    @Test
    void stored_rotary_frequencies_are_passed_over_and_other_surplus_is_not() {
        String stored = "model.layers.0.self_attn.rotary_emb.inv_freq";
        write("config.json", "{}");
        RawSafetensors.writeNamed(folder.resolve("model.safetensors"), "a", stored, "b");
        TensorSpec a = new TensorSpec("a", new long[] {2}, Set.of(DType.F32), false);
        TensorSpec b = new TensorSpec("b", new long[] {2}, Set.of(DType.F32), false);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            checkpoint.verify(List.of(a, b));
            assertThat(checkpoint.totalBytes()).isEqualTo(16);
            assertThatExceptionOfType(CodaException.class)
                    .isThrownBy(() -> checkpoint.verify(List.of(a)))
                    .withMessageContaining("1 too many (b)");
        }
        assertThat(folder.resolve("model.safetensors").toFile().delete()).isTrue();
        shards("{\"a\":\"x.safetensors\",\"" + stored + "\":\"x.safetensors\"}");
        RawSafetensors.writeNamed(folder.resolve("x.safetensors"), "a", stored);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertThat(checkpoint.tensors()).containsOnlyKeys("a");
        }
    }

    @Test
    void a_missing_shard_is_named() {
        shards("{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}");
        RawSafetensors.writeNamed(folder.resolve("model-1.safetensors"), "a");
        assertRefused(folder, "model-2.safetensors is missing", INDEX + " puts 1 tensors in it");
    }

    @Test
    void index_and_shards_that_disagree_are_refused() {
        shards("{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}");
        RawSafetensors.writeNamed(folder.resolve("model-1.safetensors"), "a");
        RawSafetensors.writeNamed(folder.resolve("model-2.safetensors"), "c");
        assertRefused(folder, "puts tensor b in model-2.safetensors, which does not hold it");
        RawSafetensors.writeNamed(folder.resolve("model-2.safetensors"), "b", "c");
        assertRefused(folder, "model-2.safetensors holds tensor c, which " + INDEX + " does not name");
        RawSafetensors.writeNamed(folder.resolve("model-2.safetensors"), "b", "a");
        assertRefused(folder, "holds tensor a, which " + INDEX + " puts in model-1.safetensors");
    }

    @Test
    void an_index_without_a_map_or_with_paths_is_refused() {
        shards("{}");
        assertRefused(folder, "\"weight_map\" is empty");
        shards("{\"a\":\"../model.safetensors\"}");
        assertRefused(
                folder, "tensor a must name a .safetensors file of the same folder, got \"../model.safetensors\"");
        shards("{\"a\":3}");
        assertRefused(folder, "tensor a must name a .safetensors file of the same folder, got 3");
        write(INDEX, "{\"metadata\":{}}");
        assertRefused(folder, "\"weight_map\" must be an object");
    }

    @Test
    void verify_accepts_exactly_the_expected_tensors() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            List<TensorSpec> specs = new ArrayList<>(specsOf(checkpoint));
            specs.add(new TensorSpec("not.there", new long[] {1}, Set.of(DType.F32), true));
            checkpoint.verify(specs);
        }
    }

    @Test
    void verify_names_everything_that_is_wrong_on_one_line() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            List<TensorSpec> specs = new ArrayList<>(specsOf(checkpoint));
            specs.removeIf(spec -> spec.name().startsWith("model.layers.2."));
            specs.replaceAll(spec -> switch (spec.name()) {
                case "model.norm.weight" -> new TensorSpec(spec.name(), new long[] {65}, spec.dtypes(), false);
                case "lm_head.weight" -> new TensorSpec(spec.name(), spec.shape(), Set.of(DType.I8, DType.BF16), false);
                default -> spec;
            });
            specs.add(new TensorSpec("not.there", new long[] {1}, Set.of(DType.F32), false));
            assertThatExceptionOfType(CodaException.class)
                    .isThrownBy(() -> checkpoint.verify(specs))
                    .withMessageContaining("1 missing (not.there)")
                    .withMessageContaining("1 of a wrong shape (model.norm.weight is [64], expected [65])")
                    .withMessageContaining("1 of a wrong dtype (lm_head.weight is F32, expected BF16 or I8)")
                    .withMessageContaining("11 too many (model.layers.2.")
                    .withMessageContaining("and 8 more)")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }

    @Test
    void verify_refuses_a_tensor_expected_twice() {
        valid();
        TensorSpec spec = new TensorSpec("a", new long[] {2}, Set.of(DType.F32), false);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> checkpoint.verify(List.of(spec, spec)))
                    .withMessageContaining("tensor a is expected twice");
        }
    }

    private static List<TensorSpec> specsOf(CheckpointFolder checkpoint) {
        return checkpoint.tensors().values().stream()
                .map(entry -> new TensorSpec(entry.name(), entry.shape(), Set.of(entry.dtype()), false))
                .toList();
    }

    private void valid() {
        write("config.json", "{}");
        RawSafetensors.writeNamed(folder.resolve("model.safetensors"), "a");
    }

    private void shards(String map) {
        write("config.json", "{}");
        write(INDEX, "{\"weight_map\":" + map + "}");
    }

    private void write(String name, String text) {
        RawSafetensors.write(folder.resolve(name), text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void assertRefused(Path path, String... parts) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> CheckpointFolder.open(path).close())
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }
}
