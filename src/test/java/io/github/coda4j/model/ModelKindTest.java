package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.testkit.ReferenceTransformer;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of every kind: norms of heads or none, biases here or there, shifted or in place. */
@Tag("slow")
class ModelKindTest {
    private static final int[] LENGTHS = {1, 7, 13, 33, 128, 207};

    @TempDir
    Path folder;

    static List<ModelKind> kinds() {
        return RandomModels.kinds();
    }

    /** Those of which the rows of logits differ. */
    static List<ModelKind> layerKinds() {
        return kinds().stream()
                .filter(kind -> kind.alignment() == Alignment.SHIFTED)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("layerKinds")
    void both_transformers_give_the_logits_of_plain_double_precision(ModelKind kind) {
        RandomModels.write(RandomModels.config(kind), 11, folder.resolve("m"));
        ReferenceTransformer reference = ReferenceTransformer.open(folder.resolve("m"));
        try (Transformer plain = open(EngineKind.PLAIN, WeightFormat.FP32, 2);
                Transformer two = open(EngineKind.FAST, WeightFormat.FP32, 2);
                Transformer three = open(EngineKind.FAST, WeightFormat.FP32, 3)) {
            for (int length : LENGTHS) {
                int[] ids = ids(length);
                float[] expected = reference.logits(ids, 0, CacheAccess.NONE);
                ModelGoldenTest.assertClose("plain, length " + length, plain.logits(ids), expected);
                ModelGoldenTest.assertClose("fast on two, length " + length, two.logits(ids), expected);
                ModelGoldenTest.assertClose("fast on three, length " + length, three.logits(ids), expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_proposal_is_the_best_token_of_the_row_that_the_alignment_names(ModelKind kind) {
        RandomModels.write(RandomModels.config(kind), 12, folder.resolve("m"));
        int[] ids = ids(21);
        int[] positions = {0, 1, 8, 9, 20};
        for (EngineKind engine : EngineKind.values()) {
            try (Transformer model = open(engine, WeightFormat.FP32, 2)) {
                assertThat(model.alignment()).isEqualTo(kind.alignment());
                float[] logits = model.logits(ids);
                Proposals proposals = propose(model, ids, 0, CacheAccess.NONE, positions);
                for (int i = 0; i < positions.length; i++) {
                    int row = kind.alignment() == Alignment.IN_PLACE ? positions[i] : Math.max(0, positions[i] - 1);
                    assertThat(proposals.tokens()[i])
                            .as("%s, position %d", engine, positions[i])
                            .isEqualTo(best(logits, row, model.vocabSize()));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void cached_blocks_run_from_the_first_row_of_the_alignment_and_propose_what_the_whole_forward_proposes(
            ModelKind kind) {
        RandomModels.write(RandomModels.config(kind), 13, folder.resolve("m"));
        int[] ids = ids(40);
        int[] block = IntStream.range(16, 24).toArray();
        int first = kind.alignment().firstRow(16);
        for (EngineKind engine : EngineKind.values()) {
            try (Transformer model = open(engine, WeightFormat.FP32, 2);
                    KvCache cache = model.newCache(ids.length)) {
                Proposals whole = propose(model, ids, 0, new CacheAccess.Fill(cache), block);
                int[] run = Arrays.copyOfRange(ids, first, 24);
                Proposals cached = propose(model, run, first, new CacheAccess.Reuse(cache), block);
                assertThat(cached.tokens()).isEqualTo(whole.tokens());
                for (int i = 0; i < block.length; i++) {
                    assertThat(cached.probability()[i]).isCloseTo(whole.probability()[i], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layerKinds")
    void reduced_precision_and_int8_checkpoints_stay_near(ModelKind kind) {
        RandomModels.write(RandomModels.config(kind), 14, folder.resolve("m"));
        try (CheckpointFolder floats = CheckpointFolder.open(folder.resolve("m"))) {
            QuantizedCheckpoint.write(floats, WeightFormat.INT8, folder.resolve("q"), ProgressListener.NONE, false);
        }
        int[] ids = ids(33);
        LoadOptions int8 = new LoadOptions(EngineKind.FAST, WeightFormat.INT8, Device.CPU, 2);
        try (Transformer wide = open(EngineKind.FAST, WeightFormat.FP32, 2);
                Transformer fastBf16 = open(EngineKind.FAST, WeightFormat.BF16, 2);
                Transformer plainBf16 = open(EngineKind.PLAIN, WeightFormat.BF16, 2);
                CheckpointFolder stored = CheckpointFolder.open(folder.resolve("q"));
                Transformer quantized = Transformer.open(stored, int8)) {
            float[] expected = wide.logits(ids);
            assertThat(cosine(fastBf16.logits(ids), expected)).isGreaterThan(0.999);
            assertThat(cosine(plainBf16.logits(ids), expected)).isGreaterThan(0.999);
            assertThat(cosine(quantized.logits(ids), expected)).isGreaterThan(0.99);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_kind_survives_its_own_file(ModelKind kind) {
        ConfigFile file = RandomModels.config(kind).toFile(DType.F32);
        assertThat(ModelConfig.read(file)).isEqualTo(RandomModels.config(kind));
    }

    @Test
    void every_model_type_of_old_is_the_coda_kind_and_its_file_says_no_more_than_before() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        for (String type : List.of("CoDA", "coda", "qwen3")) {
            ModelConfig read = ModelConfig.read(file.with("model_type", type));
            assertThat(read.kind()).isEqualTo(ModelKind.CODA);
            assertThat(read.toFile(DType.F32).json()).isEqualTo(file.json());
            assertThat(ModelConfig.read(file.with("model_type", type).with("attention_bias", true))
                            .kind()
                            .bias())
                    .isEqualTo(Bias.QKVO);
        }
        assertThat(file.keys()).doesNotContain("qk_norm", "attention_output_bias", "logits_alignment");
    }

    @Test
    void a_model_type_that_is_not_known_is_refused_with_the_list() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        for (String type : List.of("gemma", "llada2_moe", "qwen3_moe", "")) {
            assertThatThrownBy(() -> ModelConfig.read(file.with("model_type", type)))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("config.json: \"model_type\" must be one of CoDA, coda, qwen3, a2d-qwen3, a2d-qwen2,"
                            + " qwen2, Dream, llada, sdar, Fast_dLLM_Qwen, llama, got \"" + type + "\"");
        }
    }

    @Test
    void keys_of_the_kind_that_contradict_each_other_or_are_unknown_are_refused() {
        ConfigFile file = ModelConfig.preset("coda-tiny").toFile(DType.F32);
        assertThatThrownBy(() -> ModelConfig.read(file.with("attention_output_bias", true)))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("\"attention_output_bias\" must be false where attention_bias is false");
        assertThatThrownBy(() -> ModelConfig.read(file.with("logits_alignment", "left")))
                .isInstanceOf(CodaException.class)
                .hasMessage("config.json: logits_alignment: unknown alignment \"left\"; known: shifted, in_place");
        assertThatThrownBy(() -> ModelConfig.read(file.with("qk_norm", "no")))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("\"qk_norm\" must be true or false");
    }

    @Test
    void norms_of_heads_and_biases_that_the_kind_has_not_and_those_missing_that_it_has_are_refused_by_name() {
        ModelConfig bare = RandomModels.config(RandomModels.kind(false, Bias.NONE, Alignment.SHIFTED));
        RandomModels.write(bare, 15, folder.resolve("m"));
        change("qk_norm", true);
        assertUnfit("4 missing (model.layers.0.self_attn.q_norm.weight");
        change("qk_norm", false);
        change("attention_bias", true);
        assertUnfit("8 missing (model.layers.0.self_attn.q_proj.bias");
        change("attention_output_bias", false);
        assertUnfit("6 missing (model.layers.0.self_attn.q_proj.bias");

        ModelConfig full = RandomModels.config(RandomModels.kind(true, Bias.QKVO, Alignment.SHIFTED));
        RandomModels.write(full, 15, folder.resolve("full"));
        Path config = folder.resolve("full/config.json");
        AtomicFiles.writeText(
                config, ConfigFile.read(config).with("qk_norm", false).json());
        try (CheckpointFolder stored = CheckpointFolder.open(folder.resolve("full"))) {
            LoadOptions options = LoadOptions.of(WeightFormat.FP32, Device.CPU);
            assertThatThrownBy(() -> Transformer.open(stored, options))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("4 too many (model.layers.0.self_attn.");
        }
    }

    private void assertUnfit(String message) {
        assertThatThrownBy(() -> open(EngineKind.FAST, WeightFormat.FP32, 1))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(message);
    }

    private void change(String key, Object value) {
        Path config = folder.resolve("m/config.json");
        AtomicFiles.writeText(config, ConfigFile.read(config).with(key, value).json());
    }

    private Transformer open(EngineKind engine, WeightFormat precision, int threads) {
        try (CheckpointFolder stored = CheckpointFolder.open(folder.resolve("m"))) {
            return Transformer.open(stored, new LoadOptions(engine, precision, Device.CPU, threads));
        }
    }

    private static Proposals propose(Transformer model, int[] ids, int start, CacheAccess cache, int[] positions) {
        return model.forward(List.of(new ForwardPlan(ids, start, cache, positions, Sampling.GREEDY, 0)))
                .getFirst();
    }

    private static int[] ids(int length) {
        return new SplittableRandom(length).ints(length, 5, 139).toArray();
    }

    private static int best(float[] logits, int row, int vocab) {
        int best = 0;
        for (int v = 1; v < vocab; v++) {
            best = logits[row * vocab + v] > logits[row * vocab + best] ? v : best;
        }
        return best;
    }

    private static double cosine(float[] x, float[] y) {
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (double) x[i] * y[i];
            xx += (double) x[i] * x[i];
            yy += (double) y[i] * y[i];
        }
        return xy / Math.sqrt(xx * yy);
    }
}
