package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.Commit;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.MaskCandidates;
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decodings to be run as a file says: {@code cases} with {@code id}, the {@code rule} of a family and what it needs,
 * and either {@code prompt} with {@code max_new_tokens} or a {@code canvas} with masks. {@code mask_candidates} is
 * {@code exclude} unless a case says {@code allow}, as CoDA's own program does.
 */
final class TraceCases {
    private static final Set<String> BLOCK_CAUSAL =
            Set.of("bd3lm", "low_confidence_static", "low_confidence_dynamic", "fast-dllm-v2", "stable-diffcoder");

    private final CaseFile file;

    private TraceCases(CaseFile file) {
        this.file = file;
    }

    /** What ends a decoding early. */
    private enum End {
        /** The stop token, as soon as nothing before it is open: the rest is cut off. */
        AT_ONCE,
        /** A block that has it, which is decoded to its end. */
        WITH_BLOCK,
        /** The same; what stands behind the first one in the block becomes the stop token. */
        FILLING_BLOCK
    }

    /**
     * A canvas and how it is decoded.
     *
     * @param stop that ends it, or -1
     */
    private record Run(Canvas canvas, DecodeOptions options, int stop, End end) {
        Run(Canvas canvas, DecodeOptions options) {
            this(canvas, options, -1, End.AT_ONCE);
        }
    }

    /** @throws io.github.coda4j.CodaException when the file cannot be read or has no cases */
    static TraceCases read(Path path) {
        return new TraceCases(CaseFile.read(path));
    }

    /** How to load the model, with what the file says of it. */
    LoadOptions told(LoadOptions load) {
        return file.told(
                load,
                file.cases().stream()
                        .filter(one -> BLOCK_CAUSAL.contains(file.text(one, "rule")))
                        .map(one -> file.whole(one, "block", 1))
                        .findFirst());
    }

    /**
     * Runs all of them: a list of {@code id}, {@code history} (the ids after every forward that fills something),
     * {@code final} and {@code total_forwards}, a case per line.
     */
    String run(Denoiser denoiser) {
        List<String> lines = new ArrayList<>();
        for (JsonNode one : file.cases()) {
            lines.add(Json.compact(run(one, denoiser)));
        }
        return "[\n" + String.join(",\n", lines) + "\n]\n";
    }

