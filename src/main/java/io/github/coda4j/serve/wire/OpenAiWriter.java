package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.serve.wire.AnswerOptions.StreamKind;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * OpenAI's frames. What clients rely on: no key {@code error} in a good frame; {@code usage} in a frame of its own, and
 * that only on request; every frame with a text, the last one with an empty one; nothing behind the finish but usage
 * and {@code [DONE]}; JSON without spaces.
 */
public final class OpenAiWriter implements AnswerWriter {
    /** The shape of answers. */
    public enum Shape {
        /** {@code message} and {@code delta}. */
        CHAT("chatcmpl-", "chat.completion.chunk", "chat.completion"),
        /** {@code text}. */
        TEXT("cmpl-", "text_completion", "text_completion"),
        /** Both, as readers of Mistral's and of Mercury's infilling want one each. */
        BOTH("cmpl-", "text_completion", "text_completion"),
        /** A chat's, about an edit. */
        EDIT("cmpl-", "chat.completion.chunk", "edit.completion"),
        /** A chat's, about code with a snippet in it. */
        APPLY("cmpl-", "chat.completion.chunk", "apply.completion");

        private final String prefix;
        private final String chunk;
        private final String whole;

        Shape(String prefix, String chunk, String whole) {
            this.prefix = prefix;
            this.chunk = chunk;
            this.whole = whole;
        }

        private boolean isChat() {
            return this == CHAT || this == EDIT || this == APPLY;
        }
    }

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Shape shape;
    private final AnswerHead head;
    private final AnswerOptions options;
    private final int prompts;
    private final Set<Integer> begun = new HashSet<>();
    private boolean regions;

    /** @param prompts how many prompts the choices belong to, in equal shares */
    public OpenAiWriter(Shape shape, AnswerHead head, AnswerOptions options, int prompts) {
        this.shape = shape;
        this.head = head;
        this.options = options;
        this.prompts = prompts;
    }

    /** Says of every text which of several regions it belongs to. */
    public OpenAiWriter withRegions() {
        regions = true;
        return this;
    }

