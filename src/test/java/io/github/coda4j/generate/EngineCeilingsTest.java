package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Document.Hole;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holes whose length pads say: the network is equally sure of empty holes of any length. */
@Timeout(30)
@Tag("slow")
class EngineCeilingsTest extends HoleSearchFixture {
    /** A byte that no text has. */
    private static final int PAD = 1;

    private static final LengthOptions CEILING = PLAIN.withCandidates(1)
            .withReadsBack(false)
            .withCeiling(OptionalInt.of(16))
            .withPads(LengthOptions.Pads.ALONE);
    private static final DecodeOptions PADS = DecodeOptions.ofSteps(64).withHolePad(OptionalInt.of(PAD));

    @Test
    void a_hole_has_the_length_that_pads_say() throws Exception {
        for (int length : new int[] {1, 2, 3, 5, 7, 11, 16}) {
            RuleDenoiser model = saying(length);
            Completion completion = run(model, Document.parse("xx<|hole|>yy"), CEILING, PADS);
            assertThat(completion.text()).hasSize(length);
            assertThat(completion.cost().pads()).isZero();
            assertThat(completion.cost().lengthsTried()).isEqualTo(16);
            assertThat(asked(model)).containsExactly(2, 3, 4, 6, 8, 12, 16);
            assertThat(model.openCaches()).isZero();
        }
    }

    @Test
    void beside_a_search_pads_say_what_is_decoded_too() throws Exception {
        LengthOptions both = CEILING.withPads(LengthOptions.Pads.BESIDE);
        assertThat(lengths(both)).as("the search stops before that").doesNotContain(16);
        assertThat(lengths(both.withCandidates(3))).contains(16);
    }

    /** Lengths of holes without a pad that were run for an answer of 16 tokens. */
    private List<Integer> lengths(LengthOptions how) throws Exception {
        RuleDenoiser model = saying(16);
        run(model, Document.parse("xx<|hole|>yy"), how, PADS);
        return model.passes().stream()
                .flatMap(List::stream)
                .filter(plan -> plan.details().isEmpty())
                .map(plan -> plan.ids().length - "xxyy".length())
                .toList();
    }

    @Test
    void several_holes_are_asked_beside_each_other_and_a_given_one_is_not() throws Exception {
        Document document =
                Document.parse("ab<|hole|>cd<|hole|>ef<|hole|>gh", List.of(Hole.auto(), new Hole(5), Hole.upTo(4)));
        RuleDenoiser model = saying(3);
        Completion completion = run(model, document, CEILING, PADS);
        assertThat(completion.holeTexts().stream().map(String::length)).containsExactly(3, 5, 3);
        assertThat(asked(model)).containsExactly(2, 2, 3, 3, 4, 4, 6, 8, 12, 16);
    }

    @Test
    void nothing_is_asked_where_nobody_wants_it_or_pads_say_nothing_or_a_hole_is_at_the_end_or_there_is_no_room()
            throws Exception {
        String text = "xx<|hole|>yy";
        assertThat(asked(text, CEILING, DecodeOptions.ofSteps(64))).isEmpty();
        assertThat(asked(text, CEILING.withCeiling(OptionalInt.empty()), PADS)).isEmpty();
        assertThat(asked(text, CEILING.withPads(LengthOptions.Pads.UNASKED), PADS))
                .isEmpty();
        assertThat(asked("xx<|hole|>", CEILING, PADS)).isEmpty();
        int room = 4096 - Document.DEFAULT_CEILING;
        assertThat(asked("x".repeat(room - 2) + "<|hole|>yy", CEILING, PADS)).isEmpty();
        assertThat(asked("x".repeat(room - 3) + "<|hole|>yy", CEILING, PADS)).isNotEmpty();
    }

    private List<Integer> asked(String text, LengthOptions how, DecodeOptions decode) throws Exception {
        RuleDenoiser model = saying(3);
        run(model, Document.parse(text), how, decode);
        return asked(model);
    }

    /** The masks of all holes that a pad stood behind, ascending. */
    private static List<Integer> asked(RuleDenoiser model) {
        return model.passes().stream()
                .flatMap(List::stream)
                .filter(plan -> plan.details().isPresent())
                .map(EngineCeilingsTest::masks)
                .sorted()
                .toList();
    }

    private static int masks(ForwardPlan plan) {
        return plan.positions().length;
    }

    /**
     * Says pads for what lies behind so many tokens of a hole with a pad behind it, and letters for everything else.
     */
    private static RuleDenoiser saying(int length) {
        return new RuleDenoiser(
                4096,
                (sequence, position) -> isPad(sequence, position, length) ? PAD : 'a' + position % 26,
                (_, position) -> 0.9 - 1e-4 * (position % 7));
    }

    private static boolean isPad(int[] sequence, int position, int length) {
        int end = IntStream.range(position, sequence.length)
                .filter(i -> sequence[i] != ByteTokenizer.MASK)
                .findFirst()
                .orElse(sequence.length);
        int start = position;
        while (start > 0 && sequence[start - 1] == ByteTokenizer.MASK) {
            start--;
        }
        return end < sequence.length && sequence[end] == PAD && position >= start + length;
    }
}
