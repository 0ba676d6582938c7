package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A toy corpus, its tokenizer and shards, and the configs that train on them. */
final class TrainToy {
    private static final String SOURCES = "src/main/java/io/github/coda4j/weights";

    private final Path folder;

    private TrainToy(Path folder) {
        this.folder = folder;
    }

    /** Makes the tokenizer and the shards of text and of instructions. */
    static TrainToy make(Path folder) throws IOException {
        Cli cli = new Cli();
        Path tokenizer = folder.resolve("tokenizer");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("{\"instruction\": \"Add %d\", \"input\": \"\", \"output\": \"x = x + %d\"}%n".formatted(i, i));
        }
        rows.append("{\"instruction\": \"Count\", \"input\": \"\", \"output\": \"%s\"}%n".formatted("1 + ".repeat(48)));
        Path instructions = Files.writeString(folder.resolve("instructions.jsonl"), rows);
        List<String> tokenize = List.of("data", "tokenize", "--tokenizer", tokenizer.toString(), "--held-out", "0.3");
        run(cli, List.of("data", "tokenizer", "--size", "400", "--out", tokenizer.toString(), SOURCES));
        run(cli, tokenize, "--out", folder.resolve("shards").toString(), SOURCES);
        run(cli, tokenize, "--sft", "--out", folder.resolve("sft").toString(), instructions.toString());
        return new TrainToy(folder);
    }

    private static void run(Cli cli, List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        assertThat(cli.run(all.toArray(String[]::new))).as(cli.err()).isZero();
    }

    Path tokenizer() {
        return folder.resolve("tokenizer");
    }

    Path shards() {
        return folder.resolve("shards");
    }

    Path instructions() {
        return folder.resolve("sft");
    }

    /** A config file; values can be overridden on the command line. */
    Path config(String stage) throws IOException {
        String model = stage.equals("pretrain") ? "preset: coda-tiny" : "from: " + folder.resolve("runs/none");
        return Files.writeString(folder.resolve(stage + ".yaml"), """
                stage: %s
                seed: 3
                out: %s
                model: {%s, tokenizer: %s}
                data: {shards: %s, length: 48}
                batch: {rows: 4, micro_rows: 2}
                optimizer: {name: adamw}
                schedule: {steps: 6, peak: 1e-3, warm_up_steps: 2}
                masking: {block_probability: 0.25, block_sizes: [2, 4]}
                compute: {precision: fp32, threads: 1}
                evaluation: {every: 2, sequences: 5}
                checkpoints: {every: 2, keep_last: 2}
                """.formatted(
                        stage,
                        folder.resolve("runs").resolve(stage),
                        model,
                        tokenizer(),
                        stage.equals("sft") ? instructions() : shards()));
    }
}
