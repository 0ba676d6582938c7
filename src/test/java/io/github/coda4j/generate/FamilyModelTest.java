package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.RandomCheckpoint;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.SpecialTokens;
import io.github.coda4j.text.TokenizerWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of other families answer through the same doors, decoded as their family is. */
@Tag("slow")
class FamilyModelTest {
    private static final int VOCABULARY = 320;
    private static final int MASK = 300;
    private static final int END = 301;

    @TempDir
    Path folder;

    private CodaModel open(ModelKind kind) {
        ModelConfig config = new ModelConfig(
                VOCABULARY,
                48,
                2,
                6,
                2,
                12,
                80,
                1e4,
                1e-6,
                512,
                kind,
                false,
                0.3,
                MASK,
                OptionalInt.of(END),
                List.of());
        SpecialTokens roles =
                new SpecialTokens(OptionalInt.of(MASK), OptionalInt.of(END), OptionalInt.empty(), OptionalInt.empty());
        RandomCheckpoint.write(
                config,
                3,
                DType.F32,
                writer -> TokenizerWriter.bytes(VOCABULARY, roles).forEach(writer::writeText),
                folder.resolve("model"),
                (_, _, _) -> {},
                false);
        return CodaModel.open(
                folder.resolve("model"),
                new LoadOptions(EngineKind.FAST, WeightFormat.FP32, Device.CPU, 2),
                EngineOptions.DEFAULT);
    }

    private static ModelKind kind(String type, boolean qkNorm, Bias bias, Alignment alignment, int block) {
        Optional<BlockCausal> blocks = block > 0 ? Optional.of(new BlockCausal(block, Border.START)) : Optional.empty();
        return new ModelKind(type, "any", qkNorm, bias, alignment, blocks);
    }

    @ParameterizedTest
    @CsvSource({
        "a2d-qwen3, true, NONE, IN_PLACE, 0, low_confidence_rounded",
        "a2d-qwen2, false, QKV, IN_PLACE, 0, low_confidence_rounded",
        "qwen2, false, QKV, SHIFTED, 0, p2",
        "Dream, false, QKV, SHIFTED, 0, entropy",
        "llada, false, NONE, IN_PLACE, 0, low_confidence",
        "sdar, true, NONE, IN_PLACE, 4, low_confidence_dynamic",
        "Fast_dLLM_Qwen, false, QKV, SHIFTED, 32, sub_blocks",
    })
    void a_family_s_own_decoding_counts_where_nothing_else_is_said(
            String type, boolean qkNorm, Bias bias, Alignment alignment, int block, String alg)
            throws InterruptedException {
        try (CodaModel model = open(kind(type, qkNorm, bias, alignment, block))) {
            Given given = Given.inJava().with(Parameter.MAX_NEW_TOKENS, 70);
            GenerateRequest request = model.request(Document.completion("int x = ", 70), given);
            assertThat(request.decode().commit().name()).isEqualTo(alg);
            Completion answer = model.generate(request);
            assertThat(answer.cost().forwards()).isPositive();
            assertAnswered(answer);
            GenerateRequest other =
                    model.request(Document.completion("int x = ", 64), given.with(Parameter.ALG, "maskgit_plus"));
            assertThat(other.decode().commit().name()).isEqualTo("maskgit_plus");
            GenerateRequest chat = model.request(
                    ChatRequest.of(List.of(ChatMessage.user("x"))), given.with(Parameter.MAX_NEW_TOKENS, 8));
            assertThat(model.generate(chat).cost().newTokens()).isPositive();
        }
    }

    /** Masks are left behind an end token only. */
    private static void assertAnswered(Completion answer) {
        int end = answer.ids().indexOf(END);
        assertThat(end < 0 ? answer.ids() : answer.ids().subList(0, end)).doesNotContain(MASK);
    }

    @Test
    void holes_are_filled_where_the_whole_text_is_seen_and_refused_where_it_is_not() throws InterruptedException {
        Document holed = Document.parse("a<|hole|>b", 3);
        try (CodaModel model = open(kind("llada", false, Bias.NONE, Alignment.IN_PLACE, 0))) {
            GenerateRequest request = model.request(holed, Given.inJava());
            assertThat(request.decode().blockLength()).isEmpty();
            assertAnswered(model.generate(request));
        }
    }

    @Test
    void a_block_causal_model_says_why_it_fills_no_holes() {
        try (CodaModel model = open(kind("sdar", true, Bias.NONE, Alignment.IN_PLACE, 4))) {
            assertThatThrownBy(() -> model.submit(
                            model.request(Document.parse("a<|hole|>b", 3), Given.inJava()), GenerationListener.NONE))
                    .hasMessageContaining("cannot fill holes");
            assertThatThrownBy(() -> model.submit(
                            model.request(
                                    Document.completion("a", 8),
                                    Given.inJava()
                                            .with(Parameter.BLOCK_LENGTH, 4)
                                            .with(Parameter.CACHE, "dual")),
                            GenerationListener.NONE))
                    .hasMessageContaining("cache dual")
                    .hasMessageContaining("exact");
        }
    }
}
