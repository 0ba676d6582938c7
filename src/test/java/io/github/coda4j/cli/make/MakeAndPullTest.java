package io.github.coda4j.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.QuantizedCheckpoint;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.FakeHub;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ToyCheckpoint;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that make model folders: init, quantize, pull. */
@Tag("slow")
class MakeAndPullTest {
    @TempDir
    Path folder;

    private final FakeHub hub = new FakeHub();
    private Cli cli;

    @BeforeEach
    void start() {
        cli = new Cli().env("CODA_CACHE", folder.resolve("cache").toString());
    }

    @AfterEach
    void closeHub() {
        hub.close();
    }

    @Test
    void init_makes_the_same_model_for_the_same_seed() throws IOException {
        assertThat(init("a", "--seed", "3")).isZero();
        assertThat(init("b", "--seed", "3")).isZero();
        assertThat(init("c", "--seed", "4")).isZero();
        assertThat(weights("a")).isEqualTo(weights("b")).isNotEqualTo(weights("c"));
        assertThat(cli.out()).contains("coda-tiny, ").contains("seed 3").contains("Next: coda generate --model");
        assertThat(cli.err().lines())
                .filteredOn(line -> line.contains("100% of"))
                .hasSize(3);
    }

    @Test
    void init_gives_the_model_the_tokenizer_s_vocabulary() throws IOException {
        Path tokenizer = ToyCheckpoint.write(Files.createDirectory(folder.resolve("tokenizer")));
        assertThat(init("a", "--tokenizer", tokenizer.toString(), "--dtype", "fp32"))
                .isZero();
        assertThat(cli.out()).contains("Next: coda generate --model");
        assertThat(cli.err()).contains("coda-tiny gets the tokenizer's vocabulary: 320 rows in place of 512");
        try (CheckpointFolder made = CheckpointFolder.open(folder.resolve("a"))) {
            assertThat(made.config().requireInt("vocab_size")).isEqualTo(320);
            assertThat(made.config().requireInt("mask_token_id")).isEqualTo(ToyCheckpoint.MASK);
        }
        assertThat(BpeTokenizer.load(folder.resolve("a")).encode("ab")).hasSize(2);
    }

