package io.github.coda4j.generate.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.text.Tokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Decisions of coda-mini: what it says is of no use, but it must be what its logits say. */
class DeciderTest {
    private static final Path MINI = Path.of("models", "coda-mini");
    private static final LoadOptions LOAD = new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 2);
    private static CodaModel model;
    private static Decider decider;

    @BeforeAll
    static void open() {
        model = CodaModel.open(MINI, LOAD, EngineOptions.DEFAULT);
        decider = new Decider(
                model, model.tokenizer(), model.chatTemplate(), model.info().maskId());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void options_have_the_softmax_of_how_much_more_probable_yes_is_than_no() throws InterruptedException {
        Question question = Question.choice("What is it?", List.of("loop", "call", "class"), List.of("", "of f", ""));
        Decision decision = decider.decide("while (x < 3) x++;", question, Optional.empty());
        int[] ids = decider.prompt("while (x < 3) x++;", question);
        assertThat(decision.promptTokens()).isEqualTo(ids.length);
        double[] odds = odds(ids);
        assertThat(odds).hasSize(3);
        double sum = Arrays.stream(odds).map(Math::exp).sum();
        for (int i = 0; i < odds.length; i++) {
            assertThat(decision.probabilities().get(i)).isCloseTo(Math.exp(odds[i]) / sum, within(1e-4));
        }
        int best = IntStream.range(0, 3)
                .reduce((a, b) -> odds[b] > odds[a] ? b : a)
                .orElseThrow();
        assertThat(decision.best()).isEqualTo(best);
        assertThat(decision.label()).isEqualTo(question.labels().get(best));
    }

    @Test
    void yes_has_its_share_of_yes_and_no() throws InterruptedException {
        Question question = Question.yesNo("Is it a loop?");
        Decision decision = decider.decide("", question, Optional.empty());
        double odds = odds(decider.prompt("", question))[0];
        assertThat(decision.probabilities().getLast()).isCloseTo(1 / (1 + Math.exp(-odds)), within(1e-4));
        assertThat(decision.probabilities().getFirst()
                        + decision.probabilities().getLast())
                .isCloseTo(1, within(1e-9));
    }

    /** Of the words for yes and no in this tokenizer, at each mask, from raw logits. */
    private static double[] odds(int[] ids) {
        Tokenizer tokenizer = model.tokenizer();
        int yes = tokenizer.idOf("true").orElseThrow();
        int no = tokenizer.idOf("false").orElseThrow();
        try (CheckpointFolder folder = CheckpointFolder.open(MINI);
                Transformer transformer = Transformer.open(folder, LOAD)) {
            float[] logits = transformer.logits(ids);
            int vocabSize = transformer.vocabSize();
            return IntStream.range(0, ids.length)
                    .filter(position -> ids[position] == model.info().maskId())
                    .map(position -> transformer.alignment().row(position, 0))
                    .mapToDouble(row -> logits[row * vocabSize + yes] - logits[row * vocabSize + no])
                    .toArray();
        }
    }

    @Test
    void the_prompt_is_the_one_that_such_models_were_trained_on() {
        Question question = Question.choice("Which?", List.of("a", "b"), List.of("", "the second"));
        int[] ids = decider.prompt("S<|mask|>", question);
        assertThat(model.tokenizer().decode(ids))
                .isEqualTo("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nState:\n"
                        + "S<|mask|>\n\nQuestion:\nWhich?\n\nFor each option, mark true if it answers the question,"
                        + " otherwise false.\na: <|mask|>\nb: the second: <|mask|><|im_end|>\n");
        assertThat(Arrays.stream(ids).filter(id -> id == model.info().maskId())).hasSize(2);
        assertThat(model.tokenizer().decode(decider.prompt("S", Question.yesNo("Really?"))))
                .contains("Question:\nReally?\n\nAnswer true or false.\nAnswer:<|mask|><|im_end|>");
        assertThat(Question.score("How?", List.of("bad", "good")).options())
                .containsExactly("level 0: bad", "level 1: good");
    }

    @Test
    void scores_have_a_mean_level_and_confidence_grows_from_equal_to_certain() {
        Question score = Question.score("How?", List.of("bad", "fair", "good"));
        assertThat(new Decision(score, List.of(0.25, 0.25, 0.5), 9).expected()).isEqualTo(1.25);
        Question choice = Question.yesNo("So?");
        assertThat(new Decision(choice, List.of(0.5, 0.5), 9).confidence()).isCloseTo(0, within(1e-9));
        assertThat(new Decision(choice, List.of(0.0, 1.0), 9).confidence()).isEqualTo(1);
    }

    @Test
    void questions_that_decide_nothing_are_refused() {
        assertRefused(() -> Question.choice("Which?", List.of("a"), List.of("")), "at least two answers");
        assertRefused(() -> Question.choice("Which?", List.of("a", "a"), List.of("", "")), "name one twice");
        assertRefused(() -> Question.yesNo(" "), "must say what is asked");
    }

    private static void assertRefused(Runnable asking, String reason) {
        assertThatThrownBy(asking::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
