package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Cost;
import java.time.Instant;
import java.util.List;

/** Ollama's lines of JSON. */
public final class OllamaWriter implements AnswerWriter {
    private static final double NANOS_PER_MILLI = 1e6;

    private final AnswerHead head;
    private final boolean chat;

    /** @param chat whether text stands in a message, or alone */
    public OllamaWriter(AnswerHead head, boolean chat) {
        this.head = head;
        this.chat = chat;
    }

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    @Override
    public String piece(int choice, String text) {
        return line(object(text).put("done", false));
    }

    @Override
    public String finish(Choice choice) {
        return line(done(object(""), choice));
    }

    @Override
    public String end(List<Choice> choices) {
        return "";
    }

    @Override
    public String failure(Problem problem) {
        return line(error(problem));
    }

    @Override
    public JsonNode whole(List<Choice> choices) {
        return done(object(choices.getFirst().text()), choices.getFirst());
    }

    /** {@code {"error": "text"}}. */
    public static ObjectNode error(Problem problem) {
        return JsonNodeFactory.instance.objectNode().put("error", problem.getMessage());
    }

    private ObjectNode object(String text) {
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("model", head.model())
                .put("created_at", Instant.ofEpochSecond(head.created()).toString());
        if (chat) {
            object.putObject("message").put("role", "assistant").put("content", text);
        } else {
            object.put("response", text);
        }
        return object;
    }

    private static ObjectNode done(ObjectNode object, Choice choice) {
        Cost cost = choice.completion().cost();
        return object.put("done", true)
                .put("done_reason", choice.finish())
                .put("total_duration", nanos(cost.queueMillis() + cost.promptMillis() + cost.decodeMillis()))
                .put("load_duration", 0L)
                .put("prompt_eval_count", cost.promptTokens())
                .put("prompt_eval_duration", nanos(cost.promptMillis()))
                .put("eval_count", cost.newTokens())
                .put("eval_duration", nanos(cost.decodeMillis()));
    }

    private static long nanos(double millis) {
        return Math.round(millis * NANOS_PER_MILLI);
    }

    private static String line(JsonNode json) {
        return Json.compact(json) + "\n";
    }
}
