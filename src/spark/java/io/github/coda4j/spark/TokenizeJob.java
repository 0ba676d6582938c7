package io.github.coda4j.spark;

import io.github.coda4j.data.Comments;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardFolderWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.WholeFolder;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Part;
import io.github.coda4j.spark.Messages.ShardTask;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ChatTemplate;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/** Makes a folder of token shards. */
record TokenizeJob(
        CorpusEngine.Work work,
        CorpusEngine.Content content,
        Path tokenizerFolder,
        Path out,
        long shardTokens,
        boolean overwrite) {
    /** Makes tokens of what stays of one part, on an executor. */
    private interface Encoding extends Serializable {
        Encoded encode(Part part, long candidates, Chosen chosen);
    }

    CorpusEngine.Tokenized run(CorpusReader.Listener listener) {
        ShippedTokenizer shipped = ShippedTokenizer.of(tokenizerFolder);
        BpeTokenizer tokenizer = BpeTokenizer.load(tokenizerFolder);
        if (content instanceof CorpusEngine.Instructions) {
            ChatTemplate.forCheckpoint(tokenizerFolder); // is refused before the work
        }
        try (WholeFolder folder = ShardFolderWriter.folder(out, tokenizer, shardTokens, overwrite);
                Cluster cluster = Cluster.open(work, listener)) {
            String what = "shards " + content + " " + shardTokens;
            CorpusJob job = CorpusJob.open(cluster, work, out, what, shipped.contents());
            List<Encoded> encoded = encoded(job, cluster.spark().broadcast(shipped));
            encoded.forEach(part -> job.account().add(part.account()));
            if (encoded.stream().mapToLong(part -> part.tokens(Split.TRAIN)).sum() == 0) {
                throw job.nothing();
            }
            List<Manifest.Shard> shards = assemble(job, encoded, tokenizer.vocabSize());
            Manifest manifest = Manifest.of(kind(), tokenizer, work.heldOut(), shards, job.account());
            publish(folder, manifest, job.staging());
            return new CorpusEngine.Tokenized(manifest, job.account(), job.notes());
        }
    }

    private Manifest.Content kind() {
        return switch (content) {
            case CorpusEngine.Text _ -> Manifest.Content.TEXT;
            case CorpusEngine.Instructions _ -> Manifest.Content.INSTRUCTIONS;
        };
    }

    private List<Encoded> encoded(CorpusJob job, Broadcast<ShippedTokenizer> tokenizer) {
        return switch (content) {
            case CorpusEngine.Text text -> {
                PartTask task = PartTask.of(job);
                Comments kept = text.comments();
                yield encoded(
                        job,
                        job.choose(task::examine),
                        (part, candidates, chosen) -> task.encode(
                                part, candidates, chosen, tokenizer.value().get(), kept));
            }
            case CorpusEngine.Instructions how -> {
                InstructionTask task = InstructionTask.of(job, how, tokenizer);
                yield encoded(job, job.choose(task::examine), task::encode);
            }
        };
    }

    private static List<Encoded> encoded(CorpusJob job, Chosen chosen, Encoding encoding) {
        long[] first = chosen.firstPlaces();
        long[] candidates = job.candidates();
        Broadcast<Marks> equal = job.cluster().spark().broadcast(chosen.equal());
        Broadcast<Marks> near = job.cluster().spark().broadcast(chosen.near());
        return job
                .cluster()
                .run("tokenize", job.tasks().map(packed -> {
                    Part part = Packed.read(packed, Part.class);
                    Chosen here = new Chosen(first, equal.value(), near.value());
                    return Packed.of(encoding.encode(part, candidates[part.index()], here));
                }))
                .stream()
                .map(bytes -> Packed.read(bytes, Encoded.class))
                .toList();
    }

    private List<Manifest.Shard> assemble(CorpusJob job, List<Encoded> encoded, int vocabSize) {
        ShardAssembly assembly = new ShardAssembly(job.staging(), kind(), vocabSize);
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
