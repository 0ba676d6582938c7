package io.github.coda4j.model;

import static io.github.coda4j.model.ModelGoldenTest.assertClose;
import static io.github.coda4j.model.ModelGoldenTest.floats;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.testkit.GoldenModels;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.SafetensorsFile;
import io.github.coda4j.weights.TensorEntry;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Forwards that reuse keys and values of an earlier one give the original's logits. */
@Tag("slow")
class CachedLogitsGoldenTest {
    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void prefix_and_dual_cached_logits_equal_the_originals(EngineKind engine) {
        List<JsonNode> cases = Goldens.cases("block/cached_logits.json");
        assertThat(cases).hasSize(15);
        try (SafetensorsFile expected = SafetensorsFile.open(Goldens.path("block/cached_logits.safetensors"))) {
            for (JsonNode golden : cases) {
                String name = golden.get("name").textValue();
                int start = golden.get("block_start").intValue();
                int end = golden.get("block_end").intValue();
                int[] before = ids(expected, name + ".ids_when_cached");
                int[] now = ids(expected, name + ".ids_now");
                try (Transformer model =
                        GoldenModels.open(golden.get("model").textValue(), engine, WeightFormat.FP32, 2)) {
                    float[] prefix = cached(model, before, Arrays.copyOfRange(now, start, now.length), start);
                    assertClose(name + " prefix", prefix, floats(expected, name + ".prefix_logits"));
                    float[] dual = cached(model, before, Arrays.copyOfRange(now, start, end), start);
                    assertClose(name + " dual", dual, floats(expected, name + ".dual_logits"));
                }
            }
        }
    }

    private static float[] cached(Transformer model, int[] before, int[] fed, int start) {
        try (KvCache cache = model.newCache(before.length)) {
            model.logits(before, 0, new CacheAccess.Fill(cache));
            return model.logits(fed, start, new CacheAccess.Reuse(cache));
        }
    }

    private static int[] ids(SafetensorsFile file, String name) {
        TensorEntry entry = file.entry(name);
        long[] wide = file.data(entry).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
        return Arrays.stream(wide).mapToInt(Math::toIntExact).toArray();
    }
}
