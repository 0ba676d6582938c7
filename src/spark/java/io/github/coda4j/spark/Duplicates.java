package io.github.coda4j.spark;

import io.github.coda4j.data.SignatureBands;
import io.github.coda4j.spark.ExaminedFile.Candidate;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Finds duplicates by three shuffles, of which none carries a text:
 *
 * <ol>
 *   <li>equal ones: hash and place of every document. The first place of a hash stays.
 *   <li>who has company: key and place of each of the 16 bands. Most documents are alone in all of theirs.
 *   <li>near ones: of those with company the signature too, per band. The first 32 of a band are compared with those
 *       behind them; a task holds no more than these.
 * </ol>
 *
 * <p>Memory is the sorter's, which spills, and some bytes for each place that is found.
 *
 * @param firstPlaces of each part, the places of its documents begin there
 * @param counts candidates of each part
 */
record Duplicates(Staging staging, long[] firstPlaces, long[] counts, int leastEqual) implements Serializable {
    private static final byte[] NOTHING = {};

    private Iterator<Tuple2<byte[], byte[]>> keyed(int part, Function<Candidate, Stream<Tuple2<byte[], byte[]>>> keys) {
        Iterator<Candidate> all = ExaminedFile.candidates(staging.path(Staging.examined(part)), counts[part]);
        Iterable<Candidate> candidates = () -> all;
        return StreamSupport.stream(candidates.spliterator(), false)
                .flatMap(keys)
                .iterator();
    }

    private long place(int part, Candidate candidate) {
        return firstPlaces[part] + candidate.index();
    }

    Iterator<Tuple2<byte[], byte[]>> hashes(int part) {
        return keyed(part, one -> Stream.of(new Tuple2<>(Keyed.of(one.hash(), place(part, one)), NOTHING)));
    }

    Iterator<Tuple2<byte[], byte[]>> bands(int part, Broadcast<Marks> equal) {
        return keyed(part, one -> {
            long place = place(part, one);
            return equal.value().has(place)
                    ? Stream.empty()
                    : Arrays.stream(one.bands()).mapToObj(band -> new Tuple2<>(Keyed.of(band, place), NOTHING));
        });
    }

    Iterator<Tuple2<byte[], byte[]>> signatures(int part, Broadcast<Marks> company) {
        return keyed(part, one -> {
            long place = place(part, one);
            return company.value().has(place)
                    ? Arrays.stream(one.bands()).mapToObj(band -> new Tuple2<>(Keyed.of(band, place), one.folded()))
                    : Stream.empty();
        });
    }

    /** All places of a key but the first. */
    static byte[] behindFirst(Iterator<Tuple2<byte[], byte[]>> sorted) {
        Places found = new Places();
        long last = 0;
        for (boolean first = true; sorted.hasNext(); first = false) {
            byte[] key = sorted.next()._1();
            if (!first && Keyed.key(key) == last) {
                found.add(Keyed.place(key));
            }
            last = Keyed.key(key);
        }
        return found.packed();
    }

    /** The places of keys that have several. */
    static byte[] inCompany(Iterator<Tuple2<byte[], byte[]>> sorted) {
        Places found = new Places();
        long lastKey = 0;
        long lastPlace = 0;
        for (boolean first = true; sorted.hasNext(); first = false) {
            byte[] key = sorted.next()._1();
            if (!first && Keyed.key(key) == lastKey) {
                found.add(lastPlace);
                found.add(Keyed.place(key));
            }
            lastKey = Keyed.key(key);
            lastPlace = Keyed.place(key);
        }
        return found.packed();
    }

    /** The places of a key that are near one of its first. */
    byte[] near(Iterator<Tuple2<byte[], byte[]>> sorted) {
        Places found = new Places();
        List<short[]> first = new ArrayList<>();
        long last = 0;
        while (sorted.hasNext()) {
            Tuple2<byte[], byte[]> one = sorted.next();
            if (Keyed.key(one._1()) != last) {
                first.clear();
                last = Keyed.key(one._1());
            }
            short[] folded = ExaminedFile.folded(one._2());
            if (first.stream().anyMatch(other -> SignatureBands.areNear(other, folded, leastEqual))) {
                found.add(Keyed.place(one._1()));
            }
            if (first.size() < SignatureBands.MOST_COMPARED) {
                first.add(folded);
            }
        }
        return found.packed();
    }
}
