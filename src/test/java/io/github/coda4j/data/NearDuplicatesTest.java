package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which of two similar texts goes. */
class NearDuplicatesTest {
    private static int[] random(Random random) {
        return random.ints(MinHash.NUM_HASHES).toArray();
    }

    /** With so many of the last values changed. */
    private static int[] like(int[] signature, int changed, Random random) {
        int[] like = signature.clone();
        for (int i = 0; i < changed; i++) {
            like[like.length - 1 - i] = random.nextInt();
        }
        return like;
    }

    @Test
    void what_is_near_an_earlier_one_goes_also_if_that_one_goes() {
        Random random = new Random(1);
        int[] first = random(random);
        int[] second = like(first, 25, random);
        int[] third = second.clone();
        for (int i = 40; i < 64; i++) {
            third[i] = random.nextInt();
        }
        NearDuplicates near = new NearDuplicates(0.8);
        assertThat(near.isNearEarlier(first)).isFalse();
        assertThat(near.isNearEarlier(second)).isTrue();
        assertThat(near.isNearEarlier(third)).as("79 of 128 equal the first").isTrue();
        NearDuplicates without = new NearDuplicates(0.8);
        assertThat(without.isNearEarlier(first)).isFalse();
        assertThat(without.isNearEarlier(third)).isFalse();
    }

    @Test
    void the_table_answers_as_the_rule_does_that_is_written_down() {
        Random random = new Random(3);
        List<int[]> corpus = new ArrayList<>();
        for (int family = 0; family < 4; family++) {
            int[] head = random(random);
            for (int i = 0; i < 90; i++) {
                corpus.add(like(head, 8 + random.nextInt(112), random));
            }
        }
        java.util.Collections.shuffle(corpus, random);
        NearDuplicates near = new NearDuplicates(0.8);
        Map<Long, List<short[]>> bands = new HashMap<>();
        int found = 0;
        for (int[] signature : corpus) {
            short[] folded = SignatureBands.folded(signature);
            boolean expected = false;
            for (long key : SignatureBands.keys(signature)) {
                List<short[]> band = bands.computeIfAbsent(key, _ -> new ArrayList<>());
                for (short[] other : band) {
                    expected |= SignatureBands.areNear(other, folded, 103);
                }
                if (band.size() < SignatureBands.MOST_COMPARED) {
                    band.add(folded);
                }
            }
            assertThat(near.isNearEarlier(signature)).isEqualTo(expected);
            found += expected ? 1 : 0;
        }
        assertThat(found).isBetween(20, 340);
        assertThat(bands.values().stream().filter(band -> band.size() == SignatureBands.MOST_COMPARED))
                .as("bands that are full")
                .hasSizeGreaterThan(3);
    }

    @Test
    void texts_without_a_signature_are_like_no_other() {
        NearDuplicates near = new NearDuplicates(0.8);
        assertThat(near.isNearEarlier(MinHash.NONE)).isFalse();
        assertThat(near.isNearEarlier(MinHash.NONE)).isFalse();
    }
}
