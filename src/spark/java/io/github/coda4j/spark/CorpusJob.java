package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.Avoided;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusParts;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.data.SignatureBands;
import io.github.coda4j.spark.Messages.Examined;
import io.github.coda4j.spark.Messages.Part;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * The first half of every job: the corpus is cut into parts, each is looked at, duplicates are found. Documents are
 * known by their places in the corpus, and every answer is about places, so that it does not matter who finds it, when,
 * or how often.
 *
 * <p>The process that started the job holds the list of files and three bits per document.
 */
final class CorpusJob {
    private static final long PART_BYTES = 32L << 20;
    private static final long LEAST_PART_BYTES = 1 << 20;
    private static final int PARTS_PER_CORE = 8;
    private static final int MOST_REDUCERS = 2000;
    private static final int DOCUMENTS_PER_REDUCER = 5000;

    private final Cluster cluster;
    private final CorpusEngine.Work work;
    private final ShippedOptions options;
    private final PartFiles files;
    private final Avoided avoided;
    private final Broadcast<ShippedAvoided> shippedAvoided;
    private final List<Part> parts;
    private final Account account = new Account();
    private final List<String> notes = new ArrayList<>();
    private List<Examined> examined = List.of();

    private CorpusJob(
            Cluster cluster,
            CorpusEngine.Work work,
            ShippedOptions options,
            PartFiles files,
            Avoided avoided,
            Broadcast<ShippedAvoided> shippedAvoided,
            List<Part> parts) {
        this.cluster = cluster;
        this.work = work;
        this.options = options;
        this.files = files;
        this.avoided = avoided;
        this.shippedAvoided = shippedAvoided;
        this.parts = parts;
    }

    /** Looks at one part of the corpus, on an executor. */
    interface Examining extends Function<Part, Examined>, Serializable {}

    /**
     * Lists the corpus and makes sure that the executors see the same folders.
     *
     * @param beside the output
     * @param kind what else the work depends on
     * @param more of that, as bytes
     */
    static CorpusJob open(
            Cluster cluster, CorpusEngine.Work work, java.nio.file.Path beside, String kind, List<byte[]> more) {
        HadoopStore store = new HadoopStore(cluster.spark().hadoopConfiguration());
        List<CorpusSlice> files = new ArrayList<>();
        store.list(work.options().inputs(), files::add);
        long bytes = files.stream().mapToLong(CorpusSlice::bytes).sum();
        ShippedOptions options = ShippedOptions.of(work.options());
        Avoided avoided = work.options().excludes().avoiding().read(store);
        ShippedAvoided shipped = ShippedAvoided.of(avoided);
        List<byte[]> contents = new ArrayList<>(more);
        contents.add(shipped.packed());
        String what = kind + '\n' + options + '\n' + work.heldOut() + '\n';
        String same = fingerprint(what, contents, files);
        int most = work.partitions()
                .orElseGet(() -> Staging.cut(beside, same)
                        .orElseGet(() -> partitions(bytes, cluster.spark().defaultParallelism())));
        List<Part> parts = new ArrayList<>();
        for (List<CorpusSlice> slices : CorpusParts.cut(files, most)) {
            parts.add(Part.of(parts.size(), slices));
        }
        Staging staging = Staging.open(beside, same, most);
        CorpusJob job = new CorpusJob(
                cluster,
                work,
                options,
                new PartFiles(store, staging),
                avoided,
                cluster.spark().broadcast(shipped),
                parts);
        job.requireShared();
        return job;
    }

    private static int partitions(long bytes, int cores) {
        long bySize = (bytes + PART_BYTES - 1) / PART_BYTES;
        long byCores = Math.min((long) PARTS_PER_CORE * cores, (bytes + LEAST_PART_BYTES - 1) / LEAST_PART_BYTES);
        return Math.clamp(Math.max(bySize, byCores), 1, Integer.MAX_VALUE);
    }

