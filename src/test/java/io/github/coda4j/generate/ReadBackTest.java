package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadBackTest {
    /** Knows that every place holds an a, with a probability of one half. */
    private final RuleDenoiser model = new RuleDenoiser(100, (_, _) -> 'a', (_, _) -> 0.5);

    @Test
    void every_second_token_of_a_hole_and_beside_it_is_masked_and_then_the_others() {
        ReadBack reading = read("xx", "aaa", "aaaa");
        List<ForwardPlan> plans = reading.plans();
        assertThat(plans).hasSize(2);
        Set<Integer> all = new TreeSet<>();
        for (ForwardPlan plan : plans) {
            int[] masked = IntStream.range(0, plan.ids().length)
                    .filter(i -> plan.ids()[i] == ByteTokenizer.MASK)
                    .toArray();
            assertThat(plan.positions()).isEqualTo(masked);
            assertThat(IntStream.of(masked).map(i -> i % 2).distinct().count()).isEqualTo(1);
            IntStream.of(masked).forEach(all::add);
        }
        assertThat(all).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void a_hole_has_the_sum_of_its_log_probabilities_and_a_token_out_of_sight_the_least() {
        ReadBack reading = read("xa", "aaa", "aaaa");
        assertThat(reading.of(0, 5)).as("nothing is read yet").isZero();
        List<ForwardPlan> plans = reading.plans();
        model.forward(plans).forEach(reading::take);
        assertThat(reading.of(0, 5)).isCloseTo(6 * Math.log(0.5), within(1e-5));
        assertThat(reading.of(0, 3))
                .as("behind an end in the hole only the text beside it counts")
                .isCloseTo(4 * Math.log(0.5), within(1e-5));
        ReadBack wrong = read("xa", "aba", "aaaa");
        model.forward(wrong.plans()).forEach(wrong::take);
        assertThat(wrong.of(0, 5)).isCloseTo(5 * Math.log(0.5) - 12, within(1e-5));
    }

    @Test
    void the_ends_of_a_sequence_are_no_trouble() {
        ReadBack reading = read("", "a", "");
        assertThat(reading.plans()).isEmpty();
        assertThat(reading.of(0, 1)).isZero();
    }

    /** The hole is filled. */
    private ReadBack read(String before, String answer, String after) {
        Document document = Document.ofPieces(List.of(before, after), List.of(new Document.Hole(answer.length())));
        PromptLayout layout = PromptLayout.of(EncodedDocument.of(document, new ByteTokenizer()), model.maskId(), 100);
        return new ReadBack(layout, new Canvas(new ByteTokenizer().encode(before + answer + after), model.maskId()));
    }
}
