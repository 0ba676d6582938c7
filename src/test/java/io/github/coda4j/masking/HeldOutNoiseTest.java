package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.testkit.ToySequences;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HeldOutNoiseTest {
    private static final MaskingOptions OPTIONS = new MaskingOptions(2, 0, 77, MaskingRules.REPORT, Alignment.SHIFTED);

    private final PackedBatch batch = new ToySequences(50, 200).read(0, 6);

    @Test
    void every_run_measures_under_the_noise_of_seed_0_and_levels_from_a_thousandth_on() {
        Noising noising = new Noising(OPTIONS.withSeed(0), Curriculum.constant(1, 0, 1, List.of(4), 0.5));
        Noised expected = noising.heldOut(batch, 3, MaskingLevels.plain(0.001));
        assertSame(HeldOutNoise.ofRun(OPTIONS).mask(batch, 0, 3), expected);
        MaskingVocabulary vocabulary = new MaskingVocabulary(2, 0, Alignment.SHIFTED, _ -> OptionalInt.empty());
        MaskingPlan foreign = (_, _) -> (_, _, _) -> {
            throw new AssertionError("the rule of the run does not mask what is held out");
        };
        assertSame(foreign.heldOut(vocabulary).mask(batch, 0, 3), expected);
        MaskingPlan builtIn = new ProgressiveMasking(MaskingRules.REPORT, Curriculum.plain(0.5), 1);
        assertSame(builtIn.heldOut(vocabulary).mask(batch, 0, 3), expected);
    }

    @Test
    void the_noise_is_that_of_its_seed_at_every_step() {
        HeldOutNoise noise = HeldOutNoise.of(OPTIONS);
        assertSame(noise.mask(batch, 5, 0), noise.mask(batch, 9, 0));
        MaskedBatch other = HeldOutNoise.ofRun(OPTIONS).mask(batch, 0, 0).batch();
        assertThat(Arrays.deepEquals(noise.mask(batch, 0, 0).batch().noisyIds(), other.noisyIds()))
                .isFalse();
    }

    private static void assertSame(Noised actual, Noised expected) {
        assertThat(actual.batch().noisyIds()).isDeepEqualTo(expected.batch().noisyIds());
        assertThat(actual.batch().targets()).isDeepEqualTo(expected.batch().targets());
        assertThat(actual.batch().weights()).isEqualTo(expected.batch().weights());
        assertThat(actual.applied()).isEqualTo(expected.applied());
    }
}