    @Test
    void init_without_a_tokenizer_makes_one_of_bytes_and_the_model_generates() throws InterruptedException {
        assertThat(init("a")).isZero();
        assertThat(cli.out())
                .contains("Tokenizer: one token per byte and CoDA's special tokens")
                .contains("Next: coda generate --model " + folder.resolve("a"));
        BpeTokenizer tokenizer = BpeTokenizer.load(folder.resolve("a"));
        assertThat(tokenizer.encode("ab<|mask|>")).containsExactly(3 + 'a', 3 + 'b', 2);
        LoadOptions plain = new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 1);
        try (CodaModel model = CodaModel.open(folder.resolve("a"), plain, EngineOptions.DEFAULT)) {
            GenerateRequest request = GenerateRequest.of(Document.completion("def f(x):", 8), DecodeOptions.ofSteps(8));
            assertThat(model.generate(request).ids()).hasSize(17).doesNotContain(2);
            assertThat(model.endTokens()).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void init_makes_a_diffusion_model_of_an_autoregressive_one() throws IOException {
        Path golden = Goldens.path("model/a-untied");
        Path qwen = Files.createDirectory(folder.resolve("qwen"));
        Files.copy(golden.resolve("model.safetensors"), qwen.resolve("model.safetensors"));
        ConfigFile config = ConfigFile.read(golden.resolve("config.json"))
                .with("model_type", "qwen3")
                .without("mask_token_id");
        Files.writeString(qwen.resolve("config.json"), config.json());
        ToyCheckpoint.writeTokenizer(qwen, 266);
        Files.writeString(
                qwen.resolve("tokenizer.json"),
                Files.readString(qwen.resolve("tokenizer.json")).replace("<|mask|>", "<|other|>"));
        Files.writeString(qwen.resolve("tokenizer_config.json"), "{\"pad_token\": \"<|endoftext|>\"}");

        String[] init = {"init", "--from-ar", qwen.toString(), "--dtype", "fp32", "--out", folder + "/start"};
        assertThat(cli.run(init)).as(cli.err()).isZero();
        assertThat(cli.out()).contains("mask token 267").contains("Next: coda data tokenize --tokenizer ");
        assertThat(BpeTokenizer.load(folder.resolve("start")).specialTokens().mask())
                .hasValue(267);
        try (CheckpointFolder made = CheckpointFolder.open(folder.resolve("start"))) {
            assertThat(made.config().requireInt("mask_token_id")).isEqualTo(267);
            assertThat(made.config().requireString("model_type")).isEqualTo("CoDA");
        }
        assertThat(weights("start")).hasSameSizeAs(weights("qwen"));
        String inPlace = folder + "/in-place";
        assertThat(cli.run("init", "--from-ar", qwen.toString(), "--kind", "a2d-qwen3", "--out", inPlace))
                .as(cli.err())
                .isZero();
        try (CheckpointFolder made = CheckpointFolder.open(folder.resolve("in-place"))) {
            assertThat(made.config().requireString("model_type")).isEqualTo("a2d-qwen3");
        }
        String shifted = folder + "/shifted";
        String[] blocks = {"init", "--from-ar", qwen.toString(), "--kind", "sdar", "--out", shifted};
        assertThat(cli.run(blocks)).isEqualTo(2);
        assertThat(cli.err()).contains("\"sdar\" has block-causal attention: say how many", "--attention-block N");
        assertThat(cli.run(with(blocks, "--attention-block", "4", "--alignment", "shifted")))
                .as(cli.err())
                .isZero();
        try (CheckpointFolder made = CheckpointFolder.open(folder.resolve("shifted"))) {
            ModelKind kind = ModelConfig.of(made).kind();
            assertThat(kind.blocks()).hasValue(new BlockCausal(4, BlockCausal.Border.START));
            assertThat(kind.alignment()).isEqualTo(Alignment.SHIFTED);
        }
        assertThat(cli.run(with(blocks, "--attention-block", "0"))).isEqualTo(2);
        assertThat(cli.err()).contains("--attention-block must be at least 1, got 0");
        assertThat(cli.run(with(blocks, "--alignment", "left"))).isEqualTo(2);
        assertThat(cli.err()).contains("unknown alignment \"left\"");
        assertThat(cli.run("init", "--from-ar", qwen.toString(), "--attention-block", "4", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("it has no blocks of attention");
        assertThat(cli.run("init", "--preset", "coda-tiny", "--attention-block", "4", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--attention-block has no effect with --preset");
        assertThat(cli.run("init", "--preset", "coda-tiny", "--alignment", "shifted", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--alignment has no effect with --preset");
        assertThat(cli.run("init", "--from-ar", qwen.toString(), "--kind", "a2d-qwen2", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("the layers of a2d-qwen2 are others");
        assertThat(cli.run("init", "--from-ar", qwen.toString(), "--preset", "coda-tiny", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.run("init", "--from-ar", qwen.toString(), "--seed", "1", "--out", "x"))
                .isEqualTo(2);
        assertThat(cli.run("init", "--out", "x")).isEqualTo(2);
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void nothing_is_overwritten_unless_asked() throws IOException {
        assertThat(init("a")).isZero();
        byte[] first = weights("a");
        assertThat(init("a", "--seed", "9")).isEqualTo(1);
        assertThat(cli.err()).contains("exists and is not empty; choose another folder, or overwrite", "(--overwrite)");
        assertThat(weights("a")).isEqualTo(first);
        assertThat(init("a", "--seed", "9", "--overwrite")).isZero();
        assertThat(weights("a")).isNotEqualTo(first);
    }

    @Test
    void wrong_presets_and_dtypes_are_refused() {
        assertThat(cli.run("init", "--preset", "coda-min", "--out", "x")).isEqualTo(2);
        assertThat(init("a", "--dtype", "int8")).isEqualTo(2);
        assertThat(init("a", "--tokenizer", folder.resolve("none").toString())).isEqualTo(1);
        assertThat(cli.err()).contains("did you mean coda-mini?").contains("--dtype must be fp32 or bf16, got 'int8'");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void quantize_makes_models_of_both_kinds_and_says_what_to_run_next() {
        Path out = folder.resolve("int8");
        String model = Goldens.path("model/a-untied").toString();
        assertThat(cli.run("quantize", model, "--out", out.toString())).isZero();
        try (CheckpointFolder made = CheckpointFolder.open(out)) {
            assertThat(QuantizedCheckpoint.format(made.config())).contains(WeightFormat.INT8);
        }
        assertThat(cli.out()).contains("int8, ").contains("Next: coda generate --model " + out);
        Path four = folder.resolve("int4");
        assertThat(cli.run("quantize", model, "--bits", "4", "--out", four.toString()))
                .isZero();
        assertThat(cli.out()).contains("int4, ");
        try (CheckpointFolder made = CheckpointFolder.open(four)) {
            assertThat(QuantizedCheckpoint.format(made.config())).contains(WeightFormat.INT4);
        }
        assertThat(cli.run("inspect", "model", four.toString())).isZero();
        assertThat(cli.out()).contains("Parameters 170.5 thousand (170528)").contains("down_proj.weight_group");
        assertThat(cli.run("quantize", model, "--bits", "3", "--out", "x")).isEqualTo(2);
        assertThat(cli.err()).contains("--bits must be 8 or 4, got 3");
        assertThat(cli.run("quantize", model, "--out", out.toString())).isEqualTo(1);
        assertThat(cli.run(
                        "quantize",
                        out.toString(),
                        "--out",
                        folder.resolve("again").toString()))
                .isEqualTo(1);
        assertThat(cli.err()).contains("is quantized already");
        assertThat(cli.run("inspect", "model", out.toString())).isZero();
        assertThat(cli.out()).contains("Parameters 170.5 thousand (170528)").contains("lm_head.weight_scale");
    }

    @Test
    void work_that_is_interrupted_leaves_nothing_and_exits_with_130() throws IOException {
        cli.interrupt().request();
        assertThat(init("a")).isEqualTo(130);
        assertThat(cli.run(
                        "quantize",
                        Goldens.path("model/a-untied").toString(),
                        "--out",
                        folder.resolve("q").toString()))
                .isEqualTo(130);
        assertThat(cli.err().lines()).containsExactly("coda: interrupted", "coda: interrupted");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void an_interrupt_waits_for_work_that_asks_and_for_no_other() throws InterruptedException {
        Interrupt idle = new Interrupt();
        idle.request();
        assertThat(idle.finish()).isFalse();
        Interrupt asked = new Interrupt();
        asked.check();
        Thread waiting = Thread.ofVirtual().start(asked::request);
        waiting.join(java.time.Duration.ofMillis(50));
        assertThat(waiting.isAlive()).isTrue();
        assertThat(asked.finish()).isFalse();
        waiting.join();
        assertThat(new Interrupt().finish()).isTrue();
    }

    @Test
    void pull_shows_the_licence_and_what_to_run_next() throws IOException {
        serveModel();
        assertThat(pull()).isZero();
        assertThat(cli.out())
                .contains(FakeHub.ID + " at " + FakeHub.COMMIT)
                .contains("Licence: cc-by-nc-4.0")
                .contains("Next: coda generate --model " + FakeHub.ID);
        assertThat(cli.err()).contains("licence cc-by-nc-4.0").contains("pull: 100% of");
        assertThat(cli.run("inspect", "model", FakeHub.ID)).isZero();
        assertThat(pull()).isZero();
        assertThat(cli.out()).contains("was here already");
    }

    @Test
    void pull_can_put_the_model_into_a_folder_of_its_own() throws IOException {
        serveModel();
        Path out = folder.resolve("mine");
        assertThat(pull("--out", out.toString())).isZero();
        assertThat(cli.out()).contains("Folder: " + out).contains("Next: coda generate --model " + out);
        assertThat(cli.run("inspect", "model", out.toString())).isZero();
        assertThat(pull("--out", out.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("exists and is not empty; choose another folder");
        assertThat(names(folder)).containsExactlyInAnyOrder("cache", "mine");
    }

    @Test
    void pull_takes_hub_and_token_from_the_environment_and_flags_first() throws IOException {
        serveModel();
        cli.env("HF_ENDPOINT", hub.endpoint().toString()).env("HF_TOKEN", "from-environment");
        assertThat(cli.run("pull", FakeHub.ID)).isZero();
        assertThat(cli.run("pull", FakeHub.ID, "--token", "from-flag")).isZero();
        assertThat(hub.requests("revision/main").stream().map(FakeHub.Request::authorization))
                .containsExactly(
                        java.util.Optional.of("Bearer from-environment"), java.util.Optional.of("Bearer from-flag"));
        assertThat(cli.run("pull", FakeHub.ID, "--endpoint", "not an address")).isEqualTo(2);
        assertThat(cli.err())
                .contains("--endpoint must be an address like https://huggingface.co, got 'not an address'");
        assertThat(cli.run("pull", "Owner//Name")).isEqualTo(2);
    }

    @Test
    void pull_failures_are_bad_data() throws IOException {
        serveModel();
        hub.next(FakeHub.LISTING, FakeHub.status(401));
        assertThat(pull()).isEqualTo(1);
        assertThat(cli.err()).contains("coda: ").contains("HF_TOKEN");
    }

    @Test
    void a_person_sees_a_bar() throws IOException {
        serveModel();
        cli.terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
        assertThat(pull()).isZero();
        assertThat(cli.err()).contains("pull 100%").contains("MB");
    }

    private void serveModel() throws IOException {
        Path golden = Goldens.path("model/a-untied");
        hub.small("config.json", Files.readString(golden.resolve("config.json")))
                .large("model.safetensors", Files.readAllBytes(golden.resolve("model.safetensors")));
    }

    private int pull(String... flags) {
        return run(List.of("pull", FakeHub.ID, "--endpoint", hub.endpoint().toString()), flags);
    }

    private int init(String name, String... flags) {
        return run(
                List.of(
                        "init",
                        "--preset",
                        "coda-tiny",
                        "--out",
                        folder.resolve(name).toString()),
                flags);
    }

    private int run(List<String> arguments, String... flags) {
        List<String> all = new java.util.ArrayList<>(arguments);
        all.addAll(List.of(flags));
        return cli.run(all.toArray(String[]::new));
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
    }

    private static List<String> names(Path in) throws IOException {
        try (var children = Files.list(in)) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }
}
