package io.github.coda4j.spark;

import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.spark.Messages.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Counts pieces of text for a tokenizer. Counts are added up by a shuffle; of more distinct pieces than
 * {@link WordCounts} holds the rarest are left out.
 */
record CountJob(CorpusEngine.Work work, long sampleBytes, Path beside) {
    CorpusEngine.Counted run(CorpusReader.Listener listener) {
        try (Cluster cluster = Cluster.open(work, listener)) {
            CorpusJob job = CorpusJob.open(cluster, work, beside, "counts " + sampleBytes, List.of());
            PartTask task = PartTask.of(job);
            WordCounts counts = counts(job, task, job.choose(task::examine));
            job.staging().remove();
            return new CorpusEngine.Counted(counts, job.account(), job.notes());
        }
    }

    private WordCounts counts(CorpusJob job, PartTask task, Chosen chosen) {
        long total = job.parts().stream()
                .flatMap(part -> part.slices().stream())
                .mapToLong(CorpusSlice::bytes)
                .sum();
        double share = Math.min(1, (double) sampleBytes / Math.max(1, total));
        long[] first = chosen.firstPlaces();
        long[] candidates = job.candidates();
        Cluster cluster = job.cluster();
        Broadcast<Marks> equal = cluster.spark().broadcast(chosen.equal());
        Broadcast<Marks> near = cluster.spark().broadcast(chosen.near());
        JavaPairRDD<String, Long> each = job.tasks().flatMapToPair(packed -> {
            Part part = Packed.read(packed, Part.class);
            WordCounts counts = new WordCounts();
            Account account = task.count(
                    part, candidates[part.index()], new Chosen(first, equal.value(), near.value()), share, counts);
            task.files().staging().done("counted", part.index(), account);
            return pairs(counts);
        });
        JavaPairRDD<String, Long> sums = each.reduceByKey(Long::sum).persist(StorageLevel.DISK_ONLY());
        cluster.run("count pieces", answers(sums, 0));
        for (Part part : job.parts()) {
            job.account().add(account(job, part.index()));
        }
        long limit = 0;
        for (long rare = 1; sums.filter(above(limit)).count() > 2L * WordCounts.DEFAULT_CAPACITY; rare *= 2) {
            limit = rare;
        }
        WordCounts counts = new WordCounts();
        sums.filter(above(limit)).toLocalIterator().forEachRemaining(pair -> counts.add(pair._1(), pair._2()));
        return counts;
    }

    private static org.apache.spark.api.java.function.Function<Tuple2<String, Long>, Boolean> above(long limit) {
        return pair -> pair._2() > limit;
    }

    private static JavaRDD<byte[]> answers(JavaPairRDD<String, Long> sums, int nothing) {
        return sums.mapPartitions(pairs -> {
            pairs.forEachRemaining(_ -> {});
            return List.of(new byte[nothing]).iterator();
        });
    }

    private static Iterator<Tuple2<String, Long>> pairs(WordCounts counts) {
        List<Tuple2<String, Long>> pairs = new ArrayList<>(counts.size());
        counts.forEach((piece, count) -> pairs.add(new Tuple2<>(piece, count)));
        return pairs.iterator();
    }

    private static Account account(CorpusJob job, int part) {
        return job.staging().done("counted", part, Account.class).orElseThrow();
    }
}
