package io.github.coda4j.eval.sanitize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the harnesses make of an answer, against what their own functions made of it. */
class AnswersTest {
    @TestFactory
    Stream<DynamicTest> answers_are_cut_as_the_originals_cut_them() {
        return Goldens.cases("eval/postprocess.json").stream()
                .map(one -> DynamicTest.dynamicTest(one.get("name").asText(), () -> assertCase(one)));
    }

    private static void assertCase(JsonNode one) {
        String answer = one.get("response").textValue();
        String prompt = one.path("prompt").asText("");
        Map<String, String> ours = new LinkedHashMap<>();
        String until = Answers.codaUntil(answer, Answers.HUMANEVAL_STOPS);
        ours.put("lm_eval_mbpp_instruct", Answers.lmEvalMbpp(answer));
        ours.put("lm_eval_humaneval_instruct", Answers.lmEvalHumanEval(prompt, answer));
        ours.put("bigcode_humaneval", Answers.bigcode(answer, Answers.BIGCODE_HUMANEVAL_STOPS));
        ours.put("bigcode_mbpp", Answers.bigcode(answer, Answers.BIGCODE_MBPP_STOPS));
        ours.put("lcb_chat", Answers.liveCodeBench(answer));
        ours.put("nanochat", Answers.nanochat(answer));
        ours.put("coda_humaneval_until", until);
        ours.put("coda_mbpp_until", Answers.codaUntil(answer, Answers.MBPP_STOPS));
        ours.put("coda_humaneval_before_sanitize", Answers.codaBeforeSanitizer(prompt, until));
        ours.forEach((name, text) -> {
            if (one.has(name)) {
                assertThat(text).as(name).isEqualTo(one.get(name).textValue());
            }
        });
    }
}
