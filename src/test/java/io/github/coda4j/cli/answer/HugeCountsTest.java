package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts that no model and no memory has room for: one line at once, before a model is loaded. */
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class HugeCountsTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();
    private static final int MAX = Integer.MAX_VALUE;

    @TempDir
    Path folder;

    private final Engine engine = new Engine(
            new RuleDenoiser(512, (_, position) -> '0' + position % 10),
            new ByteTokenizer(),
            new EngineOptions(1, 0, 4096));
    private final Cli cli = new Cli().with(engine);
    private Path one;
    private Path two;

    @BeforeEach
    void writeFiles() throws IOException {
        one = Files.writeString(folder.resolve("one.java"), "int a = <|hole|>;\n");
        two = Files.writeString(folder.resolve("two.java"), "int a = <|hole|>; int b = <|hole|>;\n");
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({
        "generate --raw --max-new-tokens 2147483647 hi,2147483647 tokens are to be generated: the model takes at most",
        "generate --raw --max-new-tokens 513 hi,513 tokens are to be generated: the model takes at most 512",
        "generate --steps 2000000000 hi,2000000000 steps are more than the 512 tokens that the model takes",
        "generate --block-length 2147483647 hi,blocks of 2147483647: use a block length that divides 256",
        "chat --max-new-tokens 100000000,100000000 tokens are to be generated",
        "inspect trace --ids 1 --max-new-tokens 2147483647 --out t.json,2147483647 tokens are to be generated",
        "inspect trace --ids 1 --max-new-tokens 512 --out t.json,together 513",
        "inspect trace --ids 1 --max-new-tokens 3 --steps 2147483647 --out t.json,2147483647 steps are more",
        "bench decode --prompt-tokens 2147483647,the prompt has 2147483647 tokens and 64 are to be generated",
        "bench decode --max-new-tokens 2147483647,2147483647 tokens are to be generated",
        "bench decode --steps 2147483647,2147483647 steps are more",
    })
    void a_command_refuses_them(String arguments, String message) {
        String[] words = (arguments + " -m " + MODEL).split(" ");
        assertThat(cli.run(words)).isEqualTo(2);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
        assertThat(cli.loaded()).isEmpty();
    }

    @Test
    void infill_adds_the_holes_up() {
        assertThat(infill(two, "--tokens", "2000000000")).isEqualTo(2);
        assertThat(infill(two, "--tokens", "" + MAX, "--tokens", "" + MAX)).isEqualTo(2);
        assertThat(infill(one, "--tokens", "3", "--steps", "1000000000")).isEqualTo(2);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("4000000000 tokens are to be generated"),
                        line -> assertThat(line).contains("4294967294 tokens are to be generated"),
                        line -> assertThat(line).contains("1000000000 steps are more than the 512 tokens"));
        assertThat(cli.loaded()).isEmpty();
    }

    @Test
    void steps_beyond_the_tokens_and_blocks_beyond_the_hole_cost_nothing() {
        assertThat(infill(one, "--tokens", "3", "--steps", "512")).isZero();
        assertThat(infill(one, "--tokens", "3", "--block-length", "" + MAX, "--cache", "dual"))
                .isZero();
        assertThat(infill(
                        one,
                        "--tokens",
                        "3",
                        "--block-length",
                        "3",
                        "--alg",
                        "confidence_threshold",
                        "--steps",
                        "" + MAX))
                .isZero();
        assertThat(cli.out()).isEqualTo("int a = 789;\n".repeat(3));
    }

    @Test
    void the_environment_and_the_checkpoint_are_held_to_the_same_and_named() throws IOException {
        cli.env("MAX_TOKENS", "2000000000");
        assertThat(cli.run("generate", "-m", MODEL, "x")).isEqualTo(2);
        cli.env("MAX_TOKENS", "").env("STEPS", "2000000000");
        assertThat(cli.run("generate", "-m", MODEL, "x")).isEqualTo(2);
        cli.env("STEPS", "99999999999");
        assertThat(cli.run("generate", "-m", MODEL, "x")).isEqualTo(2);
        cli.env("STEPS", "");
        Path own = Files.createDirectory(folder.resolve("own"));
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Path.of(MODEL).resolve(name), own.resolve(name));
        }
        Files.writeString(own.resolve("generation_config.json"), "{\"max_new_tokens\": 2000000000}");
        assertThat(cli.run("generate", "-m", own.toString(), "x")).isEqualTo(1);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("(environment variable MAX_TOKENS 2000000000)"),
                        line -> assertThat(line).endsWith("(environment variable STEPS 2000000000)"),
                        line -> assertThat(line).endsWith("STEPS must be an integer, got '99999999999'"),
                        line -> assertThat(line).endsWith("(generation_config.json: max_new_tokens 2000000000)"));
        Files.writeString(own.resolve("generation_config.json"), "{\"steps\": 2000000000}");
        assertThat(cli.run("generate", "-m", own.toString(), "--max-new-tokens", "4", "x"))
                .isZero();
    }

    private int infill(Path file, String... flags) {
        String[] words = new String[flags.length + 4];
        words[0] = "infill";
        words[1] = file.toString();
        words[2] = "-m";
        words[3] = MODEL;
        System.arraycopy(flags, 0, words, 4, flags.length);
        return cli.run(words);
    }
}
