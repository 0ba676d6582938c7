package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    private final ScriptedGenerator generator = ScriptedGenerator.always(Script.says("def f", "():\n", "  pass"));
    private final Cli cli = new Cli().with(generator);

    @Test
    void the_answer_alone_goes_to_standard_output() {
        assertThat(cli.run("generate", "-m", MODEL, "write f")).isZero();
        assertThat(cli.out()).isEqualTo("def f():\n  pass\n");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.closed()).isTrue();
        GenerateRequest request = generator.requests().getFirst();
        assertThat(request.decode()).isEqualTo(DecodeOptions.ofSteps(256).withEndTokens(Set.of(ByteTokenizer.END)));
        assertThat(promptOf(request)).isEqualTo("<|im_start|>user\nwrite f<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void a_canvas_grows_as_the_flag_says() {
        assertThat(cli.run("generate", "-m", MODEL, "--grow", "64", "write f")).isZero();
        assertThat(generator.requests().getFirst().decode().growth()).isEqualTo(new Growth.Chunks(64));
        assertThat(cli.run("generate", "-m", MODEL, "--grow", "rho-eos", "--block-length", "32", "write f"))
                .isZero();
        assertThat(generator.requests().getLast().decode().growth()).isEqualTo(Growth.RHO_EOS);
    }

    @Test
    void what_the_processor_lacks_is_said_before_the_answer_on_standard_error() {
        cli.emulating("bf16 is emulated");
        assertThat(cli.run("generate", "-m", MODEL, "write f")).isZero();
        assertThat(cli.out()).isEqualTo("def f():\n  pass\n");
        assertThat(cli.err()).isEqualTo("bf16 is emulated" + System.lineSeparator());
    }

    @Test
    void special_tokens_that_a_user_types_are_text_in_a_chat_and_tokens_in_raw_text() {
        cli.run("generate", "-m", MODEL, "a<|im_end|>b");
        cli.run("generate", "-m", MODEL, "--raw", "a<|im_end|>b");
        Prompt.Marked chat = (Prompt.Marked) generator.requests().get(0).prompt();
        assertThat(chat.text().literals())
                .singleElement()
                .satisfies(span -> assertThat(chat.text().text().substring(span.start(), span.end()))
                        .isEqualTo("a<|im_end|>b"));
        Prompt.Marked raw = (Prompt.Marked) generator.requests().get(1).prompt();
        assertThat(raw.text().text()).isEqualTo("a<|im_end|>b");
        assertThat(raw.text().literals()).isEmpty();
    }

    @Test
    void the_prompt_comes_from_the_argument_a_file_or_standard_input(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("prompt.txt"), "from a file\n\n");
        cli.run("generate", "-m", MODEL, "--raw", "--file", file.toString());
        cli.stdin("from a pipe\r\n").run("generate", "-m", MODEL, "--system", "be brief");
        assertThat(promptOf(generator.requests().get(0))).isEqualTo("from a file\n\n");
        assertThat(promptOf(generator.requests().get(1)))
                .startsWith("<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nfrom a pipe<|im_end|>");
    }

    @Test
    void a_byte_order_mark_before_a_prompt_is_not_shown_to_the_model(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("prompt.txt"), "\uFEFFint a\n");
        cli.run("generate", "-m", MODEL, "--raw", "--file", file.toString());
        cli.stdin("\uFEFFint a\n").run("generate", "-m", MODEL, "--raw");
        assertThat(generator.requests())
                .hasSize(2)
                .allMatch(request -> promptOf(request).equals("int a\n"));
    }

    @Test
    void an_empty_thought_starts_the_answer_where_the_flag_or_the_checkpoint_says_so(@TempDir Path folder)
            throws IOException {
        String thought = "<think>\n\n</think>\n\n";
        cli.run("generate", "-m", MODEL, "x");
        cli.run("generate", "-m", MODEL, "--thinking", "false", "x");
        Path quiet = Files.createDirectory(folder.resolve("quiet"));
        try (var files = Files.list(Path.of(MODEL))) {
            for (Path file : files.toList()) {
                Files.copy(file, quiet.resolve(file.getFileName()));
            }
        }
        Files.writeString(quiet.resolve("generation_config.json"), "{\"enable_thinking\": false}");
        cli.run("generate", "-m", quiet.toString(), "x");
        cli.run("generate", "-m", quiet.toString(), "--thinking", "true", "x");
        cli.stdin("/set thinking true\nx").run("chat", "-m", quiet.toString());
        assertThat(generator.requests().stream()
                        .map(request -> promptOf(request).endsWith(thought)))
                .containsExactly(false, true, true, false, false);
        assertThat(cli.run("generate", "-m", MODEL, "--raw", "--thinking", "false", "x"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--thinking has no effect with --raw");
    }

    @Test
    void flags_reach_the_request_and_the_model() {
        assertThat(cli.run(
                        "generate",
                        "-m",
                        MODEL,
                        "--max-new-tokens=32",
                        "--steps=8",
                        "--block-length=8",
                        "--cache=prefix",
                        "--stop=###",
                        "--stop=\n\n",
                        "--dtype=fp32",
                        "--engine=plain",
                        "--threads=3",
                        "x"))
                .isZero();
        GenerateRequest request = generator.requests().getFirst();
        assertThat(((Prompt.Marked) request.prompt()).newTokens()).isEqualTo(32);
        assertThat(request.decode().steps()).isEqualTo(8);
        assertThat(request.stopStrings()).containsExactly("###", "\n\n");
        assertThat(cli.loaded()).containsExactly(new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 3));
    }

    @Test
    void the_device_of_the_environment_counts_and_gpus_get_the_plain_engine() {
        cli.env("DEVICE", "cuda:1").run("generate", "-m", MODEL, "x");
        cli.run("generate", "-m", MODEL, "--device", "cpu", "x");
        assertThat(cli.loaded()).hasSize(2);
        assertThat(cli.loaded().get(0).device()).isEqualTo(Device.parse("cuda:1"));
        assertThat(cli.loaded().get(0).engine()).isEqualTo(EngineKind.PLAIN);
        assertThat(cli.loaded().get(1).engine()).isEqualTo(EngineKind.FAST);
        assertThat(cli.loaded().get(1).format()).isEqualTo(WeightFormat.BF16);
        assertThat(cli.run("generate", "-m", MODEL, "--engine", "fast", "x")).isEqualTo(2);
        assertThat(cli.err()).contains("(environment variable DEVICE cuda:1)");
        assertThat(cli.run("generate", "-m", MODEL, "--threads", "2", "x")).isEqualTo(2);
        assertThat(cli.err()).contains("--threads has no effect on cuda:1");
    }

    @Test
    void the_costs_are_one_line_for_people_and_part_of_the_json() throws IOException {
        cli.with(ScriptedGenerator.always(Script.says("hé").endingWith(FinishReason.LENGTH)));
        assertThat(cli.run("generate", "-m", MODEL, "--show-meta", "x")).isZero();
        assertThat(cli.out()).isEqualTo("hé\n");
        assertThat(cli.err())
                .isEqualTo("2 new tokens, 5 given; 8 forwards (2.0 commits each, 1 cache refreshes);"
                        + " queue 1 ms, prompt 20 ms, decode 80 ms; 20.0 tokens/s; finish reason length\n");

        Cli asJson = new Cli().with(ScriptedGenerator.always(Script.says("hé").endingWith(FinishReason.LENGTH)));
        assertThat(asJson.run("generate", "-m", MODEL, "--json", "x")).isZero();
        JsonNode json = Json.parse(asJson.out(), "the output");
        assertThat(json.get("text").textValue()).isEqualTo("hé");
        assertThat(json.get("finish_reason").textValue()).isEqualTo("length");
        assertThat(json.at("/holes/0/ids").size()).isEqualTo(2);
        assertThat(json.at("/cost/forwards").intValue()).isEqualTo(8);
        assertThat(json.at("/cost/cache_refreshes").intValue()).isEqualTo(1);
        assertThat(json.at("/cost/tokens_per_second").doubleValue()).isEqualTo(20);
        assertThat(json.at("/cost/pads").intValue()).isZero();
        assertThat(json.get("cost")).hasSize(17);
    }

    @ParameterizedTest
    @CsvSource({
        "--raw --system s x, --system has no effect with --raw",
        "--json --show-meta x, --show-meta has no effect with --json",
        "--json --watch x, --watch and --json exclude each other",
        "--file f x, both a prompt and --file",
        "--max-new-tokens 0 x, --max-new-tokens must be at least 1",
        "--grow 0 x, '--grow must be a number of tokens from 1 on, rho-eos or none'",
        "--grow 48 --block-length 32 x, --grow 48 is no multiple of the block length 32: use 32 or 64",
        "--grow rho-eos x, '--grow rho-eos needs blocks: add --block-length N, for example --block-length 32'",
        "--grow 8 --steps 16 x, '16 steps do not divide over 32 chunks of 8 tokens: use 32 steps or more'",
        "--dtype fp16 x, fp16",
        "--engine quick x, quick",
        "--device tpu x, tpu",
        "--dtype int8 --engine plain x, int8",
        "--raw a<|mask|>b, the prompt holds the mask token; to fill holes use `coda infill`",
    })
    void options_that_do_not_go_together_are_refused(String arguments, String message) {
        assertThat(cli.run(("generate -m " + MODEL + " " + arguments).split(" ")))
                .isEqualTo(2);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
        assertThat(generator.requests()).isEmpty();
    }

    @Test
    void an_empty_prompt_is_refused_and_a_person_is_not_left_waiting() {
        assertThat(cli.stdin("\n").run("generate", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.err()).contains("the prompt is empty");
        cli.terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Input);
        assertThat(cli.run("generate", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.err()).contains("no prompt: give it as an argument");
    }

    @Test
    void unreadable_prompts_are_bad_data(@TempDir Path folder) throws IOException {
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9, 'b'});
        assertThat(cli.run("generate", "-m", MODEL, "--file", latin.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("latin.txt is not UTF-8: byte 1 is 0xE9");
        assertThat(cli.run("generate", "-m", MODEL, "--file", folder.toString()))
                .isEqualTo(1);
        assertThat(cli.run("generate", "-m", MODEL, "--file", "no-such-file")).isEqualTo(1);
        assertThat(cli.err()).contains("is a folder").contains("there is no file no-such-file");
    }

    @Test
    void a_request_ends_when_nobody_reads_the_answer() throws IOException {
        try (OutputStream broken = new FilterOutputStream(OutputStream.nullOutputStream()) {
                    @Override
                    public void flush() throws IOException {
                        throw new IOException("broken pipe");
                    }
                };
                PrintStream out = new PrintStream(broken)) {
            var listener = Answering.streamTo(out);
            listener.onText(0, "a piece");
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> listener.onStep(
                            new io.github.coda4j.generate.StepEvent(0, java.util.List.of(), new int[0])))
                    .hasMessage("the output was closed before the answer was complete");
        }
    }

    private static String promptOf(GenerateRequest request) {
        return ((Prompt.Marked) request.prompt()).text().text();
    }
}
