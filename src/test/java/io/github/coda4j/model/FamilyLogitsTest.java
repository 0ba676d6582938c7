package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits of every family's checkpoints, whose numbers were computed with other people's code. */
@Tag("slow")
class FamilyLogitsTest {
    private static final List<String> FAMILIES = List.of(
            "a2d-qwen3-mdlm",
            "a2d-qwen2-mdlm",
            "dream",
            "open-dcoder",
            "llada",
            "a2d-qwen3-bd3lm",
            "sdar",
            "fast-dllm-v2",
            "stable-diffcoder");

    static Stream<Arguments> everywhere() {
        return FAMILIES.stream()
                .flatMap(family -> Arrays.stream(EngineKind.values()).map(engine -> Arguments.of(family, engine)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void logits_equal_those_of_the_family_s_own_code(String family, EngineKind engine) {
        Path golden = Goldens.path("families/" + family);
        JsonNode file = Goldens.json("families/" + family + "/cases.json");
        LoadOptions options = new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2)
                .withTold(told(file.get("block").asInt(0)));
        try (CheckpointFolder checkpoint = CheckpointFolder.open(golden);
                SafetensorsFile expected = SafetensorsFile.open(golden.resolve("cases.safetensors"));
                Transformer model = Transformer.open(checkpoint, options)) {
            assertThat(model.config().maskId())
                    .isEqualTo(file.get("mask_token_id").intValue());
            Map<String, float[]> found = new HashMap<>();
            for (JsonNode one : file.get("cases")) {
                String name = one.get("name").textValue();
                int[][] batch = ModelGoldenTest.ids(expected, name);
                float[] logits = ModelGoldenTest.floats(expected, name + ".logits");
                int size = logits.length / batch.length;
                for (int b = 0; b < batch.length; b++) {
                    float[] wanted = Arrays.copyOfRange(logits, b * size, (b + 1) * size);
                    found.put(name, logits(model, batch[b], one));
                    ModelGoldenTest.assertClose(name + " row " + b, found.get(name), wanted);
                }
            }
            assertFinishedBlocksStay(file.get("equal_rows"), found, model.vocabSize());
        }
    }

    private static Map<String, Integer> told(int block) {
        return block > 0 ? Map.of(LoadOptions.ATTENTION_BLOCK, block) : Map.of();
    }

    private static float[] logits(Transformer model, int[] ids, JsonNode one) {
        return one.get("attention").textValue().equals("full")
                ? model.logits(ids)
                : model.logits(
                        ids,
                        new BlockGrid(
                                one.get("block").intValue(),
                                one.get("grid_offset").intValue()));
    }

    /** What follows a finished block does not move it. */
    private static void assertFinishedBlocksStay(JsonNode equal, Map<String, float[]> found, int vocabSize) {
        if (equal.isNull()) {
            return;
        }
        int same = equal.get("rows").intValue() * vocabSize;
        float[] first = Arrays.copyOf(found.get(equal.get("cases").get(0).textValue()), same);
        for (JsonNode name : equal.get("cases")) {
            float[] rows = Arrays.copyOf(found.get(name.textValue()), same);
            ModelGoldenTest.assertClose(name.textValue(), rows, first);
        }
    }
}
