package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.FinishReason;
import java.util.List;
import java.util.Optional;

/** llama.cpp's frames, of completions and of filled holes. */
public final class LlamaWriter implements AnswerWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final AnswerHead head;
    private final AnswerOptions options;
    private final Optional<List<String>> fields;

    /** @param fields which fields of an answer are wanted; empty: all */
    public LlamaWriter(AnswerHead head, AnswerOptions options, Optional<List<String>> fields) {
        this.head = head;
        this.options = options;
        this.fields = fields;
    }

    /** The writer of a call whose body says which fields it wants. */
    public static LlamaWriter of(AnswerHead head, AnswerOptions options, Fields body) {
        return new LlamaWriter(head, options, InfillBody.responseFields(body));
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    @Override
    public String piece(int choice, String text) {
        ObjectNode piece = NODES.objectNode().put("index", choice).put("content", text);
        piece.putArray("tokens");
        piece.put("stop", false);
        return frame(piece);
    }

    @Override
    public String finish(Choice choice) {
        return frame(selected(answer(choice).put("content", "")));
    }

    @Override
    public String end(List<Choice> choices) {
        return "";
    }

    @Override
    public String failure(Problem problem) {
        return "event: error\n" + frame(problem.body());
    }

    /** An object for one answer, a list for several. */
    @Override
    public JsonNode whole(List<Choice> choices) {
        if (options.choices() == 1) {
            return selected(answer(choices.getFirst()));
        }
        ArrayNode list = NODES.arrayNode();
        choices.forEach(choice -> list.add(selected(answer(choice))));
        return list;
    }

    private ObjectNode answer(Choice choice) {
        Cost cost = choice.completion().cost();
        ObjectNode answer = NODES.objectNode();
        answer.put("index", choice.index());
        answer.put("content", choice.text());
        answer.putArray("tokens");
        answer.put("id_slot", 0);
        answer.put("stop", true);
        answer.put("model", head.model());
        answer.put("tokens_predicted", cost.newTokens());
        answer.put("tokens_evaluated", cost.promptTokens());
        answer.putObject("generation_settings");
        answer.put("prompt", "");
        answer.put("has_new_line", choice.text().indexOf('\n') >= 0);
        answer.put("truncated", cost.leftOutTokens() > 0);
        answer.put("stop_type", stopType(choice.completion().finishReason()));
        answer.put("stopping_word", choice.completion().holes().getLast().stopString());
        answer.put("tokens_cached", cost.cachedTokens());
        answer.set("timings", timings(cost));
        answer.set("coda", NODES.objectNode().set("cost", Json.of(cost.figures())));
        return answer;
    }

    private static String stopType(FinishReason reason) {
        return switch (reason) {
            case STOP -> "eos";
            case STOP_STRING -> "word";
            case UNTIL, LENGTH, DEADLINE, CANCELLED -> "limit";
        };
    }

    private static ObjectNode timings(Cost cost) {
        ObjectNode timings = NODES.objectNode();
        timings.put("cache_n", cost.cachedTokens());
        rate(timings, "prompt", cost.promptTokens() - cost.cachedTokens(), cost.promptMillis());
        rate(timings, "predicted", cost.newTokens(), cost.decodeMillis());
        return timings;
    }

    private static void rate(ObjectNode timings, String what, int tokens, double millis) {
        timings.put(what + "_n", tokens);
        timings.put(what + "_ms", millis);
        timings.put(what + "_per_token_ms", tokens == 0 ? 0 : millis / tokens);
        timings.put(what + "_per_second", millis == 0 ? 0 : tokens * 1000.0 / millis);
    }

    /** Fields with a slash come from within, under that very name; those that there are not are left out. */
    private ObjectNode selected(ObjectNode answer) {
        if (fields.isEmpty()) {
            return answer;
        }
        ObjectNode selected = NODES.objectNode();
        for (String field : fields.get()) {
            JsonNode value = field.isEmpty() ? MissingNode.getInstance() : answer.at("/" + field);
            if (!value.isMissingNode()) {
                selected.set(field, value);
            }
        }
        return selected;
    }

    private static String frame(JsonNode json) {
        return "data: " + Json.compact(json) + "\n\n";
    }
}
