package io.github.coda4j.cli.train;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.testkit.ToyCheckpoint;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda train}: the three stages on a toy, and what is refused. */
@Tag("training")
class TrainCommandTest {
    @TempDir
    static Path shared;

    private static TrainToy toy;

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeAll
    static void makeData() throws IOException {
        toy = TrainToy.make(shared);
    }

    @BeforeEach
    void start() {
        cli = new Cli();
    }

    @Test
    void a_run_leaves_a_model_checkpoints_metrics_events_and_a_report() throws IOException {
        Path out = folder.resolve("a");
        assertThat(train("pretrain", out)).as(cli.err()).isZero();
        assertThat(cli.err())
                .contains("4 rows per step, 6 steps")
                .contains("step 1/6  loss ")
                .contains("step 4/6  held-out loss ")
                .contains("step 6/6  loss ");
        assertThat(cli.out())
                .contains("steps 6, tokens 1.2 thousand, loss ", "held-out loss ", "data waiting ")
                .contains("Curves: " + out.resolve("report.html"))
                .contains("Next: coda generate --model " + out.resolve("model"));
        assertThat(names(out.resolve("checkpoints"))).contains("step-0000004", "step-0000006");
        assertThat(names(out.resolve("checkpoints/step-0000006")))
                .contains(
                        "config.json",
                        "model.safetensors",
                        "optimizer.safetensors",
                        "state.json",
                        "tokenizer.json",
                        "train-config.yaml");
        assertThat(Files.readAllLines(out.resolve("metrics.jsonl"))).hasSize(6 + 3);
        assertThat(Files.readString(out.resolve("config.yaml"))).contains("read_ahead: 2");
        assertThat(names(out.resolve("tensorboard"))).hasSize(1);
        assertThat(Files.readString(out.resolve("report.html"))).contains("held_out_loss");
        assertThat(cli.run("inspect", "model", out.resolve("model").toString())).isZero();
    }

    @Test
    void a_run_in_two_parts_ends_with_the_same_weights_as_in_one() throws Exception {
        assertThat(train("pretrain", folder.resolve("whole"))).isZero();
        // As if it had been killed before the last checkpoint was written.
        assertThat(train("pretrain", folder.resolve("parts"))).isZero();
        Path parts = folder.resolve("parts/checkpoints");
        AtomicFiles.removeFolder(parts.resolve("step-0000006"));
        assertThat(train("pretrain", folder.resolve("parts"), "--resume"))
                .as(cli.err())
                .isZero();
        assertThat(cli.err()).contains("going on from " + parts.resolve("step-0000004"));
        assertThat(weights("parts")).isEqualTo(weights("whole"));
        assertThat(lines(folder.resolve("parts/metrics.jsonl")))
                .isEqualTo(lines(folder.resolve("whole/metrics.jsonl")));
    }

    @Test
    void a_run_that_is_done_before_its_schedule_is_leaves_what_the_whole_one_had_then() throws IOException {
        assertThat(train("pretrain", folder.resolve("whole"))).isZero();
        assertThat(train("pretrain", folder.resolve("start"), "schedule.stop_after=4"))
                .as(cli.err())
                .isZero();
        assertThat(folder.resolve("start/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/checkpoints/step-0000004/model.safetensors"));
        assertThat(train(
                        "pretrain",
                        folder.resolve("whole"),
                        "schedule.stop_after=4",
                        "--resume",
                        "--accept-config-changes"))
                .isEqualTo(1);
        assertThat(cli.err()).contains("is at step 6, beyond the run's last step 4");
    }

    @Test
    void the_stages_follow_one_another() {
        assertThat(train("pretrain", folder.resolve("pre"))).as(cli.err()).isZero();
        assertThat(train(
                        "midtrain",
                        folder.resolve("mid"),
                        "model.from=" + folder.resolve("pre/model"),
                        "masking.prefix_probability=0.3",
                        "optimizer.name=adafactor",
                        "compute.precision=bf16"))
                .as(cli.err())
                .isZero();
        assertThat(train("sft", folder.resolve("sft"), "model.from=" + folder.resolve("mid/model"), "model.tokenizer="))
                .as(cli.err())
                .isZero();
        assertThat(TensorFile.read(folder.resolve("sft/model/model.safetensors"))
                        .floats("model.norm.weight"))
                .isNotEqualTo(TensorFile.read(folder.resolve("mid/model/model.safetensors"))
                        .floats("model.norm.weight"));
    }

