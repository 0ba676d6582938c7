package io.github.coda4j.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a scripted model to tasks of the published sets. */
@Tag("process")
class EvalGenerateTest {
    @TempDir
    Path folder;

    private Cli cli = says("x");

    private static Cli says(String answer) {
        return new Cli()
                .env("PATH", System.getenv("PATH"))
                .with(ScriptedGenerator.always(ScriptedGenerator.Script.says(answer)));
    }

    private int generate(String... arguments) {
        List<String> all = new ArrayList<>(List.of("eval", "generate", "--model", "models/coda-mini", "--data"));
        all.add(SharedData.datasets().toString());
        all.addAll(List.of("--out", folder.resolve("samples.jsonl").toString()));
        all.addAll(List.of(arguments));
        return cli.run(all.toArray(String[]::new));
    }

    private List<ObjectNode> samples() {
        List<ObjectNode> rows = new ArrayList<>();
        JsonLines.read(folder.resolve("samples.jsonl"), line -> rows.add(line.object()));
        return rows;
    }

    @Test
    void answers_to_humaneval_become_programs_that_can_be_scored() {
        cli = says("    return 1\n```\nThat is it.");
        assertThat(generate("--task", "humaneval", "--limit", "3", "--samples", "2"))
                .as(cli.err())
                .isZero();
        assertThat(samples()).hasSize(6);
        assertThat(samples().get(5).get("task_id").asText()).isEqualTo("HumanEval/2");
        assertThat(samples().get(0).get("solution").asText())
                .startsWith("from typing import List\n")
                .endsWith("    return 1\n");
        String out = folder.resolve("scores").toString();
        Cli scoring = new Cli().env("PATH", System.getenv("PATH"));
        assertThat(scoring.run(
                        "eval",
                        "score",
                        "--task",
                        "humaneval",
                        "--allow-missing",
                        "--data",
                        SharedData.datasets().toString(),
                        "--out",
                        out,
                        "--samples",
                        folder.resolve("samples.jsonl").toString()))
                .as(scoring.err())
                .isZero();
        assertThat(scoring.out()).startsWith("pass@1 0.0000");
    }

    @Test
    void a_run_that_was_killed_goes_on_behind_what_is_there() throws Exception {
        String[] arguments = {"--task", "mbpp", "--prompt", "evalplus"};
        assertThat(generate(arguments)).isEqualTo(2);
        assertThat(cli.err()).contains("the prompt style evalplus does not ask for mbpp");
        String[] mbpp = {"--task", "mbpp", "--limit", "4"};
        assertThat(generate(mbpp)).as(cli.err()).isZero();
        Path file = folder.resolve("samples.jsonl");
        List<String> lines = Files.readAllLines(file);
        Files.writeString(
                file, lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).substring(0, 9));
        assertThat(generate(mbpp)).as(cli.err()).isZero();
        assertThat(cli.err()).contains("wrote 2 answers to " + file + ", behind 2 that were there");
        assertThat(samples()).hasSize(4);
        cli.env("TEMPERATURE", "0.5");
        assertThat(generate(mbpp)).as("another temperature").isEqualTo(1);
        assertThat(generate("--task", "mbpp", "--limit", "5")).isEqualTo(1);
        assertThat(cli.err())
                .contains(" is there and was not made with these settings (samples.jsonl.settings.json"
                        + " differs in decoding):");
    }

    @Test
    void holes_are_filled_with_what_stands_between_prompt_and_suffix() {
        cli = says("    pass\n");
        assertThat(generate("--task", "infill-single", "--limit", "2", "--length", "6"))
                .as(cli.err())
                .isZero();
        assertThat(samples().get(1).get("completion").asText()).isEqualTo("    pass\n");
    }

    @Test
    void the_report_s_settings_reach_the_model_and_each_sample_has_a_seed_of_its_own() throws Exception {
        ScriptedGenerator generator = ScriptedGenerator.always(ScriptedGenerator.Script.says("x"));
        cli = says("x").with(generator);
        // Flags beat the preset.
        assertThat(generate(
                        "--task",
                        "mbpp",
                        "--limit",
                        "1",
                        "--samples",
                        "2",
                        "--preset",
                        "report",
                        "--max-new-tokens",
                        "40",
                        "--steps",
                        "20",
                        "--seed",
                        "7"))
                .as(cli.err())
                .isZero();
        assertThat(generator.requests()).hasSize(2);
        DecodeOptions first = generator.requests().getFirst().decode();
        assertThat(first.temperature()).isEqualTo(0.1);
        assertThat(first.topP()).isEqualTo(0.9);
        assertThat(first.steps()).isEqualTo(20);
        assertThat(first.commit().toString()).contains("Entropy");
        assertThat(first.seed()).isEqualTo(7);
        assertThat(generator.requests().getLast().decode().seed()).isEqualTo(8);
        Files.delete(folder.resolve("samples.jsonl"));
        assertThat(generate("--task", "humaneval", "--preset", "report", "--limit", "1"))
                .as(cli.err())
                .isZero();
        GenerateRequest whole = generator.requests().getLast();
        assertThat(whole.decode().steps()).isEqualTo(768);
        assertThat(((Prompt.Marked) whole.prompt()).newTokens()).isEqualTo(768);
    }

    @Test
    void flags_without_effect_are_refused() {
        assertThat(generate("--task", "infill-single", "--prompt", "coda")).isEqualTo(2);
        assertThat(cli.err()).contains("--prompt has no effect on infilling: leave it out");
        assertThat(generate("--task", "humaneval", "--length", "3")).isEqualTo(2);
        assertThat(cli.err()).contains("--length is for infilling: use --max-new-tokens");
        assertThat(generate("--task", "humaneval", "--preset", "paper")).isEqualTo(2);
        assertThat(cli.err()).contains("--preset must be report, got 'paper'");
        assertThat(generate("--task", "mbpp", "--sanitizer", "coda")).isEqualTo(2);
        assertThat(cli.err()).contains("--sanitizer is for HumanEval asked by --prompt coda: leave it out");
    }
}
