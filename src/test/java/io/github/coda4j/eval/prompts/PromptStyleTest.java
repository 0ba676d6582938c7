package io.github.coda4j.eval.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.testkit.SharedData;
import io.github.coda4j.text.ChatTemplate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Prompts against those that the harnesses rendered. */
class PromptStyleTest {
    private static final Map<String, Benchmark> BENCHMARKS = Map.of(
            "coda/humaneval_instruct", Benchmark.HUMANEVAL,
            "coda/humaneval_plus", Benchmark.HUMANEVAL_PLUS,
            "coda/mbpp_instruct", Benchmark.MBPP,
            "coda/mbpp_plus_instruct", Benchmark.MBPP_PLUS,
            "lm_eval/humaneval_instruct", Benchmark.HUMANEVAL,
            "lm_eval/mbpp_instruct", Benchmark.MBPP,
            "lm_eval/mbpp_plus_instruct", Benchmark.MBPP_PLUS,
            "lm_eval/mbpp", Benchmark.MBPP);

    private final Map<String, Map<String, Problem>> loaded = new HashMap<>();

    @Test
    void prompts_equal_those_that_the_harnesses_rendered() {
        ChatTemplate template = ChatTemplate.forCheckpoint(SharedData.codaConfig());
        int[] seen = {0};
        JsonLines.read(SharedData.evalGoldens().resolve("prompts.jsonl.gz"), line -> {
            ObjectNode golden = line.object();
            String task = golden.get("task").asText();
            PromptStyle style = task.startsWith("coda/")
                    ? PromptStyle.CODA
                    : task.equals("lm_eval/mbpp") ? PromptStyle.LM_EVAL_BASE : PromptStyle.LM_EVAL;
            Benchmark benchmark = BENCHMARKS.get(task);
            Problem problem =
                    problems(benchmark, style).get(golden.get("task_id").asText());
            Prompt prompt = style.of(benchmark, problem, true);
            assertThat(prompt.user())
                    .as(line.source())
                    .isEqualTo(golden.get("user").textValue());
            if (golden.has("gen_prefix")) {
                assertThat(prompt.prefix())
                        .isEqualTo(Optional.of(golden.get("gen_prefix").textValue()));
                assertThat(prompt.chat(template, Prompt.PrefixEnd.NEWER))
                        .as(line.source())
                        .isEqualTo(golden.get("chat_newer_transformers").textValue());
                assertThat(prompt.chat(template, Prompt.PrefixEnd.OLDER))
                        .as(line.source())
                        .isEqualTo(golden.get("chat_older_transformers").textValue());
            } else {
                assertThat(prompt.chat(template, Prompt.PrefixEnd.NEWER))
                        .isEqualTo(golden.get("chat").textValue());
            }
            seen[0]++;
        });
        assertThat(seen[0]).isEqualTo(305);
    }

    private Map<String, Problem> problems(Benchmark benchmark, PromptStyle style) {
        return loaded.computeIfAbsent(
                benchmark + " " + style,
                _ -> benchmark
                        .load(new DataFolder(SharedData.datasets(), Map.of(), false), style.mode(benchmark))
                        .problems());
    }

    private static final Problem ADD = new Problem(
            "HumanEval/x",
            "\n\ndef add(a, b):\n    \"\"\"Adds.\"\"\"\n",
            "",
            "",
            "add",
            "",
            List.of("assert add(1, 2) == 3", "assert add(0, 0) == 0"),
            "Write a function to add.",
            "");

    @Test
    void evalplus_asks_with_a_stripped_prompt_in_two_forms() {
        Prompt direct = PromptStyle.EVALPLUS.of(Benchmark.HUMANEVAL_PLUS, ADD, false);
        assertThat(direct.plain()).isEqualTo("def add(a, b):\n    \"\"\"Adds.\"\"\"\n");
        assertThat(direct.cutAnswer("    return 1\n\nprint(add(1, 2))\ndef x")).isEqualTo("    return 1\n");
        Prompt chat = PromptStyle.EVALPLUS.of(Benchmark.HUMANEVAL_PLUS, ADD, true);
        assertThat(chat.user())
                .isEqualTo("Please provide a self-contained Python script that solves the following problem in a"
                        + " markdown code block:\n```\ndef add(a, b):\n    \"\"\"Adds.\"\"\"\n```\n");
        assertThat(chat.chat(ChatTemplate.coda(), Prompt.PrefixEnd.NEWER))
                .endsWith("<think>\n\n</think>\n\nBelow is a Python script with a self-contained function that solves"
                        + " the problem and passes corresponding tests:\n```python\n");
    }

    @Test
    void java_s_sets_are_asked_by_their_prompts_as_they_stand() {
        assertThat(PromptStyle.usual(Benchmark.MULTIPL_E_MBPP_JAVA)).isEqualTo(PromptStyle.OWN);
        assertThat(PromptStyle.OWN.of(Benchmark.HUMANEVAL_X_JAVA, ADD, false).plain())
                .isEqualTo(ADD.prompt());
        assertThatThrownBy(() -> PromptStyle.OWN.of(Benchmark.HUMANEVAL, ADD, false))
                .hasMessage("the prompt style own does not ask for humaneval");
        assertThatThrownBy(() -> PromptStyle.CODA.of(Benchmark.HUMANEVAL_X_JAVA, ADD, false))
                .hasMessage("the prompt style coda does not ask for humaneval-x-java");
    }

    @Test
    void a_chat_endpoint_gets_no_beginning_of_an_answer() {
        assertThat(PromptStyle.EVALPLUS.ofEndpoint(Benchmark.HUMANEVAL_PLUS, ADD))
                .endsWith("in a markdown code block:\n```python\ndef add(a, b):\n    \"\"\"Adds.\"\"\"\n```");
        assertThatThrownBy(() -> PromptStyle.LM_EVAL.ofEndpoint(Benchmark.HUMANEVAL, ADD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("begins the answer, which a chat endpoint does not go on with");
    }

    @Test
    void bigcode_shows_one_test_and_has_no_chat() {
        assertThat(PromptStyle.BIGCODE.of(Benchmark.MBPP, ADD, false).plain())
                .isEqualTo("\"\"\"\nWrite a function to add.\nassert add(1, 2) == 3\n\"\"\"\n");
        assertThat(PromptStyle.BIGCODE.of(Benchmark.HUMANEVAL, ADD, false).plain())
                .isEqualTo("def add(a, b):\n    \"\"\"Adds.\"\"\"");
        assertThatThrownBy(() -> PromptStyle.BIGCODE.of(Benchmark.HUMANEVAL, ADD, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the prompt style bigcode has no chat form: leave out --template");
    }

    @Test
    void a_style_refuses_tasks_that_it_does_not_ask_for() {
        assertThatThrownBy(() -> PromptStyle.CODA.of(Benchmark.INFILL_SINGLE, ADD, false))
                .hasMessage("the prompt style coda does not ask for infill-single");
        assertThatThrownBy(() -> PromptStyle.of("cod")).hasMessageContaining("did you mean coda?");
    }

    @Test
    void coda_cuts_at_each_stop_in_turn_and_lm_eval_at_the_first() {
        Prompt coda = PromptStyle.CODA.of(Benchmark.HUMANEVAL, ADD, true);
        assertThat(coda.cutAnswer("a<|im_end|>b")).isEqualTo("a");
        assertThat(coda.cutAnswer("x\nif y\n#z")).isEqualTo("x");
    }
}