    private ObjectNode run(JsonNode one, Denoiser denoiser) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("id", file.text(one, "id"));
        record(plan(one, denoiser), denoiser, answer);
        return answer;
    }

    private Run plan(JsonNode one, Denoiser denoiser) {
        String rule = file.text(one, "rule");
        int block = denoiser.blocks().map(BlockCausal::length).orElse(0);
        if (BLOCK_CAUSAL.contains(rule) && file.whole(one, "block", 1) != block) {
            throw file.wrong(one, "block", "that of the model, " + block);
        }
        return switch (rule) {
            case "mdlm" -> new Run(canvas(one, denoiser), inBlocks(one, "low_confidence_rounded"));
            case "low_confidence" -> new Run(canvas(one, denoiser), inBlocks(one, "low_confidence"));
            case "mdlm-infill" ->
                new Run(canvas(one, denoiser), steps(one).withCommit(policy("low_confidence_rounded")));
            case "p2" -> new Run(canvas(one, denoiser), steps(one).withCommit(policy("p2")));
            case "entropy",
                    "maskgit_plus",
                    "topk_margin",
                    "entropy-infill",
                    "maskgit_plus-infill",
                    "topk_margin-infill" ->
                new Run(
                        canvas(one, denoiser),
                        steps(one)
                                .withCommit(policy(rule.replace("-infill", "")))
                                .withEps(one.path("eps").asDouble(DecodeOptions.DEFAULT_EPS)));
            case "bd3lm" ->
                new Run(
                        canvas(one, denoiser),
                        steps(one).withCommit(policy("low_confidence_rounded")),
                        stop(one),
                        End.WITH_BLOCK);
            case "low_confidence_static", "low_confidence_dynamic" -> {
                Canvas canvas = wholeBlocks(one, denoiser, block);
                yield new Run(canvas, ofBlock(one, "denoising_steps", rule, canvas, block), stop(one), End.WITH_BLOCK);
            }
            case "fast-dllm-v2" -> rounds(one, denoiser, block);
            case "stable-diffcoder" -> {
                Canvas canvas = canvas(one, denoiser);
                int each = file.whole(one, "steps", 1) / (file.whole(one, "max_new_tokens", 1) / block);
                DecodeOptions options = one.path("threshold").isNull()
                        ? ofBlock(canvas, each, policy("low_confidence"), block)
                        : ofBlock(canvas, each, threshold(one, "confidence_threshold"), block);
                yield new Run(canvas, options, stop(one), End.FILLING_BLOCK);
            }
            default -> throw file.wrong(one, "rule", "one that is known (docs/families.md)");
        };
    }

    private DecodeOptions steps(JsonNode one) {
        return DecodeOptions.ofSteps(file.whole(one, "steps", 1)).withMaskCandidates(maskCandidates(one));
    }

    private MaskCandidates maskCandidates(JsonNode one) {
        if (!one.has("mask_candidates")) {
            return MaskCandidates.EXCLUDE;
        }
        return switch (file.text(one, "mask_candidates")) {
            case "exclude" -> MaskCandidates.EXCLUDE;
            case "allow" -> MaskCandidates.ALLOW;
            default -> throw file.wrong(one, "mask_candidates", "exclude or allow");
        };
    }

    private int stop(JsonNode one) {
        return one.has("stop_id") ? file.whole(one, "stop_id", 0) : -1;
    }

    private CommitPolicy threshold(JsonNode one, String policy) {
        return CommitPolicies.of(policy, Map.of("threshold", number(one, "threshold")));
    }

    private double number(JsonNode one, String field) {
        if (!one.path(field).isNumber()) {
            throw file.wrong(one, field, "a number");
        }
        return one.path(field).doubleValue();
    }

    /** Prompt and answer fill whole blocks. */
    private Canvas wholeBlocks(JsonNode one, Denoiser denoiser, int block) {
        int given = file.ids(one, "prompt", denoiser.vocabSize()).length;
        int length = given + file.whole(one, "max_new_tokens", 1);
        return canvas(one, denoiser, Math.ceilDiv(length, block) * block - given);
    }

    private DecodeOptions ofBlock(JsonNode one, String steps, String rule, Canvas canvas, int block) {
        CommitPolicy policy = rule.endsWith("dynamic") ? threshold(one, rule) : policy(rule);
        return ofBlock(canvas, file.whole(one, steps, 1), policy, block);
    }

    /** So many steps in each of the blocks that hold masks. */
    private static DecodeOptions ofBlock(Canvas canvas, int each, CommitPolicy policy, int block) {
        int first = canvas.maskedRuns().getFirst().start() / block;
        int blocks = Math.ceilDiv(canvas.length(), block) - first;
        return DecodeOptions.ofSteps(Math.max(1, each * blocks)).withCommit(policy);
    }

    /** Each round fills a block and proposes the first token of the next one. */
    private Run rounds(JsonNode one, Denoiser denoiser, int block) {
        int given = file.ids(one, "prompt", denoiser.vocabSize()).length;
        int rounds = file.whole(one, "max_new_tokens", block) / block;
        Canvas canvas = canvas(one, denoiser, (given / block + rounds) * block + 1 - given);
        CommitPolicy policy = CommitPolicies.of(
                "sub_blocks", Map.of("small_block", number(one, "small_block"), "threshold", number(one, "threshold")));
        int stop = stop(one);
        DecodeOptions options = DecodeOptions.ofSteps(1).withCommit(policy);
        return new Run(canvas, stop < 0 ? options : options.withEndTokens(Set.of(stop)), stop, End.AT_ONCE);
    }

    private static CommitPolicy policy(String name) {
        return CommitPolicies.of(name, Map.of());
    }

    private DecodeOptions inBlocks(JsonNode one, String policy) {
        int block = Math.min(file.whole(one, "block", 1), file.whole(one, "max_new_tokens", 1));
        return steps(one).withCommit(policy(policy)).withBlocks(block, CachePolicy.NONE);
    }

    private Canvas canvas(JsonNode one, Denoiser denoiser) {
        return one.has("canvas")
                ? new Canvas(file.ids(one, "canvas", denoiser.vocabSize()), denoiser.maskId())
                : canvas(one, denoiser, file.whole(one, "max_new_tokens", 1));
    }

    private Canvas canvas(JsonNode one, Denoiser denoiser, int newTokens) {
        int[] prompt = file.ids(one, "prompt", denoiser.vocabSize());
        CanvasShape.ofCompletion(prompt.length, newTokens).checkLength(denoiser.maxPositions());
        return Canvas.forCompletion(prompt, newTokens, denoiser.maskId());
    }

    private static void record(Run run, Denoiser denoiser, ObjectNode answer) {
        Canvas canvas = run.canvas();
        // A schedule has a row for each of its steps, also for those that fill nothing.
        boolean everyStep = run.options().commit().followsSchedule();
        int[] ids = canvas.ids();
        int given = canvas.maskedCount()
                        == canvas.length() - canvas.maskedRuns().getFirst().start()
                ? canvas.length() - canvas.maskedCount()
                : 0;
        int end = canvas.length();
        ArrayNode history = answer.putArray("history");
        try (DecodeSession session = DecodeSession.open(canvas, run.options(), denoiser)) {
            while (!session.done() && !(run.end() != End.AT_ONCE && stops(run, canvas, given, end))) {
                ForwardPlan plan = session.plan();
                end = plan.cache() instanceof CacheAccess.Append ? shown(plan) : canvas.length();
                Proposals proposals = denoiser.forward(List.of(plan)).getFirst();
                for (StepResult step : session.apply(proposals)) {
                    for (Commit commit : step.commits()) {
                        ids[commit.position()] = commit.token();
                    }
                    step.revoked().forEach(position -> ids[position] = canvas.maskId());
                    if (everyStep || step.forward()) {
                        add(history.addArray(), Arrays.copyOf(ids, end));
                    }
                }
            }
            add(answer.putArray("final"), last(run, canvas, session, given, end));
            answer.put("total_forwards", session.forwards());
        }
    }

    /** Where a row of a block-causal model ends: with the block, or with the token that begins one. */
    private static int shown(ForwardPlan plan) {
        int[] positions = plan.positions();
        return Math.max(plan.end(), positions[positions.length - 1] + 1);
    }

    /** Whether what was decoded so far is whole and has the stop token. */
    private static boolean stops(Run run, Canvas canvas, int given, int end) {
        return canvas.maskedPositions(0, end).length == 0
                && end < canvas.length()
                && Arrays.stream(canvas.ids(given, end)).anyMatch(id -> id == run.stop());
    }

    private static int[] last(Run run, Canvas canvas, DecodeSession session, int given, int end) {
        if (session.endPosition().isPresent()) {
            return canvas.ids(0, session.endPosition().getAsInt() + 1);
        }
        if (run.end() == End.AT_ONCE) {
            return canvas.ids();
        }
        int[] ids = canvas.ids(0, end);
        for (int position = given; position < end && run.end() == End.FILLING_BLOCK; position++) {
            if (ids[position] == run.stop()) {
                Arrays.fill(ids, position, end, run.stop());
            }
        }
        return ids;
    }

    private static void add(ArrayNode row, int[] ids) {
        for (int id : ids) {
            row.add(id);
        }
    }
}
