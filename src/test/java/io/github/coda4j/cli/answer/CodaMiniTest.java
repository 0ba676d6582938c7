package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.eval.InfillScore;
import io.github.coda4j.eval.InfillSpan;
import io.github.coda4j.eval.InfillVariant;
import io.github.coda4j.eval.SpanInfilling;
import io.github.coda4j.eval.SpanSampler;
import io.github.coda4j.eval.Validity;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The trained model in the box, from end to end; measured on sources of this project as they once were, which its
 * corpus does not hold.
 */
@Tag("slow")
class CodaMiniTest {
    private static final Path MODEL = Path.of("models/coda-mini");
    private static final Path SOURCES = Path.of("src/test/resources/coda-mini/sources.txt");
    private static final int CONTEXT = 128;

    private static List<int[]> documents;

    @TempDir
    Path folder;

    private final Cli cli = new Cli().real();

    @Test
    void its_pads_say_how_long_a_hole_is() throws Exception {
        try (CodaModel model = CodaModel.open(MODEL)) {
            assertThat(model.lengths().ceiling()).hasValue(24);
            LengthOptions alone = model.lengths().withPads(LengthOptions.Pads.ALONE);
            GenerateRequest request =
                    model.request(Document.parse("int getCount() { return <|hole|>; }"), Given.inJava());
            Completion said = model.generate(request.withLengths(alone));
            assertThat(said.text().strip()).isNotEmpty().doesNotContain("<|");
            assertThat(said.cost().lengthsTried()).isEqualTo(24);
        }
    }

    @Test
    void pads_that_are_tokens_like_others_are_not_asked() throws IOException {
        Path file = Files.writeString(folder.resolve("Some.java"), "int getCount() { return <|hole|>; }\n");
        assertThat(cli.run("infill", file.toString(), "--pads", "alone", "--hole-pads", "keep"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--pads has no effect where --hole-pads keep makes them tokens like others");
    }

    @Test
    void its_pad_of_holes_is_found_by_name_and_closes_them_unless_it_is_to_be_kept() {
        try (CodaModel model = CodaModel.open(MODEL)) {
            Document document = Document.parse("return <|hole|>;", 4);
            OptionalInt pad = model.tokenizer().idOf("<|fim_pad|>");
            assertThat(pad).isPresent();
            assertThat(model.request(document, Given.inJava()).decode().holePad())
                    .isEqualTo(pad);
            Given keep = Given.inJava().with(Parameter.HOLE_PADS, "keep");
            assertThat(model.request(document, keep).decode().holePad()).isEmpty();
            ChatRequest chat = ChatRequest.of(List.of(ChatMessage.user("hi")));
            assertThat(model.request(chat, Given.inJava()).decode().holePad()).isEqualTo(pad);
            assertThat(model.request(chat, keep).decode().holePad()).isEmpty();
        }
    }

    @Test
    void what_a_pad_does_is_said_on_the_command_line() throws IOException {
        Path file = Files.writeString(folder.resolve("A.java"), "int a = <|hole|>;\n");
        String[] infill = {"infill", file.toString(), "--tokens", "2", "--hole-pads", "keep", "--json"};
        assertThat(cli.run(infill)).as(cli.err()).isZero();
        assertThat(cli.out()).contains("\"pads\" : 0");
        infill[5] = "drop";
        assertThat(new Cli().real().run(infill)).isEqualTo(2);
    }

    @BeforeAll
    static void readSources() {
        BpeTokenizer tokenizer = BpeTokenizer.load(MODEL);
        documents = Stream.of(TextFiles.read(SOURCES).split("(?m)^=== .*\n"))
                .filter(text -> !text.isBlank())
                .map(tokenizer::encodeOrdinary)
                .toList();
    }

    private static Transformer open(WeightFormat precision) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(MODEL)) {
            return Transformer.open(checkpoint, new LoadOptions(EngineKind.FAST, precision, Device.CPU, 2));
        }
    }

