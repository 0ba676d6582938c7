package io.github.coda4j.spark;

import io.github.coda4j.data.Split;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Run;
import io.github.coda4j.spark.Messages.ShardTask;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which documents each shard holds: a shard ends behind the document with which it has enough tokens, as when one
 * process writes them one after another. Only of parts in which a shard ends the lengths of documents are read.
 */
final class ShardPlan {
    private final Staging staging;
    private final long shardTokens;
    private final List<ShardTask> shards = new ArrayList<>();
    private ArrayList<Run> open = new ArrayList<>();
    private long tokens;
    private int number;

    private ShardPlan(Staging staging, long shardTokens) {
        this.staging = staging;
        this.shardTokens = shardTokens;
    }

    /** @param parts in their order */
    static List<ShardTask> of(Staging staging, List<Encoded> parts, long shardTokens) {
        ShardPlan plan = new ShardPlan(staging, shardTokens);
        for (Split split : Split.values()) {
            plan.number = 0;
            parts.forEach(part -> plan.add(part.part(), split, part.tokens(split)));
            plan.end(split);
        }
        return plan.shards;
    }

    private void add(int part, Split split, long partTokens) {
        if (partTokens == 0) {
            return;
        }
        if (tokens + partTokens < shardTokens) {
            open.add(new Run(part, 0, 0, Integer.MAX_VALUE));
            tokens += partTokens;
            return;
        }
        Path file = staging.path(Staging.lengths(part, split));
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int documents = (int) (Files.size(file) / Integer.BYTES);
            long at = 0;
            long runToken = 0;
            int runDocument = 0;
            for (int document = 0; document < documents; document++) {
                int length = in.readInt();
                at += length;
                tokens += length;
                if (tokens >= shardTokens) {
                    open.add(new Run(part, runToken, runDocument, document + 1 - runDocument));
                    end(split);
                    runToken = at;
                    runDocument = document + 1;
                }
            }
            if (runDocument < documents) {
                open.add(new Run(part, runToken, runDocument, documents - runDocument));
            }
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    private void end(Split split) {
        if (!open.isEmpty()) {
            shards.add(new ShardTask(split, number++, open));
        }
        open = new ArrayList<>();
        tokens = 0;
    }
}
