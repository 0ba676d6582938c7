package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.CodaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The check at load is exact: merge lists that pass encode by rank as merging pair by pair does, and one that is
 * refused for a token that is never made has such a token.
 */
@Tag("slow")
class RankedMergingTest {

    @TempDir
    Path folder;

    @Test
    void accepted_merge_lists_merge_like_the_list_and_refused_ones_do_not_make_their_own_tokens() {
        long seed = System.nanoTime();
        System.out.println("RankedMergingTest: random seed " + seed);
        Random random = new Random(seed);
        int accepted = 0;
        int refused = 0;
        for (int round = 0; round < 120; round++) {
            TrainedTokenizer trained = new TrainedTokenizer(0).split("(?s).+");
            List<String[]> merges = randomMerges(random, 1 + random.nextInt(8));
            merges.forEach(pair -> trained.merge(pair[0], pair[1]));
            trained.write(folder);
            boolean everyTokenMakesItself = merges.stream()
                    .allMatch(pair -> merge(pair[0] + pair[1], merges).size() == 1);
            try {
                BpeTokenizer tokenizer = BpeTokenizer.load(folder);
                assertThat(everyTokenMakesItself).as(describe(merges)).isTrue();
                for (int length : new int[] {2, 3, 5, 9, 20, 60, 510}) {
                    String text = randomText(random, length);
                    assertThat(Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::token))
                            .as("%s: %s", describe(merges), text)
                            .isEqualTo(merge(text, merges));
                }
                accepted++;
            } catch (CodaException e) {
                assertThat(e).hasMessageContaining("never make token");
                assertThat(everyTokenMakesItself).as(describe(merges)).isFalse();
                refused++;
            }
        }
        assertThat(accepted).isGreaterThan(10);
        assertThat(refused).isGreaterThan(10);
    }

    private static String describe(List<String[]> merges) {
        return String.join(
                ", ", merges.stream().map(pair -> pair[0] + " " + pair[1]).toList());
    }

    private static List<String[]> randomMerges(Random random, int count) {
        List<String> tokens = new ArrayList<>(List.of("a", "b"));
        Set<String> made = new LinkedHashSet<>();
        List<String[]> merges = new ArrayList<>();
        while (merges.size() < count) {
            String left = tokens.get(random.nextInt(tokens.size()));
            String right = tokens.get(random.nextInt(tokens.size()));
            if (made.add(left + right)) {
                merges.add(new String[] {left, right});
                tokens.add(left + right);
            }
        }
        return merges;
    }

    private static String randomText(Random random, int length) {
        return random.ints(length, 'a', 'c')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Merging by the book: for each pair of the list in turn, join all its occurrences from left to right. */
    private static List<String> merge(String text, List<String[]> merges) {
        List<String> parts = text.chars().mapToObj(Character::toString).toList();
        for (String[] pair : merges) {
            List<String> joined = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                boolean here = i + 1 < parts.size()
                        && parts.get(i).equals(pair[0])
                        && parts.get(i + 1).equals(pair[1]);
                joined.add(here ? pair[0] + pair[1] : parts.get(i));
                i += here ? 1 : 0;
            }
            parts = joined;
        }
        return parts;
    }
}
