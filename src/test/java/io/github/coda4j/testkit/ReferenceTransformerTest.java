package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.KvCache;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is judged first. */
class ReferenceTransformerTest {
    @ParameterizedTest
    @ValueSource(strings = {"a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked"})
    void logits_equal_the_original(String model) {
        ReferenceTransformer transformer = ReferenceTransformer.golden(model);
        TensorFile golden = TensorFile.read(Goldens.path("model/" + model + "/cases.safetensors"));
        for (JsonNode json : Goldens.cases("model/" + model + "/cases.json")) {
            String name = json.get("name").textValue();
            int[] ids = golden.ints(name + ".input_ids");
            float[] expected = golden.floats(name + ".logits");
            int length = golden.shape(name + ".input_ids")[1];
            for (int row = 0; row < ids.length / length; row++) {
                float[] logits = transformer.logits(
                        Arrays.copyOfRange(ids, row * length, (row + 1) * length), 0, CacheAccess.NONE);
                assertClose(logits, Arrays.copyOfRange(expected, row * logits.length, (row + 1) * logits.length));
            }
        }
    }

    @Test
    void logits_with_a_stale_cache_equal_the_original() {
        TensorFile golden = TensorFile.read(Goldens.path("block/cached_logits.safetensors"));
        for (JsonNode json : Goldens.cases("block/cached_logits.json")) {
            String name = json.get("name").textValue();
            ReferenceTransformer transformer =
                    ReferenceTransformer.golden(json.get("model").textValue());
            int start = json.get("block_start").intValue();
            int end = json.get("block_end").intValue();
            int length = json.get("length").intValue();
            int[] now = golden.ints(name + ".ids_now");
            for (boolean dual : new boolean[] {false, true}) {
                try (KvCache cache = transformer.newCache(length)) {
                    transformer.logits(golden.ints(name + ".ids_when_cached"), 0, new CacheAccess.Fill(cache));
                    float[] logits = transformer.logits(
                            Arrays.copyOfRange(now, start, dual ? end : length), start, new CacheAccess.Reuse(cache));
                    assertClose(logits, golden.floats(name + (dual ? ".dual_logits" : ".prefix_logits")));
                }
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        float worst = 0;
        for (int i = 0; i < actual.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        assertThat(worst).isLessThan(1e-5f);
    }
}
