package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Precision;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class CodaModelTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeCheckpoint() throws Exception {
        ToyCheckpoint.write(folder);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_batch_with_a_real_network_equals_the_single_answers(EngineKind kind) throws Exception {
        try (CodaModel model = open(kind)) {
            DecodeOptions plain = DecodeOptions.ofSteps(8);
            List<DecodeOptions> options = List.of(
                    plain,
                    plain.withBlocks(8, CachePolicy.NONE),
                    plain.withBlocks(8, CachePolicy.of("prefix")),
                    plain.withBlocks(8, CachePolicy.of("dual")));
            List<GenerateRequest> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Document document = i % 2 == 0
                        ? Document.completion("def f" + i + "():", 16)
                        : Document.parse("x = <|hole|>\r\ny" + i + " = <|hole|>", 7, 16);
                requests.add(GenerateRequest.of(document, options.get(i)));
            }
            List<Completion> single = new ArrayList<>();
            for (GenerateRequest request : requests) {
                single.add(model.generate(request));
            }
            List<Generation> together = requests.stream()
                    .map(request -> model.submit(request, GenerationListener.NONE))
                    .toList();
            for (int i = 0; i < requests.size(); i++) {
                Completion batched = together.get(i).await();
                assertThat(batched.ids()).isEqualTo(single.get(i).ids()).doesNotContain(ToyCheckpoint.MASK);
                assertThat(batched.holes()).isEqualTo(single.get(i).holes());
            }
        }
    }

    @Test
    void the_end_tokens_are_those_of_config_and_tokenizer() {
        try (CodaModel model = open(EngineKind.PLAIN)) {
            assertThat(model.endTokens()).containsExactlyInAnyOrder(ToyCheckpoint.PAD, ToyCheckpoint.END);
            assertThat(model.config().maskId()).isEqualTo(ToyCheckpoint.MASK);
            assertThat(model.tokenizer().encode("A<|im_end|>"))
                    .containsExactly(ToyCheckpoint.FIRST_BYTE + 'A', ToyCheckpoint.END);
            assertThat(model.generationConfig()).isEmpty();
        }
    }

    @Test
    void a_folder_without_a_tokenizer_is_refused() throws Exception {
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> open(EngineKind.PLAIN))
                .isExactlyInstanceOf(CodaException.class)
                .hasMessageStartingWith("no tokenizer in " + folder);
    }

    @Test
    void a_tokenizer_with_another_mask_is_refused() throws Exception {
        ToyCheckpoint.writeTokenizer(folder, 6);
        assertThatThrownBy(() -> open(EngineKind.PLAIN))
                .isExactlyInstanceOf(CodaException.class)
                .hasMessageStartingWith("the tokenizer's mask token is 6, the model's is 5");
    }

    @Test
    void the_tokenizer_is_looked_at_before_the_weights() throws Exception {
        Path config = folder.resolve("config.json");
        String moreLayers =
                Files.readString(config).replaceFirst("\"num_hidden_layers\": *\\d+", "\"num_hidden_layers\": 99");
        Files.writeString(config, moreLayers);
        assertThatThrownBy(() -> open(EngineKind.PLAIN)).hasMessageContaining("layers.");
        ToyCheckpoint.writeTokenizer(folder, 6);
        assertThatThrownBy(() -> open(EngineKind.PLAIN)).hasMessageContaining("the tokenizer's mask token is 6");
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> open(EngineKind.PLAIN)).hasMessageStartingWith("no tokenizer in " + folder);
    }

    private CodaModel open(EngineKind kind) {
        return CodaModel.open(folder, new LoadOptions(kind, Precision.FP32, Device.CPU, 1), EngineOptions.DEFAULT);
    }
}
