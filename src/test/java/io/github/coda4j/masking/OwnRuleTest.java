package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.Extensions;
import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.testkit.CompiledExamples;
import io.github.coda4j.testkit.ToySequences;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a masking rule may do beyond the built-in one, by the example of the manual: change the length of a span. */
class OwnRuleTest {
    private static final int MASK = 2;
    private static final int PAD = 1;
    private static final int LENGTH = 40;
    private static final MaskingVocabulary VOCABULARY =
            new MaskingVocabulary(MASK, 0, Alignment.SHIFTED, OwnRuleTest::id);

    @TempDir
    static Path folder;

    private static CompiledExamples examples;

    @BeforeAll
    static void compile() throws IOException {
        examples = CompiledExamples.on(folder);
    }

    @AfterAll
    static void close() {
        examples.close();
    }

    @Test
    void a_rule_gives_a_span_more_masks_than_it_has_tokens() {
        PackedBatch batch = new ToySequences(LENGTH, 200).read(0, 30);
        Noised noised = open().mask(batch, 7, 0);
        MaskedBatch masked = noised.batch();
        int padded = 0;
        int holes = 0;
        for (int b = 0; b < batch.rows(); b++) {
            List<Integer> hole = masks(masked.noisyIds()[b]);
            if (hole.isEmpty()) {
                assertThat(masked.noisyIds()[b]).isEqualTo(batch.ids()[b]);
                continue;
            }
            holes++;
            int start = hole.getFirst();
            int[] targets = masked.targets()[b];
            int tokens = (int) Arrays.stream(targets)
                    .filter(target -> target != MaskedBatch.NOT_COUNTED && target != PAD)
                    .count();
            int surplus = hole.size() - tokens;
            padded += surplus > 0 ? 1 : 0;
            assertThat(hole).as("one hole").hasSize(hole.getLast() - start + 1);
            assertThat(Arrays.copyOfRange(targets, start, start + tokens))
                    .as("first the tokens that were there")
                    .containsExactly(Arrays.copyOfRange(batch.ids()[b], start, start + tokens));
            assertThat(Arrays.stream(targets).filter(target -> target == PAD).count())
                    .as("then pads, as many as tokens at most")
                    .isEqualTo(Math.min(surplus, tokens));
            assertThat(Arrays.copyOfRange(masked.noisyIds()[b], start + hole.size(), LENGTH))
                    .as("what follows moves to the right, and the row's end falls off")
                    .containsExactly(Arrays.copyOfRange(batch.ids()[b], start + tokens, LENGTH - surplus));
        }
        assertThat(holes).isGreaterThan(20);
        assertThat(padded).isGreaterThan(10);
        assertThat(noised.applied().maskedPositions())
                .isEqualTo(Arrays.stream(masked.noisyIds())
                        .mapToInt(row -> masks(row).size())
                        .sum());
    }

    @Test
    void its_masks_are_those_of_step_and_row_alone() {
        MaskingRule rule = open();
        ToySequences sequences = new ToySequences(LENGTH, 200);
        int[][] whole = rule.mask(sequences.read(0, 6), 3, 0).batch().noisyIds();
        int[][] second = rule.mask(sequences.read(3, 3), 3, 3).batch().noisyIds();
        assertThat(second).isDeepEqualTo(Arrays.copyOfRange(whole, 3, 6));
        assertThat(Arrays.deepEquals(
                        rule.mask(sequences.read(0, 6), 4, 0).batch().noisyIds(), whole))
                .isFalse();
    }

    @Test
    void a_token_that_the_tokenizer_lacks_is_named() {
        MaskingPlan plan = plan();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> plan.open(new MaskingVocabulary(MASK, 0, Alignment.SHIFTED, _ -> OptionalInt.empty()), 1))
                .withMessage("the masking rule needs a token <|fim_pad|>, which the tokenizer does not have");
    }

    private static MaskingRule open() {
        return plan().open(VOCABULARY, 5);
    }

    private static MaskingPlan plan() {
        return Extensions.named("com.example.PaddedHoles", MaskingRuleFactory.known())
                .orElseThrow()
                .read(defaults(), new MaskingRuleFactory.Run(100, 30));
    }

    /** A section without any key. */
    private static ConfigValues defaults() {
        return (ConfigValues) Proxy.newProxyInstance(
                OwnRuleTest.class.getClassLoader(),
                new Class<?>[] {ConfigValues.class},
                (_, method, arguments) -> method.getName().equals("has") ? false : arguments[1]);
    }

    private static OptionalInt id(String token) {
        return token.equals("<|fim_pad|>") ? OptionalInt.of(PAD) : OptionalInt.empty();
    }

    private static List<Integer> masks(int[] ids) {
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == MASK) {
                positions.add(i);
            }
        }
        return positions;
    }
}
