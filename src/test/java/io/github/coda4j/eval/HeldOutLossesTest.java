package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.BpeTrainer;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardFolderWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.data.TokenizerFolder;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutLossesTest {
    @TempDir
    Path folder;

    @Test
    void a_model_that_sees_nothing_behind_a_block_has_no_such_losses() {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(Goldens.path("families/stable-diffcoder"));
                TokenShards shards = shards()) {
            HeldOutLosses losses = new HeldOutLosses(shards, 16, 1, 4, 0);
            assertThatThrownBy(() -> losses.of(checkpoint, (_, _) -> {}))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("stable-diffcoder")
                    .hasMessageContaining("block-causal");
        }
    }

    private TokenShards shards() {
        BpeTokenizer bytes = TokenizerFolder.write(
                TokenizerFolder.create(folder.resolve("t"), false),
                BpeTrainer.train(new WordCounts(), 0),
                TokenizerFolder.addedTokens(List.of()));
        Path shards = folder.resolve("s");
        try (ShardFolderWriter writer = ShardFolderWriter.create(shards, Manifest.Content.TEXT, bytes, 0, 100, false)) {
            writer.append(Split.TRAIN, new int[32], new boolean[0]);
            writer.finish(new Account());
        }
        return TokenShards.open(shards, Split.TRAIN);
    }
}
