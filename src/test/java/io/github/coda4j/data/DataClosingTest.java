package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DataClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("ShardFile", folder -> {
                    ShardFile file = new ShardFile(folder.resolve("x"));
                    file.put64(1);
                    return file;
                }),
                new Case(
                        "ShardWriter",
                        folder -> new ShardWriter(folder, Split.TRAIN, 0, Manifest.Content.INSTRUCTIONS, 100)),
                new Case("ParquetRows", _ -> ParquetRows.open(new LocalStore(), Corpora.parquet("rows-snappy"))),
                new Case(
                        "ParquetRows$Ranges",
                        _ -> new ParquetRows.Ranges(
                                new LocalStore(), Corpora.parquet("rows-zstd").file(), 1)),
                new Case("OrderedWorkers", _ -> new OrderedWorkers(2)),
                new Case("ShardFolderWriter", folder -> {
                    ShardFolderWriter writer = writer(folder, Manifest.Content.TEXT);
                    writer.append(Split.TRAIN, new int[] {20, 21}, new boolean[0]);
                    return writer;
                }),
                new Case("TokenShards", folder -> shards(folder, Manifest.Content.TEXT)),
                new Case("PackedSequences", folder -> PackedSequences.of(shards(folder, Manifest.Content.TEXT), 4, 1)),
                new Case(
                        "InstructionSequences",
                        folder -> InstructionSequences.of(shards(folder, Manifest.Content.INSTRUCTIONS), 4, 1)),
                new Case(
                        "MixedSequences",
                        folder -> new MixedSequences(
                                InstructionSequences.of(shards(folder, Manifest.Content.INSTRUCTIONS), 4, 1),
                                PackedSequences.of(shards(folder.resolve("text"), Manifest.Content.TEXT), 4, 1),
                                0.5)));
    }

    private static ShardFolderWriter writer(Path folder, Manifest.Content kind) {
        BpeTokenizer bytes = TokenizerFolder.write(
                TokenizerFolder.create(folder.resolve("t"), false),
                BpeTrainer.train(new WordCounts(), 0),
                TokenizerFolder.addedTokens(List.of()));
        return ShardFolderWriter.create(folder.resolve("s"), kind, bytes, 0, 100, false);
    }

    private static TokenShards shards(Path folder, Manifest.Content kind) {
        try (ShardFolderWriter writer = writer(folder, kind)) {
            boolean[] answers = kind == Manifest.Content.TEXT ? new boolean[0] : new boolean[] {false, true};
            writer.append(Split.TRAIN, new int[] {20, 21}, answers);
            writer.finish(new Account());
        }
        return TokenShards.open(folder.resolve("s"), Split.TRAIN);
    }

    @Test
    void work_that_never_began_is_cancelled_by_closing() throws Exception {
        OrderedWorkers workers = new OrderedWorkers(1);
        CountDownLatch begun = new CountDownLatch(1);
        OrderedWorkers.Lane<Integer> lane = workers.lane(_ -> {});
        lane.submit(1, () -> {
            begun.countDown();
            Thread.sleep(60_000);
            return 1;
        });
        lane.submit(1, () -> 2);
        begun.await();
        workers.close();
        assertThatThrownBy(lane::finish).hasRootCauseInstanceOf(InterruptedException.class);
        assertThatThrownBy(lane::finish).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
