package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerWriterTest {
    private static final SpecialTokens MINI =
            new SpecialTokens(OptionalInt.of(2), OptionalInt.of(0), OptionalInt.of(1), OptionalInt.empty());
    private static final SpecialTokens CODA = new SpecialTokens(
            OptionalInt.of(151669), OptionalInt.of(151643), OptionalInt.of(151645), OptionalInt.empty());

    @TempDir
    Path folder;

    @Test
    void bytes_fill_the_free_ids_and_the_roles_keep_theirs() throws IOException {
        BpeTokenizer tokenizer = written(TokenizerWriter.bytes(512, MINI));
        assertThat(tokenizer.specialTokens()).isEqualTo(MINI);
        assertThat(tokenizer.encode("a\u00e9")).containsExactly(3 + 'a', 3 + 0xC3, 3 + 0xA9);
        assertThat(tokenizer.encode("<|mask|><|im_end|><|endoftext|>")).containsExactly(2, 1, 0);
        assertThat(tokenizer.encode("<|im_start|>")).containsExactly(511);
        assertThat(tokenizer.isSpecial(511)).isTrue();
        assertThat(tokenizer.encode("<think>")).hasSize(1);
        assertThat(tokenizer.decode(400)).isEmpty();
    }

    @Test
    void every_byte_of_any_text_has_one_token() throws IOException {
        BpeTokenizer tokenizer = written(TokenizerWriter.bytes(300, MINI));
        String text = "int x = 1;\r\n\t// \u65e5\u672c \uD83D\uDE00\u0000";
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encode(text)).hasSameSizeAs(utf8);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < 300; id++) {
            if (tokenizer.tokenBytes(id).length == 1) {
                ids.add(tokenizer.tokenBytes(id)[0] & 0xFF);
            }
        }
        assertThat(ids).hasSize(256);
    }

    @Test
    void the_tokens_fit_models_of_every_size() throws IOException {
        for (int vocabSize : new int[] {270, 512, 8192}) {
            BpeTokenizer tokenizer = written(TokenizerWriter.bytes(vocabSize, MINI));
            assertThat(tokenizer.vocabSize()).isEqualTo(vocabSize);
            tokenizer.checkFits(vocabSize);
        }
        BpeTokenizer tokenizer = written(TokenizerWriter.bytes(151936, CODA));
        tokenizer.checkFits(151936);
        assertThat(tokenizer.specialTokens()).isEqualTo(CODA);
        assertThat(tokenizer.encode("A<|mask|>")).containsExactly('A', 151669);
    }

    @Test
    void a_vocabulary_that_is_too_small_is_refused() {
        assertThatThrownBy(() -> TokenizerWriter.bytes(269, MINI))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a byte-level tokenizer needs 270 ids (256 bytes and 14 special tokens), the "
                        + "vocabulary has 269");
        assertThatThrownBy(() -> TokenizerWriter.bytes(300, CODA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the id of <|mask|> must be in [0, 300), got 151669");
        SpecialTokens same =
                new SpecialTokens(OptionalInt.of(2), OptionalInt.of(2), OptionalInt.empty(), OptionalInt.empty());
        assertThatThrownBy(() -> TokenizerWriter.bytes(300, same))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tokens '<|mask|>' and '<|endoftext|>' have the same id 2");
    }

    @Test
    void the_hugging_face_library_loads_the_bytes_with_the_same_ids() throws IOException {
        for (int vocabSize : new int[] {300, 8192}) {
            assertSameAsLibrary(TokenizerWriter.bytes(vocabSize, MINI));
        }
        assertSameAsLibrary(TokenizerWriter.bytes(151936, CODA));
    }

    @Test
    void the_hugging_face_library_loads_merges_with_the_same_ids() throws IOException {
        TrainedTokenizer trained = TrainedTokenizer.on("the cat sat on the mat, the end of that thing".repeat(3), 20);
        Map<String, Integer> vocabulary = new HashMap<>();
        trained.vocabulary
                .properties()
                .forEach(entry ->
                        vocabulary.put(entry.getKey(), 3 + entry.getValue().intValue()));
        List<String> merges = new ArrayList<>();
        trained.merges.forEach(merge -> merges.add(merge.textValue()));
        Map<String, String> files = TokenizerWriter.bpe(vocabulary, merges, roleTokens(), MINI);
        assertThat(written(files).encode("the thing").length).isLessThan(6);
        assertSameAsLibrary(files);
    }

    @Test
    void tokenizers_that_contradict_themselves_are_not_written() {
        Map<String, Integer> bytes = new HashMap<>();
        for (int b = 0; b < 256; b++) {
            bytes.put(String.valueOf(ByteLevelAlphabet.charOf(b)), 3 + b);
        }
        assertThatThrownBy(() -> TokenizerWriter.bpe(bytes, List.of("a b"), roleTokens(), MINI))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("the tokenizer to write: merge 0 'a b' makes token 'ab'");
        assertThatThrownBy(
                        () -> TokenizerWriter.bpe(bytes, List.of(), roleTokens().subList(0, 2), MINI))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mask_token has the id 2, which no added token has");
        List<AddedToken> twice = new ArrayList<>(roleTokens());
        twice.add(new AddedToken(700, "<|mask|>", true));
        assertThatThrownBy(() -> TokenizerWriter.bpe(bytes, List.of(), twice, MINI))
                .hasMessage("token '<|mask|>' is there twice");
        List<AddedToken> collides = List.of(new AddedToken(3, "<|x|>", true));
        assertThatThrownBy(() -> TokenizerWriter.bpe(bytes, List.of(), collides, MINI))
                .hasMessageContaining("have the same id 3");
    }

    private static List<AddedToken> roleTokens() {
        return List.of(
                new AddedToken(0, "<|endoftext|>", true),
                new AddedToken(1, "<|im_end|>", true),
                new AddedToken(2, "<|mask|>", true));
    }

    private BpeTokenizer written(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        return BpeTokenizer.load(folder);
    }

    private void assertSameAsLibrary(Map<String, String> files) throws IOException {
        BpeTokenizer ours = written(files);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> pieces =
                new ArrayList<>(List.of("the ", "that", "\n", "x=1", "\u00e9\u65e5", "  ", "\uD83D\uDE00"));
        ours.addedTokens().forEach(token -> pieces.add(token.content()));
        try (HuggingFaceTokenizer theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(folder.resolve("tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .optAddSpecialTokens(false)
                .build()) {
            for (int i = 0; i < 50; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(20); n >= 0; n--) {
                    text.append(pieces.get(random.nextInt(pieces.size())));
                }
                long[] ids = theirs.encode(text.toString(), false, false).getIds();
                int[] own = ours.encode(text.toString());
                assertThat(own)
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(LongStream.of(ids).mapToInt(Math::toIntExact).toArray());
                assertThat(ours.decode(own, true)).isEqualTo(theirs.decode(ids, true));
            }
        }
    }
}