    /** What must be the same if the work of an earlier job is to be gone on with. */
    private static String fingerprint(String what, List<byte[]> contents, List<CorpusSlice> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(what.getBytes(StandardCharsets.UTF_8));
            contents.forEach(digest::update);
            for (CorpusSlice file : files) {
                digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Before any work: an executor with folders of its own would be found out after all of it. */
    private void requireShared() {
        int asked = 2 * Math.max(1, cluster.spark().defaultParallelism());
        Staging shared = files.staging();
        JavaRDD<Integer> each = cluster.spark().parallelize(Collections.nCopies(asked, 0), asked);
        cluster.run("look for the shared folder", each.map(_ -> {
            shared.require();
            return new byte[0];
        }));
    }

    Cluster cluster() {
        return cluster;
    }

    Staging staging() {
        return files.staging();
    }

    ShippedOptions options() {
        return options;
    }

    PartFiles files() {
        return files;
    }

    /** Share of the documents that is held out. */
    double heldOut() {
        return work.heldOut();
    }

    Broadcast<ShippedAvoided> avoided() {
        return shippedAvoided;
    }

    /** The parts with what was found out about each. */
    List<Part> parts() {
        return parts;
    }

    /** How many documents of a part may be kept. */
    long[] candidates() {
        return examined.stream().mapToLong(Examined::candidates).toArray();
    }

    /** What became of the documents so far. */
    Account account() {
        return account;
    }

    List<String> notes() {
        return notes;
    }

    /** The parts as they travel, one to a task. */
    JavaRDD<byte[]> tasks() {
        List<byte[]> packed = parts.stream().map(Packed::of).toList();
        return cluster.spark().parallelize(packed, Math.max(1, packed.size()));
    }

    /** Looks at all documents and finds the duplicates. */
    Chosen choose(Examining looking) {
        numberLines();
        examined =
                cluster
                        .run(
                                "look at documents",
                                tasks().map(part -> Packed.of(looking.apply(Packed.read(part, Part.class)))))
                        .stream()
                        .map(bytes -> Packed.read(bytes, Examined.class))
                        .toList();
        examined.forEach(part -> account.add(part.dropped()));
        account.tell(avoided.sharedRuns(account));
        long[] first = new long[parts.size()];
        long places = 0;
        for (Examined part : examined) {
            first[part.part()] = places;
            places += part.documents();
        }
        return duplicates(first, places);
    }

    /** Rows of a file that is read in pieces have the numbers that they have in the whole. */
    private void numberLines() {
        if (parts.stream().noneMatch(part -> part.slices().stream().anyMatch(CorpusParts::isCut))) {
            return;
        }
        PartFiles counting = files;
        List<byte[]> counts = cluster.run(
                "number rows", tasks().map(part -> Packed.of(counting.countLines(Packed.read(part, Part.class)))));
        String file = "";
        long before = 0;
        for (int p = 0; p < parts.size(); p++) {
            long[] lines = Packed.read(counts.get(p), long[].class);
            ArrayList<CorpusSlice> numbered = new ArrayList<>();
            for (int s = 0; s < lines.length; s++) {
                CorpusSlice slice = parts.get(p).slices().get(s);
                before = slice.file().equals(file) && slice.from() > 0 ? before : 0;
                numbered.add(lines[s] < 0 ? slice : slice.behind(before));
                before += Math.max(0, lines[s]);
                file = slice.file();
            }
            parts.set(p, new Part(p, numbered));
        }
    }

    private Chosen duplicates(long[] first, long places) {
        int least =
                work.options().nearDuplicate().map(SignatureBands::leastEqual).orElse(Integer.MAX_VALUE);
        Duplicates search = new Duplicates(staging(), first, candidates(), least);
        Marks equal = Marks.of(places);
        collect("find equal documents", search::hashes, Duplicates::behindFirst, equal::set);
        long signed = examined.stream().mapToLong(Examined::signed).sum();
        Marks near = Marks.of(places);
        if (signed > 0) {
            long before = cluster.shuffled();
            Broadcast<Marks> knownEqual = cluster.spark().broadcast(equal);
            Marks company = Marks.of(places);
            collect(
                    "find bands in common",
                    part -> search.bands(part, knownEqual),
                    Duplicates::inCompany,
                    company::set);
            Broadcast<Marks> inCompany = cluster.spark().broadcast(company);
            collect("find near duplicates", part -> search.signatures(part, inCompany), search::near, near::set);
            knownEqual.unpersist();
            inCompany.unpersist();
            notes.add(String.format(
                    Locale.ROOT,
                    "near duplicates: %d bytes shuffled for each of %d documents",
                    (cluster.shuffled() - before) / signed,
                    signed));
        }
        return new Chosen(first, equal, near);
    }

    /** A function that travels. */
    private interface Shipped<A, B> extends Function<A, B>, Serializable {}

    private void collect(
            String what,
            Shipped<Integer, Iterator<Tuple2<byte[], byte[]>>> keys,
            Shipped<Iterator<Tuple2<byte[], byte[]>>, byte[]> found,
            LongConsumer sink) {
        List<Integer> indices = parts.stream().map(Part::index).toList();
        PairFlatMapFunction<Integer, byte[], byte[]> keyed = keys::apply;
        FlatMapFunction<Iterator<Tuple2<byte[], byte[]>>, byte[]> answer =
                sorted -> List.of(found.apply(sorted)).iterator();
        JavaPairRDD<byte[], byte[]> pairs = cluster.spark()
                .parallelize(indices, Math.max(1, indices.size()))
                .flatMapToPair(keyed);
        JavaRDD<byte[]> answers = pairs.repartitionAndSortWithinPartitions(new Keyed.ByKey(reducers()), Keyed.ORDER)
                .mapPartitions(answer);
        cluster.run(what, answers).forEach(packed -> Places.unpack(packed, sink));
    }

    /**
     * Few where there is little to shuffle: each is a task, and copies of a signature in one of them are compressed.
     */
    private int reducers() {
        long documents = examined.stream().mapToLong(Examined::candidates).sum();
        long wanted = work.partitions().orElse(Math.clamp(documents / DOCUMENTS_PER_REDUCER + 1, 1, MOST_REDUCERS));
        return Math.clamp(wanted, 1, Math.clamp(parts.size(), 1, MOST_REDUCERS));
    }

    /**
     * The problem of a corpus that yields nothing.
     *
     * @throws CodaException always
     */
    CodaException nothing() {
        staging().remove();
        return account.nothingKept();
    }
}
