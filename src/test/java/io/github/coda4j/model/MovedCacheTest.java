package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.testkit.ReferenceTransformer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys and values that were put elsewhere are those of the same tokens there. */
class MovedCacheTest {
    private static final int BEFORE = 7;
    private static final int AFTER = 13;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"PLAIN, 2, 9", "PLAIN, 9, 2", "FAST, 2, 9", "FAST, 9, 2", "FAST, 5, 5"})
    void with_one_layer_text_that_moved_is_as_if_it_had_been_run_there(EngineKind engine, int was, int is) {
        // One layer's keys and values depend on token and position alone.
        try (Transformer model = Transformer.random(config(1), 3, options(engine));
                KvCache cache = model.newCache(BEFORE + was + AFTER)) {
            model.logits(sequence(was), 0, new CacheAccess.Fill(cache));
            float[] alone = alone(model, cache, was, is);
            float[] whole = model.logits(sequence(is), 0, CacheAccess.NONE);
            int vocab = model.vocabSize();
            assertThat(alone)
                    .containsExactly(Arrays.copyOfRange(whole, BEFORE * vocab, (BEFORE + is) * vocab), within(1e-4f));
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void with_more_layers_it_is_what_the_reference_makes_of_it(EngineKind engine) {
        Path written = RandomModels.write(config(3), 4, folder.resolve("model"));
        ReferenceTransformer reference = ReferenceTransformer.open(written);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(written);
                Transformer model = Transformer.open(checkpoint, options(engine));
                KvCache own = model.newCache(BEFORE + 3 + AFTER);
                KvCache referenceCache = reference.newCache(BEFORE + 3 + AFTER)) {
            model.logits(sequence(3), 0, new CacheAccess.Fill(own));
            reference.logits(sequence(3), 0, new CacheAccess.Fill(referenceCache));
            float[] found = alone(model, own, 3, 8);
            try (KvCache moved = reference.moved(referenceCache, from(3, 8))) {
                float[] expected = reference.logits(hole(8), BEFORE, new CacheAccess.Reuse(moved));
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).as("logit %d", i).isCloseTo(expected[i], within(2e-3f));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void places_that_do_not_exist_are_refused(EngineKind engine) {
        try (Transformer model = Transformer.random(config(1), 3, options(engine));
                KvCache cache = model.newCache(4)) {
            assertThatThrownBy(() -> model.moved(cache, new int[] {0, 4}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("position 1 is to come from 4, which is not in [-1, 4)");
            assertThatThrownBy(() -> model.moved(cache, new int[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a cache needs at least one position");
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"PLAIN, FP32", "PLAIN, BF16", "FAST, FP32", "FAST, BF16", "FAST, INT8"})
    void the_deepest_values_are_those_of_the_reference_by_position_also_after_a_move(
            EngineKind engine, WeightFormat format) {
        Path written = RandomModels.write(config(3), 4, folder.resolve("model"));
        ReferenceTransformer reference = ReferenceTransformer.open(written);
        double tolerance = format == WeightFormat.FP32 ? 1e-3 : 0.1;
        try (CheckpointFolder checkpoint = CheckpointFolder.open(written);
                Transformer model = Transformer.open(checkpoint, new LoadOptions(engine, format, Device.CPU, 2));
                KvCache own = model.newCache(BEFORE + 3 + AFTER);
                KvCache judge = reference.newCache(BEFORE + 3 + AFTER)) {
            model.logits(sequence(3), 0, new CacheAccess.Fill(own));
            reference.logits(sequence(3), 0, new CacheAccess.Fill(judge));
            assertThat(own.deepestValues(0, own.length())).hasSize(own.length() * 2 * 12);
            for (int start : new int[] {0, 4}) {
                float[] expected = judge.deepestValues(start, start + 9);
                double norm = Math.sqrt(norm(expected, new float[expected.length]));
                assertThat(norm).isPositive();
                assertThat(Math.sqrt(norm(own.deepestValues(start, start + 9), expected)))
                        .isLessThan(tolerance * norm);
            }
            try (KvCache moved = model.moved(own, from(3, 8))) {
                assertThat(moved.deepestValues(BEFORE + 8, moved.length()))
                        .isEqualTo(own.deepestValues(BEFORE + 3, own.length()));
                assertThat(moved.deepestValues(BEFORE, BEFORE + 8)).containsOnly(0);
            }
        }
    }

    /** The squared distance of two. */
    private static double norm(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> (double) (a[i] - b[i]) * (a[i] - b[i]))
                .sum();
    }

    private static float[] alone(Transformer model, KvCache cache, int was, int is) {
        try (KvCache moved = model.moved(cache, from(was, is))) {
            return model.logits(hole(is), BEFORE, new CacheAccess.Reuse(moved));
        }
    }

    /** Both sides stay together, the hole comes from nowhere. */
    private static int[] from(int was, int is) {
        return IntStream.range(0, BEFORE + is + AFTER)
                .map(i -> i < BEFORE ? i : i < BEFORE + is ? -1 : i - is + was)
                .toArray();
    }

    private static int[] sequence(int holeTokens) {
        return Stream.of(text(1, BEFORE), hole(holeTokens), text(2, AFTER))
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    private static int[] hole(int tokens) {
        return text(3, tokens);
    }

    private static int[] text(long seed, int tokens) {
        return new SplittableRandom(seed).ints(tokens, 5, 139).toArray();
    }

    private static LoadOptions options(EngineKind engine) {
        return new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2);
    }

    private static ModelConfig config(int layers) {
        ModelKind kind = RandomModels.kind(true, Bias.NONE, Alignment.SHIFTED);
        return new ModelConfig(
                139, 48, layers, 6, 2, 12, 80, 1e4, 1e-6, 256, kind, false, 0.02, 4, OptionalInt.of(0), List.of(1));
    }
}
