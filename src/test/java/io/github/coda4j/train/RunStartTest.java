package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose start is not there yet says what comes first. */
class RunStartTest {
    @TempDir
    Path folder;

    private TrainConfig config(String stage, String model) {
        return TrainConfig.parse("""
                stage: %s
                out: runs/x
                model: {%s}
                data: {shards: data/code, length: 256}
                batch: {rows: 32}
                optimizer: {name: adafactor}
                schedule: {steps: 500, peak: 2e-4}
                """.formatted(stage, model), "run.yaml");
    }

    private void assertRefused(String stage, String model, String... parts) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> RunStart.require(config(stage, model)))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    @Test
    void the_stage_that_comes_first_is_named_with_its_folder() {
        Path run = folder.resolve("mid");
        assertRefused(
                "sft",
                "from: " + run.resolve("model"),
                "there is no model " + run.resolve("model") + " for this sft to go on from (model.from)",
                "midtrain comes first (after pretrain); run `coda train midtrain` with out: " + run + ";");
        assertRefused(
                "midtrain",
                "from: " + run.resolve("model"),
                "pretrain comes first; run `coda train pretrain` with out: " + run + ";");
        assertRefused("pretrain", "from: " + folder.resolve("elsewhere"), "run the one that makes it first, whose");
    }

    @Test
    void a_run_that_is_not_finished_says_how_far_it_is() throws IOException {
        Path run = Files.createDirectories(folder.resolve("mid"));
        String from = "from: " + run.resolve("model");
        assertRefused("sft", from, "the run in " + run, "is not finished and has no checkpoint yet", "(--resume)");
        Files.createDirectories(run.resolve("checkpoints/step-0000250"));
        Path newest = Files.createDirectories(run.resolve("checkpoints/step-0000500"));
        assertRefused("sft", from, "is not finished: it has step-0000500 only", "or start from " + newest);
        Files.createDirectories(run.resolve("model"));
        RunStart.require(config("sft", from));
    }

    @Test
    void a_missing_tokenizer_or_autoregressive_model_says_which_command_makes_it() throws IOException {
        Path tokenizer = folder.resolve("tok");
        assertRefused(
                "pretrain",
                "preset: coda-nano, tokenizer: " + tokenizer,
                "there is no tokenizer " + tokenizer + " (model.tokenizer)",
                "--new-tokenizer SIZE --tokenizer " + tokenizer);
        assertRefused(
                "pretrain",
                "from_ar: " + folder.resolve("qwen"),
                "there is no autoregressive model " + folder.resolve("qwen"),
                "`coda pull ID --out");
        Files.createDirectories(tokenizer);
        RunStart.require(config("pretrain", "preset: coda-nano, tokenizer: " + tokenizer));
    }
}
