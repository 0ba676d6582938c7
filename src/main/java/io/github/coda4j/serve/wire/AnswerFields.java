package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.ValueSource;
import io.github.coda4j.serve.wire.AnswerOptions.StreamKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Reads {@link AnswerOptions} from a body. All dialects are read at once: {@code max_tokens} and {@code n_predict} say
 * the same, and {@code options}, as Ollama's clients send it, is read on every route. What is known and cannot be done
 * is refused; what is known and has no effect is named; fields that nobody knows pass.
 */
public final class AnswerFields {
    private static final int MOST_STOPS = 32;
    public static final int MOST_LOGPROBS = 20;
    private static final String OPTIONS = "options";

    /** The longest answer, the strongest first. */
    private static final List<String> CEILINGS =
            List.of("max_completion_tokens", "max_tokens", "max_new_tokens", "n_predict", "max_output_tokens");

    private static final List<String> OF_DRAWING =
            List.of("seed", "random_seed", "effort", "reasoning_effort", "diffusing", "length");

    /** Fields without an effect here, and what in them says nothing anyway. */
    private static final Map<String, Predicate<JsonNode>> WITHOUT_EFFECT = withoutEffect();

    private AnswerFields() {}

    private static Map<String, Predicate<JsonNode>> withoutEffect() {
        Map<String, Predicate<JsonNode>> fields = new LinkedHashMap<>();
        Predicate<JsonNode> zero = node -> node.isNumber() && node.doubleValue() == 0;
        Predicate<JsonNode> one = node -> node.isNumber() && node.doubleValue() == 1;
        Predicate<JsonNode> empty = node -> node.isContainerNode() && node.isEmpty();
        Stream.of(
                        "frequency_penalty",
                        "presence_penalty",
                        "min_p",
                        "mirostat",
                        "dry_multiplier",
                        "xtc_probability",
                        "n_probs",
                        "min_keep",
                        "n_keep",
                        "n_discard",
                        "dynatemp_range")
                .forEach(name -> fields.put(name, zero));
        Stream.of("repeat_penalty", "repetition_penalty", "typical_p", "tfs_z").forEach(name -> fields.put(name, one));
        fields.put("id_slot", node -> node.isInt() && node.intValue() <= 0);
        Stream.of("tools", "functions", "samplers", "metadata", "modalities", "lora", "context")
                .forEach(name -> fields.put(name, empty));
        Stream.of(
                        "num_ctx",
                        "keep_alive",
                        "service_tier",
                        "store",
                        "prediction",
                        "verbosity",
                        "web_search_options",
                        "parallel_tool_calls",
                        "realtime",
                        "reasoning_summary",
                        "cache_prompt",
                        "ignore_eos",
                        "return_tokens",
                        "return_progress",
                        "timings_per_token",
                        "post_sampling_probs",
                        "prompt_cache_key",
                        "system",
                        "template",
                        "think")
                .forEach(name -> fields.put(name, AnswerFields::saysNothing));
        return fields;
    }

    /** @param mostChoices the most answers to one prompt */
    public static AnswerOptions read(Fields body, int mostChoices) {
        if (body.has("regions")) {
            throw Problem.unsupported("regions", "regions are filled in at /v1/completions alone");
        }
        return readWithRegions(body, mostChoices);
    }

    /** The same on a route that has something to do with {@code regions}. */
    static AnswerOptions readWithRegions(Fields body, int mostChoices) {
        refuse(body);
        Fields streaming = body.object("stream_options");
        boolean stream = body.truth("stream", false);
        Map<String, String> names = new HashMap<>();
        ObjectNode decode = decode(body, names);
        String ceilingField = ceilingField(body);
        ceilingField = ceilingField.isEmpty() ? "max_tokens" : ceilingField;
        names.put(Parameter.MAX_NEW_TOKENS.name(), ceilingField);
        return new AnswerOptions(
                body.text("model").orElse(""),
                stream,
                frames(body, streaming),
                streaming.truth("include_usage", false),
                body.integer("n", 1, mostChoices)
                        .orElse(body.integer("n_cmpl", 1, mostChoices).orElse(1)),
                ceiling(body),
                ceilingField,
                fixedLength(body),
                ValueSource.body(Json.compact(decode), "the request", names),
                Effort.of(body),
                seed(body),
                body.integer("deadline_ms", 1, Integer.MAX_VALUE).stream()
                        .mapToObj(Duration::ofMillis)
                        .findFirst(),
                logprobs(body),
                thinking(body),
                body.text("user").orElse(""),
                ignored(body));
    }

