package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.coda4j.CodaException;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.text.AddedToken;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.text.ByteLevelAlphabet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training of byte-level tokenizers. */
class BpeTrainerTest {
    @TempDir
    Path folder;

    @Test
    void merges_the_most_frequent_pair_first() {
        BpeTrainer.Result result = BpeTrainer.train(Corpora.count(List.of("low low low lower newest newest")), 4);
        assertThat(result.tokens().subList(256, 260).stream().map(ByteLevelAlphabet::write))
                .containsExactly("lo", "low", "Ġlow", "Ġn");
    }

    @Test
    void finds_what_counting_anew_after_every_merge_finds() {
        Random random = new Random(7);
        for (int round = 0; round < 30; round++) {
            StringBuilder text = new StringBuilder();
            String alphabet = round % 2 == 0 ? "ab" : "abc é\n";
            for (int i = 0; i < 400; i++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                text.append(random.nextInt(6) == 0 ? " " : "");
            }
            WordCounts counts = Corpora.count(List.of(text.toString()));
            assertThat(BpeTrainer.train(counts, 40).merges())
                    .as(text.toString())
                    .isEqualTo(plain(counts, 40));
        }
    }

    @Test
    void gives_the_same_merges_however_the_corpus_is_cut() {
        List<String> texts = Corpora.python();
        WordCounts parts = new WordCounts();
        for (int i = texts.size() - 1; i >= 0; i--) {
            parts.addAll(Corpora.count(List.of(texts.get(i))));
        }
        assertThat(BpeTrainer.train(parts, 500).merges())
                .isEqualTo(BpeTrainer.train(Corpora.count(texts), 500).merges());
    }

    @Test
    void forgets_the_rarest_pieces_when_there_are_too_many() {
        WordCounts counts = new WordCounts(50);
        for (int i = 0; i < 400; i++) {
            counts.addText("often word" + (char) ('a' + i % 26) + (char) ('a' + i / 26));
        }
        assertThat(counts.size()).isLessThanOrEqualTo(100);
        counts.forEach((piece, count) -> {
            if (piece.equals("often")) {
                assertThat(count).isEqualTo(400);
            }
        });
    }

    @Tag("slow")
    @Test
    void the_tokenizer_has_the_size_that_was_asked_for_and_the_special_ids_of_the_presets() {
        BpeTokenizer tokenizer = Corpora.tokenizer(folder.resolve("t"), 1024);
        ModelConfig mini = ModelConfig.preset("coda-mini");
        assertThat(tokenizer.vocabSize()).isEqualTo(1024);
        assertThat(tokenizer.specialTokens().requireMask()).isEqualTo(mini.maskId());
        assertThat(tokenizer.specialTokens().pad()).isEqualTo(mini.padId());
        assertThat(tokenizer.specialTokens().eos().stream().boxed()).containsExactlyElementsOf(mini.eosIds());
        for (String token : List.of("<|im_start|>", "<|fim_prefix|>", "<think>", "</tool_call>")) {
            assertThat(tokenizer.encode(token)).as(token).hasSize(1);
        }
        assertThat(tokenizer.isSpecial(tokenizer.idOf("<think>").orElseThrow())).isFalse();
        assertThat(tokenizer.isSpecial(tokenizer.idOf("<|im_start|>").orElseThrow()))
                .isTrue();
    }

