package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.SharedData;
import io.github.coda4j.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Token shards and the sequences packed from them. */
@Tag("slow")
class PackedSequencesTest {
    private static final int EOS = 1;
    private static final int PAD = 0;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static BpeTokenizer small;

    @BeforeAll
    static void makeTokenizer() {
        small = bytesOnly(shared.resolve("t"));
    }

    private static BpeTokenizer bytesOnly(Path target) {
        return TokenizerFolder.write(
                TokenizerFolder.create(target, false),
                BpeTrainer.train(new WordCounts(), 0),
                TokenizerFolder.addedTokens(List.of()));
    }

    private PackedSequences packed(int length, long seed) {
        return PackedSequences.of(TokenShards.open(folder.resolve("s"), Split.TRAIN), length, seed);
    }

    private static int[] document(int first, int length) {
        return IntStream.range(first, first + length).toArray();
    }

    /** All rows of an epoch in the order of the text: by their first token. */
    private static List<int[]> rows(PackedBatch batch, int[][] part) {
        List<int[]> rows = new ArrayList<>();
        for (int b = 0; b < batch.rows(); b++) {
            rows.add(part[b]);
        }
        return rows;
    }

    @Test
    void documents_follow_one_another_and_each_is_a_segment() {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 1000, document(20, 3), document(40, 2), document(60, 1));
        try (PackedSequences sequences = packed(12, 5)) {
            assertThat(sequences.numSequences()).isEqualTo(1);
            PackedBatch batch = sequences.read(0, 1);
            assertThat(batch.ids()[0]).containsExactly(20, 21, 22, EOS, 40, 41, EOS, 60, EOS, PAD, PAD, PAD);
            assertThat(batch.segments()[0]).containsExactly(0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3);
            assertThat(batch.maskable()[0])
                    .containsExactly(true, true, true, true, true, true, true, true, true, false, false, false);
        }
    }

    @Test
    void a_document_longer_than_a_row_fills_consecutive_rows() {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 1000, document(20, 9), document(40, 3));
        try (PackedSequences sequences = packed(4, 5)) {
            PackedBatch batch = sequences.read(0, 4);
            assertThat(rows(batch, batch.ids()))
                    .containsExactlyInAnyOrder(
                            new int[] {20, 21, 22, 23},
                            new int[] {24, 25, 26, 27},
                            new int[] {28, EOS, 40, 41},
                            new int[] {42, EOS, PAD, PAD});
            assertThat(rows(batch, batch.segments()))
                    .containsExactlyInAnyOrder(
                            new int[] {0, 0, 0, 0}, new int[] {0, 0, 0, 0}, new int[] {0, 0, 1, 1}, new int[] {
                                0, 0, 1, 1
                            });
        }
    }

    @Test
    void an_epoch_holds_every_token_once_however_the_shards_are_cut() {
        Random random = new Random(3);
        int[][] documents = new int[60][];
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < documents.length; i++) {
            documents[i] = random.ints(1 + random.nextInt(50), 16, 272).toArray();
            Arrays.stream(documents[i]).forEach(all::add);
            all.add(EOS);
        }
        for (long shardTokens : new long[] {1, 7, 100, 100_000}) {
            Path target = folder.resolve("s" + shardTokens);
            Corpora.write(target, small, Split.TRAIN, shardTokens, documents);
            try (TokenShards shards = TokenShards.open(target, Split.TRAIN)) {
                int[] ids = new int[(int) shards.numTokens()];
                shards.copyIds(0, ids.length, ids);
                assertThat(ids).containsExactly(all.stream().mapToInt(i -> i).toArray());
                assertThat(shards.numDocuments()).isEqualTo(60);
                assertThat(shards.manifest().tokens(Split.TRAIN)).isEqualTo(all.size());
                for (long token = 0; token < shards.numTokens(); token++) {
                    long document = shards.documentOf(token);
                    assertThat(token).isBetween(shards.documentStart(document), shards.documentEnd(document) - 1);
                }
            }
        }
    }

    @Test
    void what_is_read_depends_on_the_position_alone() {
        Corpora.write(
                folder.resolve("s"), small, Split.TRAIN, 300, document(16, 100), document(100, 150), document(30, 90));
        try (PackedSequences sequences = packed(13, 77);
                PackedSequences again = packed(13, 77)) {
            PackedBatch whole = sequences.read(0, 70);
            for (int position : new int[] {69, 3, 26, 27, 0}) {
                PackedBatch one = again.read(position, 1);
                assertThat(one.ids()[0]).isEqualTo(whole.ids()[position]);
                assertThat(one.segments()[0]).isEqualTo(whole.segments()[position]);
            }
        }
    }

    @Test
    void every_epoch_has_another_order_of_the_same_rows_and_every_seed_too() {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 300, document(16, 250), document(16, 250));
        try (PackedSequences sequences = packed(7, 1);
                PackedSequences other = packed(7, 2)) {
            int n = (int) sequences.numSequences();
            List<int[]> first = rows(sequences.read(0, n), sequences.read(0, n).ids());
            List<int[]> second = rows(sequences.read(n, n), sequences.read(n, n).ids());
            List<int[]> otherSeed = rows(other.read(0, n), other.read(0, n).ids());
            assertThat(second).containsExactlyInAnyOrderElementsOf(first);
            assertThat(Arrays.deepEquals(second.toArray(), first.toArray())).isFalse();
            assertThat(Arrays.deepEquals(otherSeed.toArray(), first.toArray())).isFalse();
        }
    }

    @Test
    void a_keyed_permutation_visits_every_place_once_and_mixes_well() {
        for (long size : new long[] {1, 2, 3, 5, 16, 17, 1000, 4097}) {
            KeyedPermutation permutation = new KeyedPermutation(42, size);
            Set<Long> seen = new HashSet<>();
            long kept = 0;
            for (long place = 0; place < size; place++) {
                seen.add(permutation.at(place));
                kept += permutation.at(place) == place ? 1 : 0;
            }
            assertThat(seen).hasSize((int) size);
            assertThat(kept).isLessThan(10);
        }
        assertThat(new KeyedPermutation(1, Long.MAX_VALUE / 2).at(5)).isBetween(0L, Long.MAX_VALUE / 2);
    }

    @Test
    void large_vocabularies_take_four_bytes_per_token() {
        BpeTokenizer real = BpeTokenizer.load(SharedData.codaConfig());
        Corpora.write(folder.resolve("s"), real, Split.TRAIN, 1000, new int[] {151_669, 65_536, 7});
        try (PackedSequences sequences = packed(4, 5)) {
            assertThat(sequences.read(0, 1).ids()[0]).containsExactly(151_669, 65_536, 7, 151_645);
        }
    }

    @Test
    void a_shard_that_changed_since_it_was_written_is_named() throws IOException {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 20, document(20, 30), document(40, 9));
        Path shard = folder.resolve("s/train-00001.tokens");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[4] ^= 1;
        Files.write(shard, bytes);
        assertThatThrownBy(() -> packed(4, 5))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("train-00001.tokens changed since it was written")
                .hasMessageContaining("coda data tokenize");
        Files.writeString(shard, "version https://git-lfs.github.com/spec/v1\noid sha256:7\nsize 9\n");
        assertThatThrownBy(() -> packed(4, 5)).hasMessageStartingWith(shard + " is a Git LFS pointer");
        Files.delete(shard);
        assertThatThrownBy(() -> packed(4, 5))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("train-00001.tokens");
    }

    @Test
    void a_broken_or_missing_manifest_is_named() throws IOException {
        assertThatThrownBy(() -> packed(4, 5))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("no folder of token shards");
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 20, document(20, 30));
        Path manifest = folder.resolve("s/manifest.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("vocab_size", "vocab_sise"));
        assertThatThrownBy(() -> packed(4, 5))
                .hasMessageEndingWith("manifest.json: unknown key \"vocab_sise\"; did you mean \"vocab_size\"?");
        Files.writeString(manifest, text.replace("\"vocab_size\"", "\"colour\" : 1, \"vocab_size\""));
        assertThatThrownBy(() -> packed(4, 5)).hasMessageContaining("manifest.json: unknown key \"colour\"; known: ");
        Files.writeString(manifest, text.replace("\"token_bytes\": 2", "\"token_bytes\": 3"));
        assertThatThrownBy(() -> packed(4, 5)).hasMessageContaining("token_bytes must be 2 or 4");
    }

    @Test
    void an_empty_split_and_an_empty_corpus_are_refused() {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 20, document(20, 30));
        assertThatThrownBy(() -> TokenShards.open(folder.resolve("s"), Split.HELD_OUT))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("--held-out");
        assertThatThrownBy(() -> Corpora.write(folder.resolve("e"), small, Split.TRAIN, 20))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("the corpus has no documents");
        assertThat(folder.resolve("e")).doesNotExist();
    }

    @Test
    void another_tokenizer_or_model_is_refused() {
        Corpora.write(folder.resolve("s"), small, Split.TRAIN, 20, document(20, 30));
        Manifest manifest = Manifest.read(folder.resolve("s"));
        manifest.requireTokenizer(bytesOnly(folder.resolve("same")), folder);
        assertThatThrownBy(() -> manifest.requireTokenizer(Corpora.tokenizer(folder.resolve("t"), 300), folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("another tokenizer (272 ids");
        manifest.requireVocabulary(320, 2);
        assertThatThrownBy(() -> manifest.requireVocabulary(271, 2)).hasMessageContaining("between 272 and 4368");
        assertThatThrownBy(() -> manifest.requireVocabulary(8192, 2)).hasMessageContaining("between 272 and 4368");
        assertThatThrownBy(() -> manifest.requireVocabulary(272, 5)).hasMessageContaining("mask_token_id is 5");
    }
}
