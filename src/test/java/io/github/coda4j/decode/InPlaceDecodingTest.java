package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.testkit.ReferenceTransformer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decoding with a model whose rows propose their own positions. */
@Tag("slow")
class InPlaceDecodingTest {
    private static final int[] PROMPT = {7, 9, 30, 42, 8};
    private static final ModelConfig CONFIG =
            RandomModels.config(RandomModels.kind(false, Bias.QKV, Alignment.IN_PLACE));

    @TempDir
    Path folder;

    @Test
    void all_transformers_fill_the_same_ids_at_every_step_whatever_the_cache() {
        Path model = RandomModels.write(CONFIG, 31, folder.resolve("m"));
        Denoiser reference = ReferenceTransformer.open(model);
        try (Transformer plain = open(model, EngineKind.PLAIN);
                Transformer fast = open(model, EngineKind.FAST)) {
            for (CachePolicy cache : List.of(CachePolicy.NONE, new CachePolicy.Prefix(0), new CachePolicy.Dual(3))) {
                List<List<Integer>> expected = history(reference, cache);
                assertThat(history(plain, cache)).as("plain, %s", cache).isEqualTo(expected);
                assertThat(history(fast, cache)).as("fast, %s", cache).isEqualTo(expected);
            }
        }
    }

    @Test
    void a_cache_that_is_refreshed_at_every_forward_changes_nothing() {
        Denoiser model = ReferenceTransformer.open(RandomModels.write(CONFIG, 32, folder.resolve("m")));
        List<List<Integer>> exact = history(model, CachePolicy.NONE);
        assertThat(history(model, new CachePolicy.Prefix(1))).isEqualTo(exact);
        assertThat(history(model, new CachePolicy.Dual(1))).isEqualTo(exact);
    }

    @Test
    void a_canvas_that_begins_with_a_hole_is_filled_from_its_own_first_row() {
        Path model = RandomModels.write(CONFIG, 33, folder.resolve("m"));
        int[] ids = {CONFIG.maskId(), 12, 13, 14};
        try (Transformer plain = open(model, EngineKind.PLAIN)) {
            float[] logits = plain.logits(ids);
            int best = 0;
            for (int v = 1; v < CONFIG.vocabSize(); v++) {
                best = v != CONFIG.maskId() && logits[v] > logits[best] ? v : best;
            }
            Canvas canvas = new Canvas(ids, CONFIG.maskId());
            try (DecodeSession session = DecodeSession.open(canvas, DecodeOptions.ofSteps(1), plain)) {
                Decoding.run(session, plain);
            }
            assertThat(canvas.ids()).containsExactly(best, 12, 13, 14);
        }
    }

    private static Transformer open(Path model, EngineKind engine) {
        try (CheckpointFolder stored = CheckpointFolder.open(model)) {
            return Transformer.open(stored, new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2));
        }
    }

    /** The canvas after every forward. */
    private static List<List<Integer>> history(Denoiser model, CachePolicy cache) {
        DecodeOptions options = DecodeOptions.ofSteps(1)
                .withCommit(new ConfidenceThreshold(0.6))
                .withBlocks(8, cache);
        Canvas canvas = Canvas.forCompletion(PROMPT, 24, model.maskId());
        List<List<Integer>> history = new java.util.ArrayList<>();
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            while (!session.done()) {
                session.apply(model.forward(List.of(session.plan())).getFirst());
                history.add(java.util.Arrays.stream(canvas.ids()).boxed().toList());
            }
        }
        assertThat(canvas.maskedCount()).isZero();
        return history;
    }
}