    @Test
    void the_plain_engine_trains_too() {
        assertThat(train("pretrain", folder.resolve("fast"))).as(cli.err()).isZero();
        assertThat(train("pretrain", folder.resolve("plain"), "compute.engine=plain", "compute.recompute=true"))
                .as(cli.err())
                .isZero();
        float[] fast =
                TensorFile.read(folder.resolve("fast/model/model.safetensors")).floats("model.norm.weight");
        float[] plain =
                TensorFile.read(folder.resolve("plain/model/model.safetensors")).floats("model.norm.weight");
        assertNear("model.norm.weight", plain, fast, 1e-4);
    }

    @Test
    void an_older_run_is_not_trained_over_unless_it_is_resumed() {
        Path out = folder.resolve("a");
        assertThat(train("pretrain", out)).isZero();
        assertThat(train("pretrain", out)).isEqualTo(1);
        assertThat(cli.err())
                .contains("holds a run at step-0000006; add --resume to go on with it, or choose another folder with"
                        + " --out");
        assertThat(train("pretrain", out, "--resume", "schedule.steps=8", "schedule.peak=2e-3"))
                .isEqualTo(1);
        assertThat(cli.err())
                .contains("schedule.peak: 0.001 before, 0.002 now; schedule.steps: 6 before, 8 now")
                .contains("add --accept-config-changes to go on with it");
        assertThat(train("pretrain", out, "--resume", "--accept-config-changes", "schedule.steps=8"))
                .as(cli.err())
                .isZero();
        assertThat(names(out.resolve("checkpoints"))).contains("step-0000008");
        assertThat(train("pretrain", out, "--resume", "schedule.steps=8", "checkpoints.keep_last=1"))
                .isZero();
        assertThat(train("pretrain", out, "--accept-config-changes")).isEqualTo(2);
    }

    @Test
    void resuming_where_nothing_was_saved_begins() {
        assertThat(train("pretrain", folder.resolve("a"), "--resume")).isZero();
        assertThat(cli.err()).contains("no checkpoint in " + folder.resolve("a") + " yet: beginning");
    }

    @Test
    void a_stage_that_comes_too_early_says_which_one_is_first() {
        Path mid = folder.resolve("mid");
        assertThat(train("sft", folder.resolve("sft"), "model.tokenizer=", "model.from=" + mid.resolve("model")))
                .isEqualTo(1);
        assertThat(cli.err().lines().filter(line -> line.startsWith("coda: ")))
                .singleElement()
                .asString()
                .contains("midtrain comes first (after pretrain); run `coda train midtrain` with out: " + mid);
    }

    @Test
    void instructions_are_learned_with_text_among_them() throws IOException, NoSuchAlgorithmException {
        List<String> mixed = List.of("model.from=", "model.preset=coda-tiny", "data.text=" + toy.shards());
        assertThat(sft("whole", mixed)).as(cli.err()).isZero();
        assertThat(sft("resumed", mixed, "schedule.stop_after=3")).isZero();
        assertThat(sft("resumed", mixed, "--resume", "--accept-config-changes")).isZero();
        assertThat(weights("resumed")).as("resumed to the bit").isEqualTo(weights("whole"));
        List<String> alone = mixed.subList(0, 2);
        assertThat(sft("alone", alone)).isZero();
        assertThat(sft("less", mixed, "data.text_share=0.2")).isZero();
        assertThat(sft("ends", alone, "data.end_tokens=8")).isZero();
        assertThat(sft("packed", alone, "data.pack=true")).isZero();
        assertThat(List.of(weights("alone"), weights("less"), weights("ends"), weights("packed"), weights("whole")))
                .doesNotHaveDuplicates();
        Path text = folder.resolve("text-only");
        assertThat(cli.run(
                        "data",
                        "tokenize",
                        "--tokenizer",
                        toy.tokenizer().toString(),
                        "--held-out",
                        "0",
                        "--out",
                        text.toString(),
                        "src/main/java/io/github/coda4j/plot"))
                .isZero();
        assertThat(sft("measured", mixed, "data.held_out=" + text)).isEqualTo(1);
        assertThat(cli.err()).contains(text + " has no held-out tokens");
        assertThat(sft("wrong", mixed, "data.text=" + toy.instructions())).isEqualTo(1);
        assertThat(cli.err()).contains(toy.instructions() + " holds instructions, made with --sft");
    }