    private static void refuse(Fields body) {
        String format = body.object("response_format").text("type").orElse("text");
        if (!format.equals("text")) {
            throw Problem.unsupported(
                    "response_format",
                    "response_format " + format + " is not supported yet: leave it out, or ask for text");
        }
        for (String name : List.of("tool_choice", "function_call")) {
            JsonNode choice = body.node(name);
            boolean free = choice.isMissingNode()
                    || choice.isNull()
                    || choice.isTextual() && List.of("auto", "none").contains(choice.textValue());
            if (!free) {
                throw Problem.unsupported(
                        name, name + " " + Json.shown(choice) + " is not supported: this model calls no tools");
            }
        }
        for (String name : List.of("logit_bias", "grammar", "json_schema")) {
            if (body.has(name) && !saysNothing(body.node(name))) {
                throw Problem.unsupported(name, name + " is not supported: leave it out");
            }
        }
        for (String name : List.of("audio", "image", "images")) {
            if (body.has(name)
                    && !(body.node(name).isContainerNode() && body.node(name).isEmpty())) {
                throw Problem.unsupported(name, name + " is not supported: this model reads text");
            }
        }
    }

    private static boolean saysNothing(JsonNode node) {
        return node.isContainerNode()
                ? node.isEmpty()
                : node.isBoolean() && !node.booleanValue()
                        || node.isTextual() && node.textValue().isEmpty();
    }

    private static StreamKind frames(Fields body, Fields streaming) {
        boolean steps = streaming.truth("diffusion", false);
        boolean whole = body.truth("diffusing", false);
        if ((steps || whole) && !body.truth("stream", false)) {
            String field = steps ? "stream_options.diffusion" : "diffusing";
            throw Problem.wrong(field, field + " is about a stream: add \"stream\": true");
        }
        if (steps && whole) {
            throw Problem.wrong(
                    "diffusing", "diffusing and stream_options.diffusion exclude each other: leave one of them out");
        }
        return whole ? StreamKind.WHOLE_TEXT : steps ? StreamKind.STEPS : StreamKind.TEXT;
    }

    /** The fields of a body that say how an answer is decoded, stop strings apart; greedy decoding says nothing. */
    static List<String> ofDecoding(Fields body) {
        Map<String, String> names = new HashMap<>();
        ObjectNode decode = decode(body, names);
        List<String> fields = new ArrayList<>();
        decode.fieldNames().forEachRemaining(fields::add);
        fields.remove(names.get(Parameter.STOP.name()));
        fields.removeIf(field -> field.equals(names.get(Parameter.TEMPERATURE.name()))
                && decode.get(field).asDouble() == 0);
        for (String field : OF_DRAWING) {
            if (body.has(field)) {
                fields.add(field);
            }
        }
        if (body.object("stream_options").truth("diffusion", false)) {
            fields.add("stream_options.diffusion");
        }
        return fields;
    }

    /** The decode options as they stand in the body, under names that {@code names} has by parameter. */
    private static ObjectNode decode(Fields body, Map<String, String> names) {
        ObjectNode decode = JsonNodeFactory.instance.objectNode();
        Stream<String> own = Stream.of(
                        Parameter.STEPS,
                        Parameter.ALG,
                        Parameter.ALG_PARAM,
                        Parameter.TEMPERATURE,
                        Parameter.TOP_P,
                        Parameter.TOP_K,
                        Parameter.EPS,
                        Parameter.BLOCK_LENGTH,
                        Parameter.CACHE,
                        Parameter.REFRESH,
                        Parameter.CACHED_ROWS,
                        Parameter.WINDOW,
                        Parameter.BLOCK_START,
                        Parameter.MASK_CANDIDATES,
                        Parameter.GROW,
                        Parameter.UNTIL,
                        Parameter.STOP)
                .map(Parameter::name);
        Stream<String> policies = CommitPolicies.BUILT_IN.stream()
                .flatMap(factory -> factory.parameters().stream())
                .map(parameter -> parameter.name())
                .distinct();
        Stream.concat(own, policies).forEach(name -> {
            String field = field(body, name);
            if (!field.isEmpty()) {
                decode.set(field, body.at(field));
                names.put(name, field);
            }
        });
        String topK = names.getOrDefault(Parameter.TOP_K.name(), Parameter.TOP_K.name());
        if (decode.path(topK).isInt() && decode.path(topK).intValue() < 0) {
            decode.put(topK, 0); // all tokens, as llama.cpp and Mercury write it
        }
        checkStops(body);
        return decode;
    }

