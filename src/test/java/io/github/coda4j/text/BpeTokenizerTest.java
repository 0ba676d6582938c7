package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading of tokenizers other than CoDA's own file, and what is refused. */
class BpeTokenizerTest {
    @TempDir
    Path folder;

    @Tag("slow")
    @Test
    void vocabulary_and_merges_files_give_the_same_tokenizer_as_tokenizer_json() throws IOException {
        for (String name : List.of("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json")) {
            Files.copy(SharedData.codaConfig().resolve(name), folder.resolve(name));
        }
        BpeTokenizer fromParts = BpeTokenizer.load(folder);
        BpeTokenizer whole = BpeTokenizer.load(SharedData.codaConfig());
        assertThat(fromParts.specialTokens()).isEqualTo(whole.specialTokens());
        assertThat(fromParts.addedTokens()).isEqualTo(whole.addedTokens());
        for (JsonNode c : Goldens.cases("tokenizer/encode.json")) {
            assertThat(fromParts.encode(c.get("text").textValue())).isEqualTo(Goldens.ints(c.get("ids")));
        }
    }

    @Test
    void a_newly_trained_tokenizer_encodes_as_the_original_library_does() throws IOException {
        String text = Files.readString(Path.of("src/main/java/io/github/coda4j/text/ChatTemplate.java"));
        for (boolean pairs : new boolean[] {false, true}) {
            TrainedTokenizer trained = TrainedTokenizer.on(text, 300).addToken(556, "<|end|>", true);
            Path file = (pairs ? trained.mergesAsPairs() : trained).write(folder);
            assertSameAsOriginal(
                    file, text, "<|end|>naïve  \n\n" + text.substring(50).replace('e', 'a'), "a".repeat(700));
        }
    }

