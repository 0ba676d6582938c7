package io.github.coda4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.Tuple2;

/** What shuffles carry, and what is found in them. */
class KeyedTest {
    @Test
    void places_come_back_each_once_and_sorted() {
        Random random = new Random(4);
        Places places = new Places();
        TreeSet<Long> expected = new TreeSet<>();
        for (int i = 0; i < 5000; i++) {
            long place = i % 3 == 0 ? random.nextLong(1L << 40) : random.nextInt(300);
            places.add(place);
            expected.add(place);
        }
        List<Long> found = new ArrayList<>();
        Places.unpack(places.packed(), found::add);
        assertThat(found).containsExactlyElementsOf(expected);
        assertThat(new Places().packed()).isEmpty();
    }

    private static Iterator<Tuple2<byte[], byte[]>> sorted(long... keysAndPlaces) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < keysAndPlaces.length; i += 2) {
            keys.add(Keyed.of(keysAndPlaces[i], keysAndPlaces[i + 1]));
        }
        keys.sort(Keyed.ORDER);
        return keys.stream().map(key -> new Tuple2<>(key, new byte[0])).iterator();
    }

    private static List<Long> unpacked(byte[] packed) {
        List<Long> found = new ArrayList<>();
        Places.unpack(packed, found::add);
        return found;
    }

    @Test
    void the_first_place_of_a_key_is_not_a_duplicate_also_of_keys_that_are_zero_or_negative() {
        assertThat(unpacked(Duplicates.behindFirst(sorted(0, 7, 0, 5, -1, 9, -1, 3, 8, 1))))
                .containsExactly(7L, 9L);
        assertThat(unpacked(Duplicates.inCompany(sorted(0, 7, 0, 5, -1, 9, -1, 3, -1, 4, 8, 1))))
                .containsExactly(3L, 4L, 5L, 7L, 9L);
        assertThat(Duplicates.behindFirst(sorted())).isEmpty();
    }

    /** Each compared with all before it they would take hours. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void many_documents_with_one_header_are_compared_with_the_first_32_alone() {
        Iterator<Tuple2<byte[], byte[]>> band = IntStream.range(0, 200_000)
                .mapToObj(i -> new Tuple2<>(Keyed.of(7, i), signature(i == 150_000 ? 31 : i == 150_001 ? 32 : i)))
                .iterator();
        assertThat(unpacked(new Duplicates(null, new long[0], new long[0], 90).near(band)))
                .containsExactly(150_000L);
    }

    private static byte[] signature(int document) {
        byte[] signature = new byte[2 * 128];
        new Random(document).nextBytes(signature);
        return signature;
    }

    @Test
    void all_places_of_a_key_go_to_one_task_and_keys_are_spread() {
        Keyed.ByKey byKey = new Keyed.ByKey(7);
        int[] counts = new int[7];
        Random random = new Random(5);
        for (long key : LongStream.generate(random::nextLong).limit(7000).toArray()) {
            int partition = byKey.getPartition(Keyed.of(key, 1));
            counts[partition]++;
            assertThat(byKey.getPartition(Keyed.of(key, 99))).isEqualTo(partition);
        }
        assertThat(java.util.Arrays.stream(counts).boxed()).allMatch(count -> count > 800 && count < 1200);
    }

    @Test
    void marks_are_of_single_places() {
        Marks marks = Marks.of(130);
        marks.set(0);
        marks.set(64);
        marks.set(129);
        for (int place = 0; place < 130; place++) {
            assertThat(marks.has(place)).isEqualTo(place == 0 || place == 64 || place == 129);
        }
    }
}
