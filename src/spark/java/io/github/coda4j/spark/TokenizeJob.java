package io.github.coda4j.spark;

import io.github.coda4j.data.Comments;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardFolderWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenizerFingerprint;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.WholeFolder;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Part;
import io.github.coda4j.spark.Messages.ShardTask;
import io.github.coda4j.spark.PartTask.Chosen;
import io.github.coda4j.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/** Makes a folder of token shards of text. */
record TokenizeJob(
        CorpusEngine.Work work,
        Path tokenizerFolder,
        Comments comments,
        Path out,
        long shardTokens,
        boolean overwrite) {
    CorpusEngine.Tokenized run(CorpusReader.Listener listener) {
        ShippedTokenizer shipped = ShippedTokenizer.of(tokenizerFolder);
        BpeTokenizer tokenizer = BpeTokenizer.load(tokenizerFolder);
        try (WholeFolder folder = ShardFolderWriter.folder(out, overwrite);
                Cluster cluster = Cluster.open(work, listener)) {
            String kind = "shards " + TokenizerFingerprint.of(tokenizer) + " " + comments + " " + shardTokens;
            CorpusJob job = CorpusJob.open(cluster, work, out, kind);
            Chosen chosen = job.choose();
            List<Encoded> encoded = encode(job, chosen, cluster.spark().broadcast(shipped));
            encoded.forEach(part -> part.lines().forEach(job.account()::add));
            if (encoded.stream().mapToLong(part -> part.tokens(Split.TRAIN)).sum() == 0) {
                throw job.nothing();
            }
            List<Manifest.Shard> shards = assemble(job, encoded, tokenizer.vocabSize());
            Manifest manifest = Manifest.of(Manifest.Content.TEXT, tokenizer, work.heldOut(), shards, job.account());
            publish(folder, manifest, job.staging());
            return new CorpusEngine.Tokenized(manifest, job.account(), job.notes());
        }
    }

    private List<Encoded> encode(CorpusJob job, Chosen chosen, Broadcast<ShippedTokenizer> tokenizer) {
        PartTask task = job.task();
        Comments kept = comments;
        long[] first = chosen.firstPlaces();
        long[] candidates = job.candidates();
        Broadcast<Marks> equal = job.cluster().spark().broadcast(chosen.equal());
        Broadcast<Marks> near = job.cluster().spark().broadcast(chosen.near());
        return job
                .cluster()
                .run("tokenize", job.tasks().map(packed -> {
                    Part part = Packed.read(packed, Part.class);
                    return Packed.of(task.encode(
                            part,
                            candidates[part.index()],
                            new Chosen(first, equal.value(), near.value()),
                            tokenizer.value().get(),
                            kept));
                }))
                .stream()
                .map(bytes -> Packed.read(bytes, Encoded.class))
                .toList();
    }

    private List<Manifest.Shard> assemble(CorpusJob job, List<Encoded> encoded, int vocabSize) {
        ShardAssembly assembly = new ShardAssembly(job.staging(), vocabSize);
        List<byte[]> plan = ShardPlan.of(job.staging(), encoded, shardTokens).stream()
                .map(Packed::of)
                .toList();
        return job
                .cluster()
                .run(
                        "write shards",
                        job.cluster()
                                .spark()
                                .parallelize(plan, plan.size())
                                .map(shard -> Packed.of(assembly.write(Packed.read(shard, ShardTask.class)))))
                .stream()
                .map(bytes -> Packed.read(bytes, Manifest.Shard.class))
                .toList();
    }

    /** Moves the shards into the folder and gives it its name: before that nobody sees it. */
    private static void publish(WholeFolder folder, Manifest manifest, Staging staging) {
        for (Manifest.Shard shard : manifest.shards()) {
            for (String file : shard.sha256().keySet()) {
                Path target = folder.file(file);
                try {
                    Files.move(staging.path("shards").resolve(file), target, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    throw FileProblems.cannot("write", target, e);
                }
            }
        }
        manifest.write(folder.file(Manifest.FILE));
        folder.publish();
        staging.remove();
    }
}