    @Test
    void infill_takes_it_when_no_model_is_named_and_says_so_in_one_line() throws IOException {
        Path file = Files.writeString(folder.resolve("Point.java"), """
                public final class Point {
                    private final int x;

                    public Point(int x) {
                        this.x =<|hole|>;
                    }
                }
                """);
        assertThat(cli.run("infill", file.toString(), "--tokens", "1"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).contains("        this.x = x;\n");
        // Where the processor lacks something, another line says what.
        assertThat(cli.err().lines().filter(line -> !line.contains("this processor")))
                .singleElement()
                .asString()
                .contains("coda-mini")
                .contains("coda pull Salesforce/CoDA-v0-Instruct");
    }

    @Test
    void a_file_longer_than_the_model_takes_is_filled_in_place() throws IOException {
        StringBuilder text = new StringBuilder("package a.b;\n\nimport java.util.List;\n\npublic class Numbers {\n");
        for (int i = 0; i < 1200; i++) {
            text.append("""
                    /** The number %d. */
                    public int number%d() {
                        return %d;
                    }

                """.formatted(i, i, i));
        }
        text.append("""
                private int size;

                public void setSize(int size) {
                    this.size = <|hole|>;
                }
            }
            """);
        Path file = Files.writeString(folder.resolve("Numbers.java"), text);
        int tokens = BpeTokenizer.load(MODEL).encodeOrdinary(text.toString()).length;
        assertThat(tokens).isGreaterThan(25_000);
        assertThat(cli.run("infill", file.toString(), "--tokens", "1", "--in-place", "--context", "512"))
                .as(cli.err())
                .isZero();
        assertThat(Files.readString(file)).isEqualTo(text.toString().replace("<|hole|>", "size"));
        assertThat(cli.err().lines().toList().getLast())
                .matches("window: 5\\d\\d of about \\d\\d,\\d{3} tokens around 1 hole");
    }

    @Test
    void the_demo_fills_every_hole_with_code() {
        assertThat(cli.run("demo")).as(cli.err()).isZero();
        String filled =
                cli.out().substring(cli.out().indexOf("Filled:"), cli.out().indexOf("Now your own file"));
        assertThat(filled)
                .doesNotContain("<|hole|>", "<|mask|>", "<|endoftext|>")
                .contains("this.limit = limit;", "return limit;");
    }

    @Test
    void without_a_length_holes_of_the_example_and_of_the_demo_get_what_belongs_there() throws IOException {
        String account = Files.readString(Path.of("examples/Account.java"));
        assertThat(cli.run("infill", "examples/Account.java")).as(cli.err()).isZero();
        assertThat(cli.out())
                .isEqualTo(account.replaceFirst("<\\|hole\\|>", "this.name = name;")
                        .replace("<|hole|>", "this.limit = limit;"));
        Path stock = Path.of("src/main/resources/io/github/coda4j/cli/answer/demo/Stock.java");
        Cli demo = new Cli().real();
        assertThat(demo.run("infill", stock.toString())).as(demo.err()).isZero();
        assertThat(demo.out())
                .contains("    private final List<String> items = new ArrayList<>();\n")
                .contains("        this.name = name;\n        this.limit = limit;\n    }\n")
                .contains("    public int getLimit() {\n        return limit;\n    }\n")
                .contains("                return true;\n            }\n        }\n        return false;\n    }\n")
                .containsPattern(
                        "            throw new Illegal(Argument|State)Exception\\(\"the limit is reached\"\\);\n")
                .doesNotContain("<|");
    }

    @Test
    void chat_answers_from_a_pipe_and_the_same_each_time() {
        String question = "Complete this Java code:\\\n```java\\\npublic int size() {\\\n```";
        assertThat(cli.stdin(question).run("chat", "--max-new-tokens", "32"))
                .as(cli.err())
                .isZero();
        Cli again = new Cli().real();
        assertThat(again.stdin(question).run("chat", "--max-new-tokens", "32")).isZero();
        assertThat(cli.out()).isNotBlank().isEqualTo(again.out()).doesNotContain("<think>", "<|im_end|>", "<|mask|>");
    }

    @Test
    void a_cache_that_is_refreshed_at_every_forward_changes_no_token() throws InterruptedException {
        try (Transformer model = open(WeightFormat.FP32);
                Engine engine = Engine.withoutTokenizer(model, EngineOptions.DEFAULT)) {
            for (int[] document : documents.subList(0, 3)) {
                int[] prompt = Arrays.copyOf(document, 60);
                List<Integer> exact = generated(engine, prompt, CachePolicy.NONE);
                assertThat(exact).hasSize(16).doesNotContain(model.maskId());
                assertThat(generated(engine, prompt, new CachePolicy.Prefix(1))).isEqualTo(exact);
                assertThat(generated(engine, prompt, new CachePolicy.Dual(1))).isEqualTo(exact);
            }
        }
    }

    private static List<Integer> generated(Engine engine, int[] prompt, CachePolicy cache) throws InterruptedException {
        DecodeOptions options = DecodeOptions.ofSteps(16).withBlocks(8, cache);
        return engine.generate(GenerateRequest.of(prompt, 16, options))
                .holes()
                .getFirst()
                .ids();
    }

    @ParameterizedTest
    @CsvSource({"INT8, 0.95, 0.01", "INT4, 0.9, 0.05"})
    void quantized_weights_say_what_bf16_says(String format, double leastAgreement, double mostDivergence) {
        int rows = 0;
        int same = 0;
        double divergence = 0;
        try (Transformer bf16 = open(WeightFormat.BF16);
                Transformer quantized = open(WeightFormat.parse(format))) {
            for (int[] document : documents.subList(0, 12)) {
                int[] ids = Arrays.copyOf(document, Math.min(CONTEXT, document.length));
                float[] expected = bf16.logits(ids);
                float[] actual = quantized.logits(ids);
                int vocab = bf16.vocabSize();
                for (int row = 0; row < ids.length; row++) {
                    float[] a = Arrays.copyOfRange(expected, row * vocab, (row + 1) * vocab);
                    float[] b = Arrays.copyOfRange(actual, row * vocab, (row + 1) * vocab);
                    same += argMax(a) == argMax(b) ? 1 : 0;
                    divergence += klDivergence(a, b);
                    rows++;
                }
            }
        }
        assertThat(rows).isGreaterThan(1000);
        assertThat((double) same / rows).as("arg-max agreement").isGreaterThan(leastAgreement);
        assertThat(divergence / rows).as("mean KL divergence, nats").isLessThan(mostDivergence);
    }

    private static int argMax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static double klDivergence(float[] p, float[] q) {
        double ofP = logSum(p);
        double ofQ = logSum(q);
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += Math.exp(p[i] - ofP) * (p[i] - ofP - q[i] + ofQ);
        }
        return sum;
    }

    private static double logSum(float[] logits) {
        double top = logits[argMax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - top);
        }
        return top + Math.log(sum);
    }

    @Test
    void both_sides_beat_the_left_side_and_a_cache_with_a_threshold_costs_little() {
        List<InfillSpan> spans = new SpanSampler(CONTEXT, 1).ofLength(documents, 8, 60);
        try (Transformer model = open(WeightFormat.BF16)) {
            double both = accuracy(model, spans, "both sides");
            double left = accuracy(model, spans, "left side only");
            double dual = accuracy(model, spans, "dual cache, threshold 0.9");
            assertThat(both).isGreaterThan(left + 0.02);
            assertThat(dual).isCloseTo(both, within(0.03));
        }
    }

    private static double accuracy(Transformer model, List<InfillSpan> spans, String name) {
        InfillVariant variant = Stream.concat(InfillVariant.exact().stream(), InfillVariant.faster().stream())
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        InfillScore score =
                SpanInfilling.of(model, spans, variant.sides(), variant.options(), Validity.UNKNOWN, () -> {});
        return score.tokenAccuracy();
    }
}
