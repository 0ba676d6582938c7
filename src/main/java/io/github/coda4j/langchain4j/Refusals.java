package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import io.github.coda4j.generate.request.Parameter;

/** What a chat request can say in LangChain4j and this model cannot do. Neutral values pass. */
final class Refusals {
    private Refusals() {}

    /**
     * Looks at all of it.
     *
     * @param name of the model
     * @throws UnsupportedFeatureException naming the first that cannot be done
     */
    static void check(CodaChatRequestParameters parameters, String name) {
        String asked = parameters.modelName();
        refuse(asked != null && !asked.equals(name), "modelName '" + asked + "'", "this model is '" + name + "'");
        refuse(isPenalty(parameters.frequencyPenalty()), "frequencyPenalty", "only 0 is");
        refuse(isPenalty(parameters.presencePenalty()), "presencePenalty", "only 0 is");
        String noTools = "the model calls no tools";
        refuse(parameters.toolChoice() == ToolChoice.REQUIRED, "ToolChoice.REQUIRED", noTools);
        refuse(!parameters.toolSpecifications().isEmpty(), "toolSpecifications (tools)", noTools);
        refuse(
                parameters.responseFormat() != null
                        && parameters.responseFormat().type() == ResponseFormatType.JSON,
                "JSON response format",
                "nothing holds the model to JSON");
        refuse(parameters.decoding().containsKey(Parameter.CONTEXT), "context", "a chat is seen whole");
    }

    private static boolean isPenalty(Double value) {
        return value != null && value != 0;
    }

    private static void refuse(boolean asked, String what, String why) {
        if (asked) {
            throw new UnsupportedFeatureException(what + " is not supported: " + why);
        }
    }
}