    @Tag("slow")
    @Test
    void the_hugging_face_library_loads_the_tokenizer_and_encodes_alike() throws Exception {
        BpeTokenizer ours = Corpora.tokenizer(folder.resolve("t"), 2000);
        List<String> texts = new ArrayList<>(Corpora.javaSources());
        texts.addAll(Corpora.python().subList(0, 1500));
        texts.addAll(List.of(
                "<|im_start|>user\nüber 12345 naïve 日本語 e\u0301 \uD83D\uDE00<|im_end|>\n<think>\n\n</think>",
                "x = 0x1F  # \t tabs\r\n\r\n  '''s' 'LL <|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
                "",
                " ".repeat(301) + "\n".repeat(13),
                "-".repeat(500)));
        try (HuggingFaceTokenizer theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(folder.resolve("t/tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .optAddSpecialTokens(false)
                .build()) {
            Encoding[] expected = theirs.batchEncode(texts, false, false);
            for (int i = 0; i < expected.length; i++) {
                int[] ids = LongStream.of(expected[i].getIds())
                        .mapToInt(Math::toIntExact)
                        .toArray();
                assertThat(ours.encode(texts.get(i))).as(texts.get(i)).isEqualTo(ids);
                assertThat(ours.decode(ids)).isEqualTo(theirs.decode(expected[i].getIds(), false));
            }
        }
    }

    @Test
    void a_corpus_that_is_too_small_for_the_size_is_refused_with_the_size_it_gives() {
        List<AddedToken> added = TokenizerFolder.addedTokens(List.of());
        assertThatThrownBy(() -> TokenizerFolder.train(Corpora.count(List.of("aaaa bb aaaa")), added, 8192))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("too little text for 8192 tokens")
                .hasMessageContaining("--size 27");
        assertThatThrownBy(() -> TokenizerFolder.train(new WordCounts(), added, 271))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("272 or more");
    }

    @Test
    void further_special_tokens_get_ids_behind_the_others() {
        List<AddedToken> added = TokenizerFolder.addedTokens(List.of("<|x|>"));
        assertThat(added.getLast()).isEqualTo(new AddedToken(16, "<|x|>", true));
        assertThatThrownBy(() -> TokenizerFolder.addedTokens(List.of("<|mask|>")))
                .hasMessageContaining("'<|mask|>' is there already");
    }

    @Test
    void an_older_tokenizer_is_only_replaced_when_asked() {
        List<AddedToken> added = TokenizerFolder.addedTokens(List.of());
        BpeTrainer.Result trained = BpeTrainer.train(new WordCounts(), 0);
        Path target = folder.resolve("t");
        TokenizerFolder.write(TokenizerFolder.create(target, false), trained, added);
        assertThatThrownBy(() -> TokenizerFolder.write(TokenizerFolder.create(target, false), trained, added))
                .hasMessageContaining("exists and is not empty");
        TokenizerFolder.write(TokenizerFolder.create(target, true), trained, added);
        assertThat(Files.exists(target.resolve("tokenizer_config.json"))).isTrue();
    }

    /** Counts all pairs again after every merge; a pair whose bytes a token has already is passed over. */
    private static List<BpeTrainer.Merge> plain(WordCounts counts, int numMerges) {
        Map<List<Integer>, Long> words = new HashMap<>();
        counts.forEach((piece, count) -> {
            List<Integer> word = new ArrayList<>();
            for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                word.add(b & 0xFF);
            }
            words.merge(word, count, Long::sum);
        });
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf((char) b));
        }
        List<BpeTrainer.Merge> merges = new ArrayList<>();
        List<Map.Entry<List<Integer>, Long>> now = new ArrayList<>(words.entrySet());
        while (merges.size() < numMerges) {
            Map<Long, Long> pairs = new TreeMap<>();
            for (var word : now) {
                for (int i = 0; i + 1 < word.getKey().size(); i++) {
                    int left = word.getKey().get(i);
                    int right = word.getKey().get(i + 1);
                    if (!tokens.contains(tokens.get(left) + tokens.get(right))) {
                        pairs.merge((long) left << 32 | right, word.getValue(), Long::sum);
                    }
                }
            }
            long best = -1;
            long most = 1;
            for (var pair : pairs.entrySet()) {
                if (pair.getValue() > most) {
                    best = pair.getKey();
                    most = pair.getValue();
                }
            }
            if (best < 0) {
                break;
            }
            int left = (int) (best >> 32);
            int right = (int) best;
            merges.add(new BpeTrainer.Merge(left, right));
            tokens.add(tokens.get(left) + tokens.get(right));
            List<Map.Entry<List<Integer>, Long>> after = new ArrayList<>();
            for (var word : now) {
                List<Integer> merged = new ArrayList<>();
                for (int i = 0; i < word.getKey().size(); i++) {
                    boolean here = i + 1 < word.getKey().size()
                            && word.getKey().get(i) == left
                            && word.getKey().get(i + 1) == right;
                    merged.add(here ? tokens.size() - 1 : word.getKey().get(i));
                    i += here ? 1 : 0;
                }
                after.add(Map.entry(merged, word.getValue()));
            }
            now = after;
        }
        return merges;
    }
}
