package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.generate.decision.Decision;
import io.github.coda4j.generate.decision.Question;
import io.github.coda4j.text.ChatJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What {@code /v1/systemone} is asked: {@code state}, a text or JSON, and {@code questions} by name, each of type
 * {@code noul} (yes or no), {@code choice} or {@code score}.
 *
 * @param questions in their order, at least one
 */
public record DecisionBody(String state, SequencedMap<String, Question> questions) {
    /** @throws Problem naming the field that is missing or of another kind */
    public static DecisionBody read(Fields fields) {
        JsonNode state = fields.node("state");
        if (state.isMissingNode() || state.isNull() || state.isNumber() || state.isBoolean()) {
            throw Problem.wrong("state", "state must be a text, an object or a list");
        }
        JsonNode all = fields.node("questions");
        if (!all.isObject() || all.isEmpty()) {
            throw Problem.wrong("questions", "questions must be an object with at least one question");
        }
        SequencedMap<String, Question> questions = new LinkedHashMap<>();
        all.properties().forEach(entry -> questions.put(entry.getKey(), question(entry.getKey(), entry.getValue())));
        return new DecisionBody(text(state), questions);
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : ChatJson.asPython(value);
    }

    private static Question question(String name, JsonNode json) {
        String path = "questions." + name;
        if (!json.isObject() || json.path("instructions").isMissingNode()) {
            throw Problem.wrong(path, path + " must be an object with type and instructions");
        }
        String asked = text(json.path("instructions"));
        JsonNode criteria = json.path("criteria");
        try {
            return switch (json.path("type").asText()) {
                case "noul" -> Question.yesNo(asked);
                case "choice" -> choice(path, asked, criteria);
                case "score" -> Question.score(asked, levels(path, criteria));
                default -> throw Problem.wrong(path + ".type", path + ".type must be noul, choice or score");
            };
        } catch (IllegalArgumentException e) {
            throw Problem.wrong(path, path + ": " + e.getMessage());
        }
    }

    private static Question choice(String path, String asked, JsonNode criteria) {
        List<String> labels = new ArrayList<>();
        List<String> descriptions = new ArrayList<>();
        if (criteria.isArray()) {
            criteria.forEach(label -> {
                labels.add(text(label));
                descriptions.add("");
            });
        } else if (criteria.isObject()) {
            criteria.properties().forEach(entry -> {
                labels.add(entry.getKey());
                descriptions.add(entry.getValue().isNull() ? "" : text(entry.getValue()));
            });
        } else {
            throw Problem.wrong(path + ".criteria", path + ".criteria must be an object of options or a list of them");
        }
        return Question.choice(asked, labels, descriptions);
    }

    private static List<String> levels(String path, JsonNode criteria) {
        if (!criteria.isArray()) {
            throw Problem.wrong(path + ".criteria", path + ".criteria must be a list of levels");
        }
        List<String> levels = new ArrayList<>();
        criteria.forEach(level -> levels.add(text(level)));
        return levels;
    }

    /** A decision as its type's answer. */
    public static ObjectNode answer(Decision decision) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Question question = decision.question();
        switch (question.kind()) {
            case YES_NO ->
                answer.put("type", "noul").put("noul", decision.probabilities().getLast());
            case CHOICE -> {
                answer.put("type", "choice").put("choice", decision.label());
                probabilities(answer, decision);
            }
            case SCORE -> {
                answer.put("type", "score").put("score", decision.expected());
                probabilities(answer, decision);
            }
        }
        return answer;
    }

    private static void probabilities(ObjectNode answer, Decision decision) {
        ObjectNode node = answer.putObject("probabilities");
        for (int i = 0; i < decision.probabilities().size(); i++) {
            node.put(
                    decision.question().labels().get(i),
                    decision.probabilities().get(i));
        }
        answer.put("confidence", decision.confidence());
    }
}