    @Override
    public boolean showsDetails() {
        return true;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    @Override
    public String piece(int choice, String text) {
        return options.frames() == StreamKind.WHOLE_TEXT ? "" : begin(choice) + frame(chunk(choice, text, "", null));
    }

    @Override
    public String piece(int choice, int hole, String text) {
        if (!regions) {
            return piece(choice, text);
        }
        ObjectNode chunk = chunk(choice, text, "", null);
        ((ObjectNode) chunk.at("/choices/0")).put("region", hole);
        return frame(chunk);
    }

    @Override
    public String step(int choice, StepFrame step) {
        if (options.frames() == StreamKind.WHOLE_TEXT) {
            return begin(choice) + frame(chunk(choice, step.text(), "", null));
        }
        ObjectNode chunk = chunk(choice, "", "", null);
        chunk.set("diffusion", diffusion(step));
        return begin(choice) + frame(chunk);
    }

    private ObjectNode diffusion(StepFrame step) {
        ObjectNode node = NODES.objectNode();
        node.put("step", step.step());
        ArrayNode commits = node.putArray("commits");
        for (StepFrame.Committed commit : step.commits()) {
            place(commits.addObject(), commit.place())
                    .put("token", commit.token())
                    .put("text", commit.text())
                    .put("probability", commit.probability());
        }
        if (!step.revoked().isEmpty()) {
            ArrayNode revoked = node.putArray("revoked");
            step.revoked().forEach(place -> place(revoked.addObject(), place));
        }
        if (!step.lengths().isEmpty()) {
            ArrayNode lengths = node.putArray("lengths");
            step.lengths().forEach(lengths::add);
        }
        node.put("masks_left", step.masksLeft());
        node.put("text", step.text());
        if (regions) {
            ArrayNode texts = node.putArray("regions");
            step.regions().forEach(texts::add);
        }
        return node;
    }

    private ObjectNode place(ObjectNode node, StepFrame.Place place) {
        if (regions) {
            node.put("region", place.region());
        }
        return node.put("position", place.position());
    }

    @Override
    public String finish(Choice choice) {
        String text = options.frames() == StreamKind.WHOLE_TEXT ? choice.text() : "";
        ObjectNode chunk = chunk(choice.index(), text, choice.finish(), choice);
        chunk.set("coda", record(choice));
        return begin(choice.index()) + frame(chunk);
    }

    @Override
    public String end(List<Choice> choices) {
        StringBuilder frames = new StringBuilder();
        if (options.includeUsage()) {
            ObjectNode chunk = envelope(shape.chunk);
            chunk.putArray("choices");
            chunk.set("usage", usage(choices));
            frames.append(frame(chunk));
        }
        return frames.append("data: [DONE]\n\n").toString();
    }

    @Override
    public String failure(Problem problem) {
        return "event: error\n" + frame(problem.body());
    }

    @Override
    public JsonNode whole(List<Choice> choices) {
        ObjectNode answer = envelope(shape.whole);
        ArrayNode list = answer.putArray("choices");
        for (Choice choice : choices) {
            ObjectNode node = list.addObject();
            node.put("index", choice.index());
            if (!shape.isChat()) {
                node.put("text", choice.text());
            }
            if (shape != Shape.TEXT) {
                node.putObject("message")
                        .put("role", "assistant")
                        .put("content", choice.text())
                        .putNull("refusal");
            }
            node.set("logprobs", logprobs(choice));
            node.put("finish_reason", choice.finish());
            regions(node, choice);
        }
        answer.set("usage", usage(choices));
        if (choices.size() == 1) {
            answer.set("coda", record(choices.getFirst()));
        } else {
            ArrayNode records = answer.putArray("coda");
            choices.forEach(choice -> records.add(record(choice)));
        }
        return answer;
    }

    /** The text of each hole where they were asked for as regions. */
    private void regions(ObjectNode node, Choice choice) {
        if (regions) {
            ArrayNode texts = node.putArray("regions");
            choice.completion()
                    .holes()
                    .forEach(hole -> texts.addObject()
                            .put("text", hole.text())
                            .put("finish_reason", Choice.finish(hole.finishReason())));
        }
    }

    /** The first frame of a choice in a chat says who speaks. */
    private String begin(int choice) {
        if (!begun.add(choice) || !shape.isChat()) {
            return "";
        }
        ObjectNode chunk = chunk(choice, "", "", null);
        ((ObjectNode) chunk.at("/choices/0/delta")).put("role", "assistant");
        return frame(chunk);
    }

    /**
     * A frame with one choice.
     *
     * @param finish empty as long as it goes on
     * @param finished the choice, when it has logprobs to show; null before
     */
    private ObjectNode chunk(int index, String text, String finish, Choice finished) {
        ObjectNode chunk = envelope(shape.chunk);
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", index);
        if (!shape.isChat()) {
            choice.put("text", text);
        }
        if (shape != Shape.TEXT) {
            choice.putObject("delta").put("content", text);
        }
        choice.set("logprobs", finished == null ? NODES.nullNode() : logprobs(finished));
        choice.put("finish_reason", finish.isEmpty() ? null : finish);
        if (finished != null) {
            regions(choice, finished);
        }
        if (options.includeUsage()) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private ObjectNode envelope(String object) {
        return NODES.objectNode()
                .put("id", shape.prefix + head.id())
                .put("object", object)
                .put("created", head.created())
                .put("model", head.model())
                .put("system_fingerprint", head.fingerprint());
    }

    private JsonNode logprobs(Choice choice) {
        if (options.logprobs().isEmpty()) {
            return NODES.nullNode();
        }
        return shape.isChat() ? Logprobs.chat(choice.logprobs()) : Logprobs.text(choice.logprobs());
    }

    private ObjectNode usage(List<Choice> choices) {
        int share = Math.max(1, choices.size() / Math.max(1, prompts));
        List<Cost> ofPrompts = choices.stream()
                .filter(choice -> choice.index() % share == 0)
                .map(choice -> choice.completion().cost())
                .toList();
        int given = ofPrompts.stream().mapToInt(Cost::promptTokens).sum();
        int cached = ofPrompts.stream().mapToInt(Cost::cachedTokens).sum();
        int generated = choices.stream()
                .mapToInt(choice -> choice.completion().cost().newTokens())
                .sum();
        ObjectNode usage = NODES.objectNode();
        usage.put("prompt_tokens", given);
        usage.put("completion_tokens", generated);
        usage.put("total_tokens", given + generated);
        usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
        if (shape != Shape.CHAT && shape != Shape.TEXT) {
            usage.put("reasoning_tokens", 0);
            usage.put("cached_input_tokens", cached);
        }
        return usage;
    }

    private static ObjectNode record(Choice choice) {
        ObjectNode record = NODES.objectNode();
        record.put("finish", choice.completion().finishReason().name().toLowerCase(Locale.ROOT));
        record.set("cost", Json.of(choice.completion().cost().figures()));
        return record;
    }

    private static String frame(JsonNode json) {
        return "data: " + Json.compact(json) + "\n\n";
    }
}
