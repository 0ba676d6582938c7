package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ChatTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final Iterator<String> answers =
            List.of("one", "two", "three", "four").iterator();
    private final ScriptedGenerator generator = new ScriptedGenerator(_ -> Script.says(answers.next()));
    private final Cli cli = new Cli().with(generator);

    @Test
    void a_pipe_is_a_message_a_line_and_gets_the_answers_only() {
        assertThat(cli.stdin("hello\n\nand then \\\nmore").run("chat", "-m", MODEL, "--show-meta"))
                .isZero();
        assertThat(cli.out()).isEqualTo("one\ntwo\n");
        assertThat(cli.err().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("3 new tokens, 5 given;") && line.endsWith("finish reason stop"));
        assertThat(prompt(1))
                .isEqualTo("<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\none<|im_end|>\n"
                        + "<|im_start|>user\nand then \nmore<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void a_byte_order_mark_before_a_command_does_not_make_it_a_message() {
        assertThat(cli.stdin("\uFEFF/help\n").run("chat", "-m", MODEL)).isZero();
        assertThat(cli.out()).contains("/exit");
        assertThat(generator.requests()).isEmpty();
    }

    @Test
    void the_model_in_the_box_is_said_not_to_converse_and_others_are_not() throws Exception {
        assertThat(cli.property("coda.home", ".").stdin("hello").run("chat")).isZero();
        assertThat(cli.err()).contains("coda-mini fills holes in code (coda infill) and does not converse");
        assertThat(cli.out()).isEqualTo("one\n");
        Cli named = new Cli().with(generator).property("coda.home", ".").stdin("hello");
        assertThat(named.run("chat", "-m", "models/coda-mini")).isZero();
        assertThat(named.err()).contains("does not converse");
        Cli other = new Cli().with(generator).property("coda.home", ".").stdin("hello");
        assertThat(other.run("chat", "-m", MODEL)).isZero();
        assertThat(other.err()).isEmpty();
    }

    @Test
    void commands_change_the_conversation() throws IOException {
        Path saved = folder.resolve("chat.json");
        String script = String.join(
                "\n",
                "a",
                "/reset",
                "b",
                "/system be brief",
                "c",
                "/save " + saved,
                "/set steps 4",
                "//etc",
                "/quit",
                "never");
        assertThat(cli.stdin(script).run("chat", "-m", MODEL, "--system", "first", "--max-new-tokens", "8"))
                .isZero();
        assertThat(prompt(0)).startsWith("<|im_start|>system\nfirst<|im_end|>\n<|im_start|>user\na<");
        assertThat(prompt(1)).startsWith("<|im_start|>system\nfirst<|im_end|>\n<|im_start|>user\nb<");
        assertThat(prompt(2)).startsWith("<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nc<");
        assertThat(prompt(3)).endsWith("<|im_start|>user\n/etc<|im_end|>\n<|im_start|>assistant\n");
        assertThat(generator.requests()).hasSize(4);
        assertThat(generator.requests().get(2).decode().steps()).isEqualTo(8);
        assertThat(generator.requests().get(3).decode().steps()).isEqualTo(4);
        JsonNode json = Json.read(saved);
        assertThat(json.get("messages")).hasSize(3);
        assertThat(json.at("/messages/0/role").textValue()).isEqualTo("system");
        assertThat(json.at("/messages/2/content").textValue()).isEqualTo("three");
    }

    @Test
    void a_saved_chat_can_be_rendered_and_no_file_is_overwritten() throws IOException {
        Path saved = Files.writeString(folder.resolve("there"), "precious");
        assertThat(cli.stdin("a\n/save " + saved).run("chat", "-m", MODEL)).isEqualTo(1);
        assertThat(cli.err()).contains("exists; choose another name");
        assertThat(Files.readString(saved)).isEqualTo("precious");
    }

    @Test
    void mistakes_end_a_pipe_with_the_nearest_name() {
        assertThat(cli.stdin("/rest").run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.stdin("/set step 3").run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.stdin("/set steps 0").run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.stdin("/set steps").run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.stdin("/set cache dual").run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("there is no command /rest; did you mean /reset?"),
                        line -> assertThat(line).contains("there is no option 'step'; did you mean steps?"),
                        line -> assertThat(line).contains("--steps must be at least 1, got 0"),
                        line -> assertThat(line).contains("/set needs a name and a value"),
                        line -> assertThat(line).contains("--cache dual needs blocks"));
    }

    @Test
    void flags_of_the_command_line_can_be_overridden_in_the_chat() {
        cli.stdin("/set\n/set temperature 0.5\na")
                .run("chat", "-m", MODEL, "--temperature", "0.2", "--seed", "7", "--stop", "#");
        assertThat(cli.out())
                .contains("temperature 0.2\n")
                .contains("seed 7\n")
                .contains("can be set: max-new-tokens, grow, thinking, steps, alg");
        GenerateRequest request = generator.requests().getFirst();
        assertThat(request.decode().temperature()).isEqualTo(0.5);
        assertThat(request.decode().seed()).isEqualTo(7);
        assertThat(request.stopStrings()).containsExactly("#");
    }

    @Test
    void a_person_sees_mistakes_and_goes_on() throws Exception {
        FakeTerminal terminal = new FakeTerminal(80, 24);
        CompletableFuture<Integer> code = start(terminal);
        awaitUntil(() -> terminal.text().contains("/help lists the commands"));
        terminal.type("/sve\r");
        awaitUntil(() -> terminal.text().contains("did you mean /save?"));
        terminal.type("first \\\rsecond\r");
        awaitUntil(() -> terminal.text().contains("one"));
        terminal.type("\u0004");
        assertThat(code).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(0);
        assertThat(prompt(0)).contains("<|im_start|>user\nfirst \nsecond<|im_end|>");
        assertThat(Files.readString(folder.resolve("coda4j/chat-history"))).contains("/sve");
    }

    @Test
    void a_message_is_kept_as_it_is_typed() throws Exception {
        FakeTerminal terminal = new FakeTerminal(80, 24);
        CompletableFuture<Integer> code = start(terminal);
        awaitUntil(() -> terminal.text().contains("> "));
        terminal.type("say \"a\\n!! $x 'b\u001B\rnext\r");
        awaitUntil(() -> generator.requests().size() == 1);
        terminal.type("/exit\r");
        assertThat(code).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(0);
        assertThat(prompt(0)).contains("<|im_start|>user\nsay \"a\\n!! $x 'b\nnext<|im_end|>");
    }

    @Test
    void control_c_stops_the_answer_and_not_the_chat() throws Exception {
        ScriptedGenerator endless =
                new ScriptedGenerator(request -> prompt(request).endsWith("endless<|im_end|>\n<|im_start|>assistant\n")
                        ? Script.says("on and on").holding()
                        : Script.says("short"));
        cli.with(endless);
        FakeTerminal terminal = new FakeTerminal(80, 24);
        CompletableFuture<Integer> code = start(terminal);
        awaitUntil(() -> terminal.text().contains("> "));
        terminal.type("\u0003");
        awaitUntil(() -> terminal.text().contains("Ctrl-D or /exit ends the chat"));
        terminal.type("endless\r");
        awaitUntil(() -> terminal.text().contains("on and on"));
        while (!terminal.text().contains("[stopped]")) {
            terminal.terminal().raise(Signal.INT);
            Thread.sleep(10);
        }
        terminal.type("again\r");
        awaitUntil(() -> terminal.text().contains("short"));
        terminal.type("\u0004");
        assertThat(code).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(0);
        assertThat(prompt(endless.requests().get(1))).contains("<|im_start|>assistant\non and on<|im_end|>");
    }

    private CompletableFuture<Integer> start(FakeTerminal terminal) {
        cli.terminal(terminal.terminal(), SystemStream.Input, SystemStream.Output)
                .env("XDG_STATE_HOME", folder.toAbsolutePath().toString());
        return CompletableFuture.supplyAsync(() -> cli.run("chat", "-m", MODEL));
    }

    private static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    private String prompt(int request) {
        return prompt(generator.requests().get(request));
    }

    private static String prompt(GenerateRequest request) {
        return ((Prompt.Marked) request.prompt()).text().text();
    }
}
