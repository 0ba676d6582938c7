package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.wire.TextPrompt.Holes.Length;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A request to complete text.
 *
 * @param prompts at least one
 * @param echo whether answers begin with the prompt
 * @param regions whether the holes of the prompt are regions, each of which has an answer of its own
 */
public record TextBody(AnswerOptions options, List<TextPrompt> prompts, boolean echo, boolean regions) {
    /** What Continue sends for an empty suffix. */
    private static final String NO_SUFFIX = "<|endoftext|>";

    private static final int MOST_PROMPTS = 128;

    public TextBody {
        prompts = List.copyOf(prompts);
    }

    /**
     * Reads a body with {@code prompt} and, for a text to be filled in, {@code suffix}.
     *
     * @param mostChoices the most answers to a prompt
     */
    public static TextBody read(Fields body, int mostChoices) {
        return read(body, AnswerFields.read(body, mostChoices));
    }

    /** The same where {@code regions} of a prompt may be filled in too. */
    public static TextBody readWithRegions(Fields body, int mostChoices) {
        AnswerOptions options = AnswerFields.readWithRegions(body, mostChoices);
        if (!body.has("regions")) {
            return read(body, options);
        }
        TextPrompt.Holes holes = regions(body);
        read(body, options); // what else is wrong with it
        return new TextBody(options, List.of(holes), false, true);
    }

    private static TextBody read(Fields body, AnswerOptions options) {
        boolean echo = body.truth("echo", false);
        if (echo && options.logprobs().isPresent()) {
            throw Problem.unsupported("echo", "echo with logprobs is not supported: leave one of them out");
        }
        checkBestOf(body, options);
        Optional<String> suffix = suffix(body);
        List<TextPrompt> prompts = prompts(body);
        if (suffix.isPresent()) {
            if (prompts.size() != 1 || !(prompts.getFirst() instanceof TextPrompt.Text before)) {
                throw Problem.wrong("suffix", "suffix goes with one prompt that is a string");
            }
            prompts = List.of(TextPrompt.Holes.between(before.text(), suffix.get()));
        }
        return new TextBody(options, prompts.stream().map(TextBody::hole).toList(), echo, false);
    }

    /**
     * Reads a body with {@code prompt} and {@code suffix} that is about a hole, whatever its suffix is.
     *
     * @param mostChoices the most answers
     */
    public static TextBody fill(Fields body, int mostChoices) {
        AnswerOptions options = AnswerFields.read(body, mostChoices);
        if (!body.has("prompt")) {
            throw Problem.wrong("prompt", "prompt is missing: give the text before the hole");
        }
        if (body.truth("echo", false)) {
            throw Problem.unsupported("echo", "echo is not supported here: use /v1/completions with a suffix");
        }
        checkBestOf(body, options);
        String prefix = body.text("prompt").orElseThrow();
        TextPrompt hole = TextPrompt.Holes.between(prefix, suffix(body).orElse(""));
        return new TextBody(options, List.of(hole), false, false);
    }

    /**
     * The prompt with a hole for each of its regions, which are {@code start} and {@code end} in UTF-16 units, with
     * {@code max_tokens} or {@code tokens}.
     */
    private static TextPrompt.Holes regions(Fields body) {
        String text = body.text("prompt")
                .orElseThrow(() -> Problem.wrong("prompt", "prompt is missing: regions are parts of it"));
        for (String other : List.of("suffix", "echo", "diffusing")) {
            boolean said = other.equals("suffix") ? suffix(body).isPresent() : body.truth(other, false);
            if (said) {
                throw Problem.unsupported(other, other + " does not go with regions: leave one of them out");
            }
        }
        List<String> pieces = new ArrayList<>();
        List<Length> lengths = new ArrayList<>();
        int end = 0;
        for (Fields region : body.objects("regions")) {
            int least = pieces.isEmpty() ? 0 : end + 1; // two holes need text between them
            int start = place(region, "start", text, least);
            pieces.add(text.substring(end, start));
            end = place(region, "end", text, start);
            lengths.add(length(region));
        }
        if (pieces.isEmpty()) {
            throw Problem.wrong("regions", "regions must hold at least one region");
        }
        pieces.add(text.substring(end));
        return new TextPrompt.Holes(pieces, lengths);
    }