    @Test
    void special_tokens_may_stand_in_the_vocabulary_before_the_bytes() throws IOException {
        TrainedTokenizer trained = new TrainedTokenizer(2)
                .merge("a", "b")
                .addToken(0, "<pad>", true)
                .addToken(1, "<end>", true);
        trained.vocabulary.put("<pad>", 0).put("<end>", 1);
        Path file = trained.write(folder);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"pad_token\":\"<pad>\",\"eos_token\":{\"content\":\"<end>\"}}");
        assertSameAsOriginal(file, "ab<end>b<pad>", "<end");
        SpecialTokens special = BpeTokenizer.load(folder).specialTokens();
        assertThat(special.requirePad()).isEqualTo(0);
        assertThat(special.requireEos()).isEqualTo(1);
        assertThat(special.bos()).isEmpty();
        assertThatThrownBy(special::requireMask)
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("the tokenizer has no mask token")
                .hasMessageContaining("\"mask_token\"");
    }

    @Test
    void text_that_the_pattern_leaves_out_is_a_piece_of_its_own() throws IOException {
        Path file = new TrainedTokenizer(0)
                .merge("-", "-")
                .merge("a", "-")
                .split("[ab]+")
                .write(folder);
        assertSameAsOriginal(file, "aa--b-a", "----", "-".repeat(100_000) + "a");
    }

    @Test
    void of_added_tokens_that_start_alike_the_longest_is_taken() throws IOException {
        Path file = new TrainedTokenizer(0)
                .addToken(256, "<x>", true)
                .addToken(257, "<x>y", true)
                .addToken(258, "<x", false)
                .write(folder);
        assertThat(BpeTokenizer.load(folder).encode("<x>y<x><x")).containsExactly(257, 256, 258);
        assertSameAsOriginal(file, "<x>y<x><x", "<<x>yy<");
    }

    @Test
    void a_byte_level_step_with_its_own_pattern_is_gpt2_s() throws IOException {
        TrainedTokenizer trained = new TrainedTokenizer(0).merge("1", "2").merge("Ġ", "1");
        trained.file.set(
                "pre_tokenizer",
                TrainedTokenizer.object(
                        "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}"));
        assertSameAsOriginal(trained.write(folder), "12 12", "it's  12\n");
    }

    @Test
    void added_tokens_of_the_config_join_those_of_tokenizer_json() throws IOException {
        new TrainedTokenizer(0).addToken(256, "<end>", true).write(folder);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"mask_token\":\"<m>\",\"added_tokens_decoder\":{\"256\":{\"content\":\"<end>\",\"special\":true},"
                        + "\"300\":{\"content\":\"<m>\",\"special\":true}}}");
        BpeTokenizer tokenizer = BpeTokenizer.load(folder);
        assertThat(tokenizer.encode("<m><end>")).containsExactly(300, 256);
        assertThat(tokenizer.vocabSize()).isEqualTo(301);
        assertThat(tokenizer.specialTokens().mask()).hasValue(300);
        assertThat(tokenizer.tokenBytes(270)).isEmpty();
        assertThat(tokenizer.decode(270, 256, 4000)).isEqualTo("<end>");
    }

    @Test
    void a_model_with_another_vocabulary_is_refused() {
        new TrainedTokenizer(0).write(folder);
        BpeTokenizer tokenizer = BpeTokenizer.load(folder);
        tokenizer.checkFits(256);
        tokenizer.checkFits(320);
        assertThatThrownBy(() -> tokenizer.checkFits(255))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(
                        "the tokenizer has 256 ids but the model's vocab_size is 255; it must be between 256 and 4352");
        assertThatThrownBy(() -> tokenizer.checkFits(151_936)).hasMessageContaining("151936");
    }

    @Test
    void a_folder_without_a_tokenizer_is_refused_with_what_it_needs() {
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("no tokenizer in " + folder)
                .hasMessageContaining("tokenizer.json, or vocab.json and merges.txt");
    }

    @Test
    void merges_whose_ranks_are_not_the_ids_are_refused() {
        assertRefused(
                t -> t.vocabulary.put("ab", 257).put("cd", 256),
                "merge 0 'a b' makes token 'ab' (id 257), but by its id the next");
        assertRefused(
                t -> t.merges.add("x y"), "merge 3 'x y' makes token 'xy' (id -1), which is not in the vocabulary");
        assertRefused(
                t -> t.merges.insert(2, "a b"), "merge 2 'a b' makes token 'ab' (id 256), which merge 0 makes already");
        assertRefused(t -> t.merges.remove(2), "no merge makes token 'abcd' (id 258)");
        assertRefused(t -> t.merges.insert(0, "ab c"), "merge 0 'ab c' uses token 'ab', which no earlier merge makes");
        assertRefused(
                t -> t.merges.insert(0, "a zz"), "merge 0 'a zz' uses token 'zz', which is not in the vocabulary");
        assertRefused(t -> t.merges.add("ab"), "merge 3 'ab' is not a pair of tokens");
        assertRefused(
                t -> t.merge("b", "c").merge("a", "bc"),
                "the merges never make token 'abc' (id 260) from its own text: merge 'a b'");
        assertRefused(
                t -> t.merge("e", "e").merge("e", "ee"),
                "the merges never make token 'eee' (id 260) from its own text: merge 'e e'");
        assertRefused(t -> t.vocabulary.put("ef", 259), "no merge makes token 'ef' (id 259)");
        assertRefused(t -> t.vocabulary.put("e", 256), "have the same id 256");
        assertRefused(
                t -> t.vocabulary.put("日", 300),
                "token '日' (id 300) holds the character U+65E5, which is not of the byte-level");
        assertRefused(t -> t.vocabulary.put("", 300), "the token with id 300 is the empty string");
        assertRefused(t -> t.vocabulary.put("a", -1), "token 'a' needs an id of 0 or more");
        assertRefused(t -> t.vocabulary.put("a", 5_000_000), "the highest id is 5000000; at most");
        assertRefused(t -> t.vocabulary.remove("Ġ"), "no token stands for byte 0x20 (written 'Ġ')");
    }

    @Test
    void a_last_merge_through_equal_letters_is_accepted() throws IOException {
        Path file = new TrainedTokenizer(0)
                .merge("e", "e")
                .merge("ee", "e")
                .merge("ee", "ee")
                .write(folder);
        assertSameAsOriginal(file, "e", "ee", "eee", "eeee", "eeeee", "e".repeat(777));
    }

    @Test
    void settings_that_would_change_the_ids_are_refused_by_name() {
        assertRefused(t -> t.model.put("type", "Unigram"), "the model has type = \"Unigram\"");
        assertRefused(t -> t.model.put("dropout", 0.1), "dropout = 0.1");
        assertRefused(t -> t.model.put("byte_fallback", true), "byte_fallback = true");
        assertRefused(t -> t.model.put("end_of_word_suffix", "</w>"), "end_of_word_suffix = \"</w>\"");
        assertRefused(t -> t.model.put("new_thing", 1), "new_thing = 1");
        assertRefused(t -> t.model.remove("vocab"), "the model has no vocabulary");
        assertRefused(t -> t.file.put("new_thing", 1), "unknown key 'new_thing'");
        assertRefused(
                t -> t.file.set("normalizer", TrainedTokenizer.object("{'type':'NFKC'}")),
                "the normalizer {\"type\":\"NFKC\"}");
        assertRefused(t -> t.file.putNull("pre_tokenizer"), "the pre_tokenizer null is not supported");
        assertRefused(t -> t.file.putNull("decoder"), "the decoder null is not supported");
        assertRefused(
                t -> t.file.set("post_processor", TrainedTokenizer.object("{'type':'TemplateProcessing'}")),
                "the post_processor {\"type\":\"TemplateProcessing\"} is not supported");
        assertRefused(t -> split(t).put("behavior", "Removed"), "\"behavior\":\"Removed\"");
        assertRefused(t -> t.split("(oops"), "the split pattern '(oops' cannot be used: Unclosed group");
        assertRefused(
                t -> t.addToken(300, "<x>", true).added.forEach(x -> ((ObjectNode) x).put("lstrip", true)),
                "lstrip = true");
        assertRefused(t -> t.addToken('a', "<x>", true), "added token '<x>' (id 97) collides with token 'a' (id 97)");
        assertRefused(
                t -> t.addToken(300, "<x>", true).addToken(301, "<x>", true), "collides with token '<x>' (id 300)");
        assertRefused(
                t -> t.addToken(300, "<x>", true).addToken(300, "<y>", true), "'<x>' and '<y>' have the same id 300");
        assertRefused(t -> t.addToken(-1, "<x>", true), "needs an id of 0 or more and a content");
    }

    @Test
    void broken_files_are_refused_with_the_file_and_the_place() throws IOException {
        Path file = new TrainedTokenizer(0).write(folder);
        String whole = Files.readString(file);
        for (int length : new int[] {0, 1, 20, whole.length() / 2, whole.length() - 1}) {
            assertRefusedFile(whole.substring(0, length), "tokenizer.json");
        }
        assertRefusedFile("[]", "not what a tokenizer.json has there");
        assertRefusedFile(whole + "x", "(line 1, column");
        assertRefusedFile("{\"model\":{\"vocab\":[]}}", "the vocabulary is not what");
        assertRefusedFile("{\"model\":{\"merges\":[[\"a\"]]}}", "the right of merge 0");
        assertRefusedFile("{\"decoder\":null,\"decoder\":null}", "'decoder' stands there twice");
        assertRefusedFile("{\"model\":{\"merges\":[],\"merges\":[]}}", "'model.merges' stands there twice");
        assertRefusedFile("{\"model\":{\"vocab\":{\"a\":0,\"a\":1}}}", "'a' stands twice in the vocabulary");
        Files.write(file, new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'});
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void a_special_token_that_does_not_exist_is_refused() throws IOException {
        new TrainedTokenizer(0).write(folder);
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"mask_token\":\"<|mask|>\"}");
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("the mask_token '<|mask|>' is not among its tokens");
    }

    @Test
    void vocabulary_and_merges_of_another_class_are_refused() throws IOException {
        Files.writeString(folder.resolve("vocab.json"), "{}");
        Files.writeString(folder.resolve("merges.txt"), "");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"GPT2Tokenizer\"}");
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("tokenizer_class is GPT2Tokenizer");
    }

    private static ObjectNode split(TrainedTokenizer trained) {
        return (ObjectNode) trained.file.at("/pre_tokenizer/pretokenizers/0");
    }

    private void assertRefused(Consumer<TrainedTokenizer> change, String reason) {
        TrainedTokenizer trained =
                new TrainedTokenizer(0).merge("a", "b").merge("c", "d").merge("ab", "cd");
        BpeTokenizer.load(trained.write(folder).getParent());
        change.accept(trained);
        Path file = trained.write(folder);
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    private void assertRefusedFile(String json, String reason) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> BpeTokenizer.load(folder))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }

    private void assertSameAsOriginal(Path file, String... texts) throws IOException {
        BpeTokenizer ours = BpeTokenizer.load(file.getParent());
        try (HuggingFaceTokenizer theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(file)
                .optTruncation(false)
                .optPadding(false)
                .optAddSpecialTokens(false)
                .build()) {
            for (String text : texts) {
                long[] ids = theirs.encode(text, false, false).getIds();
                assertThat(ours.encode(text))
                        .isEqualTo(LongStream.of(ids).mapToInt(Math::toIntExact).toArray());
            }
        }
    }
}