    private int sft(String run, List<String> options, String... more) {
        return train(
                "sft",
                folder.resolve(run),
                Stream.concat(options.stream(), Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void fewer_held_out_rows_than_the_config_evaluates_are_told() {
        assertThat(train("pretrain", folder.resolve("a"), "schedule.steps=3", "evaluation.sequences=100000"))
                .isZero();
        assertThat(cli.err())
                .contains("evaluation.sequences asks for 100000 held-out rows, but " + toy.shards() + " has ")
                .contains(": these are measured; tokenize with a larger --held-out for more");
        assertThat(train("pretrain", folder.resolve("b"), "schedule.steps=3")).isZero();
        assertThat(cli.err().lines().filter(line -> line.contains("these are measured")))
                .hasSize(1);
    }

    @Test
    void what_cannot_be_trained_is_refused_in_one_line() throws IOException {
        Path out = folder.resolve("a");
        assertThat(train("pretrain", out, "schedule.stepz=5")).isEqualTo(2);
        assertThat(train("midtrain", toy.config("pretrain"), out)).isEqualTo(2);
        assertThat(train("pretrain", out, "data.shards=" + folder)).isEqualTo(1);
        assertThat(train("pretrain", out, "data.shards=" + toy.instructions())).isEqualTo(1);
        assertThat(train("sft", out, "data.shards=" + toy.shards(), "model.from=", "model.preset=coda-tiny"))
                .isEqualTo(1);
        assertThat(train("pretrain", out, "data.length=5000")).isEqualTo(2);
        Path other = ToyCheckpoint.write(Files.createDirectory(folder.resolve("other")));
        assertThat(train("pretrain", out, "model.tokenizer=" + other)).isEqualTo(1);
        assertThat(train("pretrain", out, "model.preset=", "model.from=" + other))
                .isEqualTo(1);
        Files.writeString(folder.resolve("file"), "");
        assertThat(train("pretrain", folder.resolve("file/run"))).isEqualTo(1);
        assertThat(cli.err().lines().filter(line -> line.startsWith("coda: ")).toList())
                .satisfiesExactly(
                        line -> assertThat(line).contains("stepz", "did you mean \"schedule.steps\"?"),
                        line -> assertThat(line).contains("is a config for pretrain; run `coda train pretrain`"),
                        line -> assertThat(line).contains("manifest.json"),
                        line -> assertThat(line).contains("packed sequences need text"),
                        line -> assertThat(line).contains("fine-tuning needs instructions"),
                        line -> assertThat(line).contains("data.length 5000 is more than the 512 positions"),
                        line -> assertThat(line).contains("the tokens were made by another tokenizer"),
                        line -> assertThat(line).contains("the tokens are of a vocabulary of 400 ids"),
                        line -> assertThat(line).contains("cannot write", "choose another folder with --out"));
    }

    @Test
    void an_autoregressive_model_gets_a_mask_and_learns() throws IOException {
        Path qwen = folder.resolve("qwen");
        assertThat(cli.run(
                        "init",
                        "--preset",
                        "coda-tiny",
                        "--dtype",
                        "fp32",
                        "--tokenizer",
                        toy.tokenizer().toString(),
                        "--out",
                        qwen.toString()))
                .isZero();
        ConfigFile config = ConfigFile.read(qwen.resolve("config.json"));
        Files.writeString(
                qwen.resolve("config.json"),
                config.with("model_type", "qwen3").without("mask_token_id").json());
        assertThat(train("pretrain", folder.resolve("a"), "--from-ar", qwen.toString()))
                .as(cli.err())
                .isZero();
        try (CheckpointFolder trained = CheckpointFolder.open(folder.resolve("a/model"))) {
            assertThat(trained.config().requireInt("mask_token_id")).isEqualTo(2);
        }
    }

    @Test
    void an_autoregressive_model_becomes_a_block_causal_one_that_learns_goes_on_and_answers() throws IOException {
        Path qwen = folder.resolve("qwen");
        String start = folder.resolve("start").toString();
        ok("init --preset coda-tiny --dtype fp32 --tokenizer", toy.tokenizer().toString(), "--out", qwen.toString());
        ConfigFile config = ConfigFile.read(qwen.resolve("config.json"));
        Files.writeString(
                qwen.resolve("config.json"),
                config.with("model_type", "qwen3").without("mask_token_id").json());
        ok("init --kind a2d-qwen3 --attention-block 8 --dtype fp32 --from-ar", qwen.toString(), "--out", start);
        String[] own = {
            "model.preset=",
            "model.from=" + start,
            "masking.block_probability=0",
            "masking.block_sizes=",
            "masking.noise_per=block"
        };
        assertThat(train("pretrain", folder.resolve("whole"), own))
                .as(cli.err())
                .isZero();
        assertThat(cli.err()).contains("held-out loss");
        assertThat(train("pretrain", folder.resolve("parts"), own)).isZero();
        AtomicFiles.removeFolder(folder.resolve("parts/checkpoints/step-0000006"));
        String[] resumed = Stream.concat(Stream.of(own), Stream.of("--resume")).toArray(String[]::new);
        assertThat(train("pretrain", folder.resolve("parts"), resumed))
                .as(cli.err())
                .isZero();
        assertThat(folder.resolve("parts/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
        try (CheckpointFolder trained = CheckpointFolder.open(folder.resolve("whole/model"))) {
            assertThat(trained.config().requireString("model_type")).isEqualTo("a2d-qwen3");
            assertThat(trained.config().requireInt("attention_block")).isEqualTo(8);
        }
        String mid = "model.from=" + folder.resolve("whole/model");
        assertThat(train("midtrain", folder.resolve("mid"), mid, "compute.engine=plain"))
                .as(cli.err())
                .isZero();
        String sft = "model.from=" + folder.resolve("mid/model");
        assertThat(train("sft", folder.resolve("sft"), sft, "compute.precision=bf16"))
                .as(cli.err())
                .isZero();
        ok(
                "generate --json --max-new-tokens 20 --model",
                folder.resolve("sft/model").toString(),
                "class");
        assertThat(cli.out()).contains("forwards");
        assertThat(train("pretrain", folder.resolve("no"), "masking.noise_per=block", "masking.block_probability=0"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("noise_per block needs a model with block-causal attention");
    }

    private void ok(String words, String... more) {
        String[] all =
                Stream.concat(Stream.of(words.split(" ")), Stream.of(more)).toArray(String[]::new);
        assertThat(cli.run(all)).as(cli.err()).isZero();
    }

    @Test
    void a_process_that_is_asked_to_end_before_it_begins_ends() {
        cli.interrupt().request();
        assertThat(train("pretrain", folder.resolve("a"))).isEqualTo(130);
    }

    private int train(String stage, Path out, String... more) {
        try {
            return train(stage, toy.config(stage), out, more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int train(String stage, Path config, Path out, String... more) {
        List<String> all =
                new ArrayList<>(List.of("train", stage, "--config", config.toString(), "--out", out.toString()));
        all.addAll(List.of(more));
        return cli.run(all.toArray(String[]::new));
    }

    /** A hash of the finished model's weights. */
    private String weights(String run) throws IOException, NoSuchAlgorithmException {
        byte[] bytes = Files.readAllBytes(folder.resolve(run).resolve("model/model.safetensors"));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** Without what depends on the clock. */
    private static List<String> lines(Path metrics) {
        try (Stream<String> lines = Files.lines(metrics)) {
            return lines.map(line -> line.replaceAll("\"(seconds|tokens_per_second|data_wait_seconds)\":[^,}]*", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(Path folder) {
        return List.of(folder.toFile().list());
    }
}