    private static Length length(Fields region) {
        OptionalInt most = region.integer("max_tokens", 1, Integer.MAX_VALUE);
        OptionalInt tokens = region.integer("tokens", 1, Integer.MAX_VALUE);
        if (most.isPresent() && tokens.isPresent()) {
            String path = region.path("tokens");
            throw Problem.wrong(path, path + " does not go with max_tokens: leave one of them out");
        }
        return tokens.isPresent() ? new Length(tokens, true) : new Length(most, false);
    }

    private static int place(Fields region, String key, String text, int least) {
        int place = region.integer(key, least, text.length()).orElseThrow(() -> missing(region, key));
        if (place > 0
                && place < text.length()
                && Character.isSurrogatePair(text.charAt(place - 1), text.charAt(place))) {
            throw Problem.wrong(
                    region.path(key), region.path(key) + " is " + place + ", inside a character of two units");
        }
        return place;
    }

    private static void checkBestOf(Fields body, AnswerOptions options) {
        body.integer("best_of", 1, Integer.MAX_VALUE).ifPresent(best -> {
            if (best > options.choices()) {
                throw Problem.unsupported("best_of", "best_of above n is not supported: leave it out");
            }
        });
    }

    private static Problem missing(Fields region, String key) {
        return Problem.wrong(region.path(key), region.path(key) + " is missing: give a place in the prompt");
    }

    private static Optional<String> suffix(Fields body) {
        return body.text("suffix").filter(text -> !text.isEmpty() && !text.equals(NO_SUFFIX));
    }

    /** The prompt, or the text with a hole that its markers make of it. */
    private static TextPrompt hole(TextPrompt prompt) {
        return prompt instanceof TextPrompt.Text given
                ? FimMarkers.parse(given.text()).map(hole -> (TextPrompt) hole).orElse(prompt)
                : prompt;
    }

    /** A string, ids, or a list of either. */
    private static List<TextPrompt> prompts(Fields body) {
        JsonNode prompt = body.node("prompt");
        if (!body.has("prompt")) {
            throw Problem.wrong("prompt", "prompt is missing: give the text to be completed");
        }
        if (prompt.isTextual()) {
            return List.of(new TextPrompt.Text(body.text("prompt").orElseThrow()));
        }
        if (!prompt.isArray()) {
            throw body.wrong("prompt", "a string, a list of ids or a list of these");
        }
        List<JsonNode> elements = body.list("prompt");
        if (elements.isEmpty()
                || elements.size() > MOST_PROMPTS && !elements.getFirst().isNumber()) {
            throw Problem.wrong(
                    "prompt",
                    "prompt must be a string, a list of ids or a list of at most " + MOST_PROMPTS
                            + " of these, got a list of " + elements.size());
        }
        if (elements.getFirst().isNumber()) {
            return List.of(ids(elements, "prompt"));
        }
        if (elements.getFirst().isTextual()) {
            return body.texts("prompt").stream()
                    .<TextPrompt>map(TextPrompt.Text::new)
                    .toList();
        }
        List<TextPrompt> prompts = new ArrayList<>();
        for (JsonNode element : elements) {
            String name = "prompt[" + prompts.size() + "]";
            if (!element.isArray() || element.isEmpty()) {
                throw Problem.wrong(name, name + " must be a list of ids, as the ones before it");
            }
            List<JsonNode> numbers = new ArrayList<>();
            element.forEach(numbers::add);
            prompts.add(ids(numbers, name));
        }
        return prompts;
    }

    private static TextPrompt ids(List<JsonNode> elements, String name) {
        int[] ids = new int[elements.size()];
        for (int i = 0; i < ids.length; i++) {
            if (!elements.get(i).isIntegralNumber() || !elements.get(i).canConvertToInt()) {
                throw Problem.wrong(
                        name + "[" + i + "]", name + "[" + i + "] must be a token id, got " + elements.get(i));
            }
            ids[i] = elements.get(i).intValue();
        }
        return new TextPrompt.Ids(ids);
    }
}
