package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.TopKMargin;
import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ToyCheckpoint;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@Tag("slow")
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
    void lengths_are_found_with_the_checkpoint_s_calibration_and_a_window_as_it_says() throws Exception {
        try (CodaModel model = open(EngineKind.PLAIN)) {
            Document open = Document.parse("x = <|hole|>;");
            assertThat(model.request(open, Given.inJava()).lengths()).isEqualTo(LengthOptions.DEFAULT);
            LengthBias bias = new LengthBias(0.1, 2, 0.2, 0.1, 0.3);
            String fingerprint;
            try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
                fingerprint = checkpoint.fingerprint();
            }
            new LengthCalibration(fingerprint, bias, 1, List.of(), List.of(), OptionalInt.empty()).write(folder);
            assertThat(model.request(open, Given.inJava()).lengths()).isEqualTo(LengthOptions.DEFAULT.withBias(bias));
            assertThat(model.infill("x = <|hole|>;")).startsWith("x = ").endsWith(";");
            new LengthCalibration("0123456789abcdef", bias, 1, List.of(), List.of(), OptionalInt.empty()).write(folder);
            assertThatThrownBy(() -> model.infill("x = <|hole|>;"))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("of another checkpoint");
            assertThat(model.infill("x = <|hole|>;", 2)).startsWith("x = ");
        }
        Files.writeString(folder.resolve("generation_config.json"), "{\"context\": 64}");
        try (CodaModel model = open(EngineKind.PLAIN)) {
            Document document = Document.parse("x = <|hole|>;", 2);
            assertThat(windows(model.request(document, Given.inJava())).context())
                    .hasValue(64);
            assertThat(windows(model.request(document, Given.inJava().with(Parameter.CONTEXT, 32)))
                            .context())
                    .hasValue(32);
            assertThat(windows(model.request(document, WindowOptions.DEFAULT.withContext(16), Given.inJava()))
                            .context())
                    .hasValue(16);
        }
        Files.writeString(folder.resolve("generation_config.json"), "{\"context\": 513}");
        try (CodaModel model = open(EngineKind.PLAIN)) {
            assertThatThrownBy(() -> model.infill("x = <|hole|>;", 2))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("context")
                    .hasMessageContaining("must be 2 to 512, which is what the model takes, got 513");
        }
    }

    private static WindowOptions windows(GenerateRequest request) {
        return ((Prompt.Text) request.prompt()).windows();
    }

    @Test
    void the_end_tokens_are_those_of_config_and_tokenizer() {
        try (CodaModel model = open(EngineKind.PLAIN)) {
            assertThat(model.endTokens()).containsExactlyInAnyOrder(ToyCheckpoint.PAD, ToyCheckpoint.END);
            assertThat(model.info().maskId()).isEqualTo(ToyCheckpoint.MASK);
            assertThat(model.tokenizer().encode("A<|im_end|>"))
                    .containsExactly(ToyCheckpoint.FIRST_BYTE + 'A', ToyCheckpoint.END);
        }
    }

    @Test
    void requests_take_the_checkpoint_s_own_values_where_nothing_is_given() throws Exception {
        Files.writeString(folder.resolve("generation_config.json"), """
                {"alg": "topk_margin", "alg_temp": 0.1, "top_k": 3, "max_new_tokens": 6, "steps": 3,
                 "enable_thinking": false}""");
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"mask_token": "<|mask|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}""");
        try (CodaModel model = open(EngineKind.PLAIN)) {
            Given nothing = Given.inJava();
            GenerateRequest plain = model.request("def f", nothing);
            assertThat(plain.prompt()).isEqualTo(new Prompt.Text(Document.completion("def f", 6)));
            assertThat(plain.decode())
                    .isEqualTo(DecodeOptions.ofSteps(3)
                            .withCommit(new TopKMargin(0.1))
                            .withSampling(0, 1, 3)
                            .withEndTokens(Set.of(ToyCheckpoint.PAD, ToyCheckpoint.END)));
            GenerateRequest given = model.request(
                    Document.completion("def f", 8),
                    nothing.with(Parameter.ALG, "entropy")
                            .with(Parameter.ALG_PARAM, Map.of("alg_temp", 0.0))
                            .with(Parameter.STEPS, 8)
                            .with(Parameter.STOP, List.of("\n")));
            assertThat(given.decode().commit()).isEqualTo(new Entropy(0));
            assertThat(given.decode().steps()).isEqualTo(8);
            assertThat(given.decode().topK()).isEqualTo(3);
            assertThat(given.stopStrings()).containsExactly("\n");
            ChatRequest chat = ChatRequest.of(List.of(ChatMessage.user("hi")));
            assertThat(textOf(model.request(chat, nothing))).endsWith("<think>\n\n</think>\n\n");
            assertThat(textOf(model.request(chat.withThinking(Optional.of(true)), nothing)))
                    .doesNotContain("<think>");
            assertThat(textOf(model.request(chat, nothing.with(Parameter.THINKING, true))))
                    .doesNotContain("<think>");
            assertThatThrownBy(() -> model.request("def f", nothing.with(Parameter.MAX_NEW_TOKENS, 2_000_000_000)))
                    .isInstanceOfSatisfying(
                            WrongValueException.class,
                            e -> assertThat(e.parameter()).isEqualTo("maxNewTokens"))
                    .hasMessageContaining("2000000000 tokens are to be generated");
            assertThat(model.generate(plain).holes().getFirst().ids()).hasSizeBetween(0, 6);
        }
    }

    private static String textOf(GenerateRequest request) {
        return ((Prompt.Marked) request.prompt()).text().text();
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
        return CodaModel.open(folder, new LoadOptions(kind, WeightFormat.FP32, Device.CPU, 1), EngineOptions.DEFAULT);
    }
}
