package io.github.coda4j.cli.answer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.HoleAnswer;
import java.util.Locale;
import java.util.Optional;

/** An answer and what it took, as a line for people and as JSON for programs. */
final class CostReport {
    private CostReport() {}

    /**
     * For example {@code 64 new tokens, 12 given; 32 forwards (2.0 commits each, 2 cache refreshes); ... 51.2 tokens/s;
     * finish reason length}.
     */
    static String line(Completion completion) {
        Cost cost = completion.cost();
        return String.format(
                Locale.ROOT,
                "%d new tokens%s, %d given%s; %d forwards (%.1f commits each, %d cache refreshes%s%s);"
                        + " queue %.0f ms, prompt %.0f ms, decode %.0f ms; %.1f tokens/s; finish reason %s",
                cost.newTokens(),
                cost.pads() == 0 ? "" : " and " + cost.pads() + " pads",
                cost.promptTokens(),
                cost.cachedTokens() == 0 ? "" : " (" + cost.cachedTokens() + " not run again)",
                cost.forwards(),
                cost.commitsPerForward(),
                cost.cacheRefreshes(),
                cost.chosenBlock().isEmpty()
                        ? ""
                        : ", blocks of " + cost.chosenBlock().getAsInt() + " chosen",
                lengths(cost),
                cost.queueMillis(),
                cost.promptMillis(),
                cost.decodeMillis(),
                cost.tokensPerSecond(),
                name(completion.finishReason()));
    }

    private static String lengths(Cost cost) {
        return cost.lengthsTried() == 0
                ? ""
                : String.format(
                        Locale.ROOT, ", %d to find lengths among %d", cost.lengthForwards(), cost.lengthsTried());
    }

    /**
     * What was seen of a document that is too long, for example {@code window: 2,048 of about 51,200 tokens around 3
     * holes in 2 windows}; empty for one that was seen whole.
     */
    static Optional<String> windows(Completion completion) {
        Cost cost = completion.cost();
        if (cost.windows() == 1 && cost.leftOutTokens() == 0) {
            return Optional.empty();
        }
        int holes = completion.holes().size();
        return Optional.of(String.format(
                Locale.ROOT,
                "window: %,d of about %,d tokens around %d hole%s%s",
                cost.documentTokens() - cost.leftOutTokens(),
                cost.documentTokens(),
                holes,
                holes == 1 ? "" : "s",
                cost.windows() == 1 ? "" : " in " + cost.windows() + " windows"));
    }

    /**
     * {@code {"text", "finish_reason", "holes": [{"text", "ids", "finish_reason"}], "cost": {...}}}.
     *
     * @param text the whole answer or filled document
     */
    static ObjectNode json(String text, Completion completion) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("text", text);
        root.put("finish_reason", name(completion.finishReason()));
        var holes = root.putArray("holes");
        for (HoleAnswer hole : completion.holes()) {
            ObjectNode node = holes.addObject();
            node.put("text", hole.text());
            var ids = node.putArray("ids");
            hole.ids().forEach(ids::add);
            node.put("finish_reason", name(hole.finishReason()));
        }
        root.set("cost", Json.of(completion.cost().figures()));
        var notes = root.putArray("notes");
        completion.notes().forEach(notes::add);
        return root;
    }

    private static String name(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