    private static void checkStops(Fields body) {
        for (Fields holder : List.of(body, optionsOf(body))) {
            int count = holder.texts("stop").size();
            if (count > MOST_STOPS) {
                throw Problem.wrong(
                        holder.path("stop"),
                        holder.path("stop") + " may have at most " + MOST_STOPS + " texts, got " + count);
            }
        }
    }

    /** The options of Ollama's bodies; those of other dialects are not looked at. */
    private static Fields optionsOf(Fields body) {
        return body.node(OPTIONS).isObject() ? body.object(OPTIONS) : Fields.of(JsonNodeFactory.instance.objectNode());
    }

    /** The field that gives a value: its name, or that in {@code options}; empty when none does. */
    private static String field(Fields body, String name) {
        if (body.has(name)) {
            return name;
        }
        return optionsOf(body).has(name) ? OPTIONS + "." + name : "";
    }

    private static String ceilingField(Fields body) {
        return CEILINGS.stream()
                .filter(body::has)
                .findFirst()
                .orElse(optionsOf(body).has("num_predict") ? OPTIONS + ".num_predict" : "");
    }

    private static OptionalInt ceiling(Fields body) {
        String field = ceilingField(body);
        if (field.isEmpty()) {
            return OptionalInt.empty();
        }
        Fields holder = field.startsWith(OPTIONS + ".") ? optionsOf(body) : body;
        String key = field.substring(field.indexOf('.') + 1);
        int most = holder.integer(key).orElse(-1);
        // -1: as much as it takes; -2, as llama.cpp and Ollama have it: until the context is full
        if (most < -2) {
            throw holder.wrong(key, "-1 (no limit), 0 or positive");
        }
        return most < 0 ? OptionalInt.empty() : OptionalInt.of(most);
    }

    private static boolean fixedLength(Fields body) {
        String length = body.text("length").orElse("ceiling");
        return switch (length) {
            case "fixed" -> true;
            case "ceiling", "auto" -> false;
            default -> throw body.wrong("length", "\"fixed\", \"ceiling\" or \"auto\"");
        };
    }

    private static Optional<Long> seed(Fields body) {
        return Stream.of(
                        body.integer64("seed"),
                        body.integer64("random_seed"),
                        optionsOf(body).integer64("seed"))
                .flatMap(value -> value.stream().boxed())
                .findFirst();
    }

    /** {@code logprobs} is a number in completions, and a truth with {@code top_logprobs} beside it in chats. */
    private static OptionalInt logprobs(Fields body) {
        if (body.node("logprobs").isBoolean() || !body.has("logprobs")) {
            OptionalInt top = body.integer("top_logprobs", 0, MOST_LOGPROBS);
            if (body.truth("logprobs", false)) {
                return OptionalInt.of(top.orElse(0));
            }
            if (top.orElse(0) > 0) {
                throw Problem.wrong("top_logprobs", "top_logprobs needs logprobs: add \"logprobs\": true");
            }
            return OptionalInt.empty();
        }
        return body.integer("logprobs", 0, MOST_LOGPROBS);
    }

    private static Optional<Boolean> thinking(Fields body) {
        Fields template = body.object("chat_template_kwargs");
        for (Fields holder : List.of(body, template)) {
            if (holder.has("enable_thinking")) {
                return Optional.of(holder.truth("enable_thinking", true));
            }
        }
        return Optional.empty();
    }

    private static List<String> ignored(Fields body) {
        List<String> ignored = new ArrayList<>();
        WITHOUT_EFFECT.forEach((name, neutral) -> {
            if (body.has(name) && !neutral.test(body.node(name))) {
                ignored.add(name);
            }
            if (optionsOf(body).has(name) && !neutral.test(optionsOf(body).node(name))) {
                ignored.add(OPTIONS + "." + name);
            }
        });
        return ignored;
    }
}
