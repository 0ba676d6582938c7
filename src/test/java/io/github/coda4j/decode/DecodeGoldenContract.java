package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Draws;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.Goldens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The original's decoding, token by token: every network that passes gives the ids of the original after every step.
 * The sequences of a fixture run together, many plans to a forward, so this is also a test of packing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DecodeGoldenContract {
    private static final int PACK = 24;

    private final Map<String, Denoiser> denoisers = new HashMap<>();

    /** Opens a golden model, for example {@code "a-untied"}; closed after the last test. */
    protected abstract Denoiser open(String model);

    @AfterAll
    void closeAll() {
        denoisers.values().forEach(Denoiser::close);
    }

    @Test
    void schedules_fill_the_same_ids_at_every_step() {
        List<Run> runs = new ArrayList<>();
        for (JsonNode json : Goldens.cases("generate/diffusion.json")) {
            DecodeOptions options = scheduled(json);
            runs.add(run(json, json.get("prompt"), options, history(json), Draws.seeded(1)));
        }
        assertThat(runs).hasSize(171);
        decodeAndCompare(runs);
    }

    @Test
    void filters_change_the_confidences_as_in_the_original() {
        List<Run> runs = new ArrayList<>();
        for (JsonNode json : Goldens.cases("generate/diffusion_filtered.json")) {
            DecodeOptions options = scheduled(json)
                    .withSampling(
                            0,
                            json.get("top_p").isNull() ? 1 : json.get("top_p").doubleValue(),
                            json.get("top_k").isNull() ? 0 : json.get("top_k").intValue());
            runs.add(run(json, json.get("prompt"), options, history(json), Draws.seeded(1)));
        }
        assertThat(runs).hasSize(30);
        decodeAndCompare(runs);
    }

    @Test
    void holes_pads_and_batches_decode_as_in_the_original() {
        List<Run> runs = new ArrayList<>();
        int cases = 0;
        for (JsonNode json : Goldens.cases("generate/diffusion_special.json")) {
            cases++;
            for (int row = 0; row < json.get("prompt").size(); row++) {
                runs.add(run(
                        json, json.get("prompt").get(row), scheduled(json), historyOfRow(json, row), Draws.seeded(1)));
            }
        }
        assertThat(cases).isEqualTo(72);
        decodeAndCompare(runs);
    }

    @Test
    void random_order_follows_the_original_s_draws() {
        List<Run> runs = new ArrayList<>();
        int cases = 0;
        for (JsonNode json : Goldens.cases("generate/origin.json")) {
            cases++;
            for (int row = 0; row < json.get("prompt").size(); row++) {
                runs.add(run(
                        json,
                        json.get("prompt").get(row),
                        scheduled(json),
                        historyOfRow(json, row),
                        scriptedDraws(json, row)));
            }
        }
        assertThat(cases).isEqualTo(32);
        decodeAndCompare(runs);
    }

    @Test
    void a_threshold_over_the_whole_sequence_leaves_over_what_the_original_leaves_over() {
        List<Run> runs = new ArrayList<>();
        for (JsonNode json : Goldens.cases("generate/confidence_threshold.json")) {
            runs.add(run(json, json.get("prompt"), threshold(json), history(json), Draws.seeded(1)));
        }
        assertThat(runs).hasSize(40);
        decodeAndCompare(runs);
    }

    @Test
    void cached_blocks_with_block_start_commit_make_the_original_s_forwards() {
        List<Run> runs = new ArrayList<>();
        for (JsonNode json : Goldens.cases("block/cases.json")) {
            CachePolicy cache = CachePolicy.of(json.get("dual_cache").booleanValue() ? "dual" : "prefix");
            DecodeOptions options = (json.get("alg").textValue().equals("entropy") ? scheduled(json) : threshold(json))
                    .withBlocks(json.get("block_length").intValue(), cache)
                    .withBlockStart(BlockStart.COMMIT);
            runs.add(run(json, json.get("prompt"), options, List.of(), Draws.seeded(1)));
        }
        assertThat(runs).hasSize(136);
        decode(runs);
        for (Run run : runs) {
            JsonNode json = run.json;
            assertThat(run.calls).as(run.name()).containsExactlyElementsOf(expectedCalls(json));
            assertThat(run.session.canvas().ids()).as(run.name()).isEqualTo(Goldens.ints(json.get("final")));
            assertThat(run.session.canvas().maskedCount())
                    .as(run.name())
                    .isEqualTo(json.get("remaining_masks").intValue());
            assertThat(run.session.forwards())
                    .isEqualTo(json.get("total_forwards").intValue());
            assertThat(run.session.cacheRefreshes())
                    .isEqualTo(json.get("forwards_per_block").size());
            run.session.close();
        }
    }

    private static List<String> expectedCalls(JsonNode json) {
        List<String> calls = new ArrayList<>();
        for (JsonNode call : json.get("calls")) {
            calls.add(call(call.get("kind").textValue(), call.get("start").intValue(), Goldens.ints(call.get("ids"))));
        }
        return calls;
    }

    private static String call(String kind, int start, int[] ids) {
        return kind + " at " + start + ": " + Arrays.toString(ids);
    }

    /** One sequence on its way, with what it did so far. */
    private static final class Run {
        private final JsonNode json;
        private final Denoiser denoiser;
        private final DecodeSession session;
        private final int[] ids;
        private final List<int[]> expected;
        private final List<int[]> history = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();

        Run(JsonNode json, Denoiser denoiser, DecodeSession session, List<int[]> expected) {
            this.json = json;
            this.denoiser = denoiser;
            this.session = session;
            this.ids = session.canvas().ids();
            this.expected = expected;
        }

        String name() {
            return json.get("id").textValue();
        }

        void apply(Proposals proposals) {
            ForwardPlan plan = session.plan();
            calls.add(call(plan.cache() instanceof CacheAccess.Fill ? "full" : "cached", plan.start(), plan.ids()));
            for (StepResult step : session.apply(proposals)) {
                for (Commit commit : step.commits()) {
                    ids[commit.position()] = commit.token();
                }
                history.add(ids.clone());
            }
        }
    }

    private Run run(JsonNode json, JsonNode prompt, DecodeOptions options, List<int[]> expected, Draws draws) {
        Denoiser denoiser = denoisers.computeIfAbsent(json.get("model").textValue(), this::open);
        JsonNode numNew = json.get("max_new_tokens");
        Canvas canvas =
                Canvas.forCompletion(Goldens.ints(prompt), numNew.isNull() ? 20 : numNew.intValue(), denoiser.maskId());
        return new Run(json, denoiser, DecodeSession.open(canvas, options, denoiser, draws), expected);
    }

    private static void decodeAndCompare(List<Run> runs) {
        decode(runs);
        for (Run run : runs) {
            assertThat(run.history).as(run.name()).hasSameSizeAs(run.expected);
            for (int step = 0; step < run.expected.size(); step++) {
                assertThat(run.history.get(step))
                        .as("%s after step %d", run.name(), step)
                        .isEqualTo(run.expected.get(step));
            }
            assertThat(run.session.canvas().ids()).isEqualTo(run.expected.getLast());
            run.session.close();
        }
    }

    private static void decode(List<Run> runs) {
        Map<Denoiser, List<Run>> byModel = new HashMap<>();
        runs.forEach(run ->
                byModel.computeIfAbsent(run.denoiser, _ -> new ArrayList<>()).add(run));
        byModel.forEach((denoiser, live) -> {
            while (live.removeIf(run -> run.session.done()) || !live.isEmpty()) {
                List<Run> pack = live.subList(0, Math.min(PACK, live.size()));
                List<Proposals> answers = denoiser.forward(
                        pack.stream().map(run -> run.session.plan()).toList());
                for (int i = 0; i < answers.size(); i++) {
                    pack.get(i).apply(answers.get(i));
                }
            }
        });
    }

    private static DecodeOptions scheduled(JsonNode json) {
        JsonNode algTemp = json.path("alg_temp");
        return DecodeOptions.ofSteps(json.get("steps").intValue())
                .withCommit(CommitPolicies.of(
                        json.get("alg").textValue(),
                        algTemp.isNumber() ? Map.of("alg_temp", algTemp.doubleValue()) : Map.of()))
                .withEps(json.get("eps").doubleValue())
                .withMaskCandidates(MaskCandidates.ALLOW);
    }

    private static DecodeOptions threshold(JsonNode json) {
        return DecodeOptions.ofSteps(json.get("steps").intValue())
                .withCommit(new ConfidenceThreshold(json.get("threshold").doubleValue()))
                .withMaskCandidates(MaskCandidates.ALLOW);
    }

    private static List<int[]> history(JsonNode json) {
        List<int[]> history = new ArrayList<>();
        json.get("history").forEach(ids -> history.add(Goldens.ints(ids)));
        return history;
    }

    private static List<int[]> historyOfRow(JsonNode json, int row) {
        List<int[]> history = new ArrayList<>();
        json.get("history").forEach(rows -> history.add(Goldens.ints(rows.get(row))));
        return history;
    }

    /** The fixture lists the draws of a step for all masked positions, row by row. */
    private Draws scriptedDraws(JsonNode json, int wantedRow) {
        int maskId = denoisers
                .computeIfAbsent(json.get("model").textValue(), this::open)
                .maskId();
        List<Map<Integer, Double>> draws = new ArrayList<>();
        for (int step = 0; step < json.get("steps").intValue(); step++) {
            Map<Integer, Double> ofStep = new HashMap<>();
            int used = 0;
            for (int row = 0; row < json.get("prompt").size(); row++) {
                int promptLength = json.get("prompt").get(row).size();
                int length = promptLength + json.get("max_new_tokens").intValue();
                for (int position = promptLength; position < length; position++) {
                    boolean masked = step == 0
                            || json.get("history")
                                            .get(step - 1)
                                            .get(row)
                                            .get(position)
                                            .intValue()
                                    == maskId;
                    if (masked) {
                        double draw = json.get("draws").get(step).get(used++).doubleValue();
                        if (row == wantedRow) {
                            ofStep.put(position, draw);
                        }
                    }
                }
            }
            draws.add(ofStep);
        }
        return new Draws() {
            @Override
            public double reveal(int step, int position) {
                return draws.get(step).get(position);
            }

            @Override
            public double rank(int step, int position) {
                throw new AssertionError("nothing is ranked at random here");
            }

            @Override
            public long tokenKey(int step) {
                return 0;
            }
        };
    }
}
