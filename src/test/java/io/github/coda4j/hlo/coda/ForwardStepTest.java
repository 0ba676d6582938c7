package io.github.coda4j.hlo.coda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.kernel.LogitsRow;
import io.github.coda4j.kernel.RowProposal;
import io.github.coda4j.kernel.RowRule;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.weights.CheckpointFolder;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits and proposals of programs against those of the original and of other families' own code. */
@Tag("slow")
class ForwardStepTest {
    private static final double TOLERANCE = 1e-4;

    /** A model's parameters by name, in memory of Java. */
    private record Model(ModelConfig config, boolean ownHead, Map<String, float[]> tensors) {
        static Model load(Path folder, Map<String, Integer> told) {
            try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
                ModelConfig config = ModelConfig.of(checkpoint, told);
                try (ParameterStore store = ParameterLoader.load(checkpoint, config, Device.CPU);
                        Scope _ = Scope.open()) {
                    Map<String, float[]> tensors = new HashMap<>();
                    store.slices()
                            .forEach(slice -> tensors.put(
                                    slice.name(), store.value(slice.name()).toFloats()));
                    return new Model(config, store.ownHead(), tensors);
                }
            }
        }

        ProgramRun run(ForwardStep step, int[] ids, int length) {
            return new ProgramRun(step.program())
                    .give(ForwardStep.IDS, ids)
                    .give(Batch.SEGMENTS, new int[ids.length])
                    .giveAngles(config, length)
                    .giveParameters(step.parameters(), tensors);
        }
    }

    private static StepShape shape(int rows, int length) {
        return new StepShape(rows, rows, length, 16, 9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked"})
    void logits_are_the_original_ones(String name) {
        Model model = Model.load(Goldens.path("model/" + name), Map.of());
        TensorFile golden = TensorFile.read(Goldens.path("model/" + name + "/cases.safetensors"));
        int cases = 0;
        for (JsonNode one : Goldens.cases("model/" + name + "/cases.json")) {
            String stem = one.get("name").textValue();
            int[] size = golden.shape(stem + ".input_ids");
            if (size[1] > 40) { // Longer ones take the evaluator seconds.
                continue;
            }
            ForwardStep step = ForwardStep.logits(model.config, model.ownHead, shape(size[0], size[1]), Products.F32);
            HostTensor logits = model.run(step, golden.ints(stem + ".input_ids"), size[1])
                    .run()
                    .get(ForwardStep.LOGITS);
            assertNear(stem, logits.data(), golden.floats(stem + ".logits"));
            cases++;
        }
        assertThat(cases).isEqualTo(4);
    }

    private static void assertNear(String what, double[] found, float[] expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("%s, element %d", what, i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a2d-qwen3-mdlm",
                "a2d-qwen2-mdlm",
                "dream",
                "open-dcoder",
                "llada",
                "a2d-qwen3-bd3lm",
                "sdar",
                "fast-dllm-v2",
                "stable-diffcoder"
            })
    void logits_of_other_families_are_those_of_their_own_code(String family) {
        JsonNode file = Goldens.json("families/" + family + "/cases.json");
        int block = file.get("block").asInt(0);
        Path folder = Goldens.path("families/" + family);
        Model model = Model.load(folder, block > 0 ? Map.of(LoadOptions.ATTENTION_BLOCK, block) : Map.of());
        TensorFile golden = TensorFile.read(folder.resolve("cases.safetensors"));
        JsonNode one = file.get("cases").get(0);
        for (JsonNode other : file.get("cases")) {
            if (other.get("attention").textValue().equals("full")
                    == model.config.kind().blocks().isEmpty()) {
                one = other;
            }
        }
        String stem = one.get("name").textValue();
        int[] size = golden.shape(stem + ".input_ids");
        ForwardStep step = ForwardStep.logits(model.config, model.ownHead, shape(size[0], size[1]), Products.F32);
        ProgramRun run = model.run(step, golden.ints(stem + ".input_ids"), size[1]);
        if (model.config.kind().blocks().isPresent()) {
            run.give(ForwardStep.BLOCKS, blocks(one, size));
        }
        assertNear(stem, run.run().get(ForwardStep.LOGITS).data(), golden.floats(stem + ".logits"));
    }

    /** A position's block is counted by where it ends. */
    private static int[] blocks(JsonNode one, int[] size) {
        BlockGrid grid = new BlockGrid(
                one.get("block").intValue(), one.get("grid_offset").intValue());
        int[] blocks = new int[size[0] * size[1]];
        Arrays.setAll(blocks, i -> grid.end(i % size[1]));
        return blocks;
    }

    @Test
    void proposals_are_those_of_the_engines() {
        Model model = Model.load(Goldens.path("model/e-peaked"), Map.of());
        TensorFile golden = TensorFile.read(Goldens.path("model/e-peaked/cases.safetensors"));
        int[] ids = golden.ints("len33.input_ids");
        int[] wanted = {0, 7, 32, 31, 5, 5, 20, 1};
        ForwardStep step = ForwardStep.proposals(model.config, model.ownHead, shape(2, 33), Products.F32, 4);
        Map<String, HostTensor> found =
                model.run(step, ids, 33).give(ForwardStep.WANTED, wanted).run();
        float[] logits = golden.floats("len33.logits");
        int vocabulary = model.config.vocabSize();
        for (int i = 0; i < wanted.length; i++) {
            int row = i / 4 * 33 + wanted[i];
            float[] own = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
            RowProposal expected =
                    LogitsRow.reduce(MemorySegment.ofArray(own), 0, vocabulary, new RowRule(0, 1, 0, -1), 0);
            assertThat(found.get(ForwardStep.TOKENS).data()[i])
                    .as("token %d", i)
                    .isEqualTo(expected.token());
            near(found.get(ForwardStep.PROBABILITY), i, expected.probability());
            near(found.get(ForwardStep.MARGIN), i, expected.margin());
            near(found.get(ForwardStep.NEGATIVE_ENTROPY), i, expected.negativeEntropy());
        }
    }

    private static void near(HostTensor found, int i, float expected) {
        assertThat(found.data()[i]).as("proposal %d", i).isCloseTo(expected, within(1e-5));
    }

    @Test
    void a_shorter_sequence_is_filled_up_with_another_segment() {
        Model model = Model.load(Goldens.path("model/b-tied"), Map.of());
        TensorFile golden = TensorFile.read(Goldens.path("model/b-tied/cases.safetensors"));
        int[] ids = Arrays.copyOf(golden.ints("len7.input_ids"), 7);
        int[] longer = Arrays.copyOf(ids, 12);
        int[] segments = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
        ForwardStep step = ForwardStep.logits(model.config, model.ownHead, shape(1, 12), Products.F32);
        double[] logits = model.run(step, longer, 12)
                .give(Batch.SEGMENTS, segments)
                .run()
                .get(ForwardStep.LOGITS)
                .data();
        int size = 7 * model.config.vocabSize();
        assertNear("len7", Arrays.copyOf(logits, size), Arrays.copyOf(golden.floats("len7.logits"), size));
    }
}
