package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.decode.BlockStart;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ReferenceTransformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole way with a real network: requests in, the original's ids out, many at a time. */
@Tag("slow")
@Timeout(60)
class EngineGoldenTest {
    private static final String MODEL = "a-untied";

    private record Case(JsonNode json, Generation generation, Recorder recorder) {}

    @Test
    void requests_run_together_give_the_original_s_ids_after_every_step() throws Exception {
        try (ReferenceTransformer model = ReferenceTransformer.golden(MODEL);
                Engine engine = Engine.withoutTokenizer(model, new EngineOptions(8, 1000, 200))) {
            List<Case> cases = new ArrayList<>();
            for (JsonNode json : goldens("generate/diffusion.json")) {
                cases.add(submit(engine, json, options(json)));
            }
            assertThat(cases).hasSizeGreaterThan(10);
            for (Case each : cases) {
                Completion completion = each.generation.await();
                assertThat(completion.ids())
                        .as(each.json.get("id").textValue())
                        .containsExactly(integers(each.json.get("final")));
                JsonNode history = each.json.get("history");
                assertThat(each.recorder.steps).hasSize(history.size());
                for (StepEvent step : each.recorder.steps) {
                    assertThat(step.canvas()).isEqualTo(Goldens.ints(history.get(step.step())));
                }
            }
        }
    }

    @Test
    void cached_blocks_run_together_give_the_original_s_ids_and_cost() throws Exception {
        try (ReferenceTransformer model = ReferenceTransformer.golden(MODEL);
                Engine engine = Engine.withoutTokenizer(model, new EngineOptions(8, 1000, 200))) {
            List<Case> cases = new ArrayList<>();
            for (JsonNode json : goldens("block/cases.json")) {
                String cache = json.get("dual_cache").booleanValue() ? "dual" : "prefix";
                DecodeOptions options = options(json)
                        .withBlocks(json.get("block_length").intValue(), CachePolicy.of(cache))
                        .withBlockStart(BlockStart.COMMIT);
                cases.add(submit(engine, json, options));
            }
            assertThat(cases).hasSizeGreaterThan(10);
            for (Case each : cases) {
                Completion completion = each.generation.await();
                assertThat(completion.ids())
                        .as(each.json.get("id").textValue())
                        .containsExactly(integers(each.json.get("final")));
                assertThat(completion.cost().forwards())
                        .isEqualTo(each.json.get("total_forwards").intValue());
                assertThat(completion.cost().cacheRefreshes())
                        .isEqualTo(each.json.get("forwards_per_block").size());
            }
        }
    }

    private static Case submit(Engine engine, JsonNode json, DecodeOptions options) {
        Recorder recorder = new Recorder();
        int[] prompt = Goldens.ints(json.get("prompt"));
        int newTokens = json.get("max_new_tokens").intValue();
        return new Case(json, engine.submit(GenerateRequest.of(prompt, newTokens, options), recorder), recorder);
    }

    /** Every third case: the decode goldens run them all. */
    private static List<JsonNode> goldens(String name) {
        List<JsonNode> all = Goldens.cases(name).stream()
                .filter(json -> json.get("model").textValue().equals(MODEL))
                .toList();
        return IntStream.range(0, all.size())
                .filter(i -> i % 3 == 0)
                .mapToObj(all::get)
                .toList();
    }

    private static DecodeOptions options(JsonNode json) {
        DecodeOptions options =
                DecodeOptions.ofSteps(json.get("steps").intValue()).withMaskCandidates(MaskCandidates.ALLOW);
        if (json.get("alg").textValue().equals("confidence_threshold")) {
            double threshold = json.get("threshold").doubleValue();
            return options.withCommit(new ConfidenceThreshold(threshold));
        }
        String alg = json.get("alg").textValue();
        return options.withCommit(CommitPolicies.of(alg, Map.of()));
    }

    private static Integer[] integers(JsonNode ids) {
        return Arrays.stream(Goldens.ints(ids)).boxed().toArray(Integer[]::new);
    }
}
