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
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.Proposals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decodings to be run as a file says: {@code cases} with {@code id}, the {@code rule} of a family and what it needs,
 * and either {@code prompt} with {@code max_new_tokens} or a {@code canvas} with masks.
 */
final class TraceCases {
    private final CaseFile file;

    private TraceCases(CaseFile file) {
        this.file = file;
    }

    /** A canvas and how it is decoded. */
    private record Run(Canvas canvas, DecodeOptions options) {}

    /** @throws io.github.coda4j.CodaException when the file cannot be read or has no cases */
    static TraceCases read(Path path) {
        return new TraceCases(CaseFile.read(path));
    }

    /** How to load the model, with what the file says of it. */
    LoadOptions told(LoadOptions load) {
        return file.told(load, Optional.empty());
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
        Canvas canvas = canvas(one, denoiser);
        DecodeOptions steps = DecodeOptions.ofSteps(file.whole(one, "steps", 1));
        return switch (rule) {
            case "mdlm" -> new Run(canvas, inBlocks(one, steps, "low_confidence_rounded"));
            case "low_confidence" -> new Run(canvas, inBlocks(one, steps, "low_confidence"));
            case "mdlm-infill" -> new Run(canvas, steps.withCommit(policy("low_confidence_rounded")));
            case "p2" -> new Run(canvas, steps.withCommit(policy("p2")));
            case "entropy",
                    "maskgit_plus",
                    "topk_margin",
                    "entropy-infill",
                    "maskgit_plus-infill",
                    "topk_margin-infill" ->
                new Run(
                        canvas,
                        steps.withCommit(policy(rule.replace("-infill", "")))
                                .withEps(one.path("eps").asDouble(DecodeOptions.DEFAULT_EPS)));
            default -> throw file.wrong(one, "rule", "one that is known (docs/families.md)");
        };
    }

    private static CommitPolicy policy(String name) {
        return CommitPolicies.of(name, Map.of());
    }

    private DecodeOptions inBlocks(JsonNode one, DecodeOptions steps, String policy) {
        int block = Math.min(file.whole(one, "block", 1), file.whole(one, "max_new_tokens", 1));
        return steps.withCommit(policy(policy)).withBlocks(block, CachePolicy.NONE);
    }

    private Canvas canvas(JsonNode one, Denoiser denoiser) {
        if (one.has("canvas")) {
            return new Canvas(file.ids(one, "canvas", denoiser.vocabSize()), denoiser.maskId());
        }
        int[] prompt = file.ids(one, "prompt", denoiser.vocabSize());
        int newTokens = file.whole(one, "max_new_tokens", 1);
        CanvasShape.ofCompletion(prompt.length, newTokens).checkLength(denoiser.maxPositions());
        return Canvas.forCompletion(prompt, newTokens, denoiser.maskId());
    }

    private static void record(Run run, Denoiser denoiser, ObjectNode answer) {
        Canvas canvas = run.canvas();
        // A schedule has a row for each of its steps, also for those that fill nothing.
        boolean everyStep = run.options().commit().followsSchedule();
        int[] ids = canvas.ids();
        ArrayNode history = answer.putArray("history");
        try (DecodeSession session = DecodeSession.open(canvas, run.options(), denoiser)) {
            while (!session.done()) {
                Proposals proposals = denoiser.forward(List.of(session.plan())).getFirst();
                for (StepResult step : session.apply(proposals)) {
                    for (Commit commit : step.commits()) {
                        ids[commit.position()] = commit.token();
                    }
                    step.revoked().forEach(position -> ids[position] = canvas.maskId());
                    if (everyStep || step.forward()) {
                        add(history.addArray(), ids);
                    }
                }
            }
            add(answer.putArray("final"), canvas.ids());
            answer.put("total_forwards", session.forwards());
        }
    }

    private static void add(ArrayNode row, int[] ids) {
        for (int id : ids) {
            row.add(id);
        }
    }
}
