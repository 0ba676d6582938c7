package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.testkit.SharedData;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TokenizerPropertyTest {
    private static BpeTokenizer tokenizer;
    private static Random random;

    @BeforeAll
    static void load() {
        tokenizer = BpeTokenizer.load(SharedData.codaConfig());
        long seed = System.nanoTime();
        System.out.println("TokenizerPropertyTest: random seed " + seed);
        random = new Random(seed);
    }

    @Test
    void decoding_gives_back_the_text_in_nfc() {
        for (int i = 0; i < 2000; i++) {
            String text = randomText();
            assertThat(tokenizer.decode(tokenizer.encode(text)))
                    .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
            assertThat(tokenizer.decode(tokenizer.encodeOrdinary(text)))
                    .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
        }
    }

    @Test
    void streaming_any_ids_gives_what_decoding_them_at_once_gives() {
        for (int i = 0; i < 2000; i++) {
            int[] ids = i % 2 == 0
                    ? tokenizer.encode(randomText())
                    : random.ints(20, 0, i % 4 == 1 ? 256 : 151_936).toArray();
            boolean skipSpecial = random.nextBoolean();
            StreamingDetokenizer stream = new StreamingDetokenizer(tokenizer, skipSpecial);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(stream.accept(id));
            }
            assertThat(text.append(stream.flush())).hasToString(tokenizer.decode(ids, skipSpecial));
            assertThat(stream.flush()).isEmpty();
        }
    }

    @Test
    void bytes_that_cannot_become_a_character_are_not_held_back() {
        for (int[] bytes : new int[][] {{0xE0, 0x80}, {0xF0, 0x8F}, {0xF4, 0x90}, {0xF5}, {0xC1}, {0x80}}) {
            StreamingDetokenizer stream = new StreamingDetokenizer(tokenizer, false);
            StringBuilder shown = new StringBuilder();
            for (int b : bytes) {
                String token = String.valueOf(ByteLevelAlphabet.charOf(b));
                shown.append(stream.accept(tokenizer.idOf(token).orElseThrow()));
            }
            assertThat(shown).hasToString("\uFFFD".repeat(bytes.length));
        }
    }

    @Test
    void ordinary_encoding_never_gives_an_added_token() {
        int firstAdded = tokenizer.addedTokens().getFirst().id();
        String everyToken = String.join(
                "", tokenizer.addedTokens().stream().map(AddedToken::content).toList());
        assertThat(Arrays.stream(tokenizer.encode(everyToken)).boxed())
                .hasSize(27)
                .allMatch(id -> id >= firstAdded);
        assertThat(Arrays.stream(tokenizer.encodeOrdinary(everyToken)).boxed())
                .isNotEmpty()
                .allMatch(id -> id < firstAdded);
        assertThat(tokenizer.decode(tokenizer.encodeOrdinary(everyToken))).isEqualTo(everyToken);
    }

    @Test
    void an_added_token_is_recognised_only_where_no_character_of_it_is_literal() {
        int mask = tokenizer.specialTokens().requireMask();
        MarkedText around = new MarkedText.Builder()
                .trusted("<|mask|>")
                .literal("<|mask|>")
                .trusted("<|mask|>")
                .build();
        int[] ids = tokenizer.encode(around);
        assertThat(ids).startsWith(mask).endsWith(mask).hasSizeGreaterThan(3);
        assertThat(Arrays.stream(ids).filter(id -> id == mask).count()).isEqualTo(2);
        for (int cut = 1; cut < 8; cut++) {
            MarkedText half = new MarkedText.Builder()
                    .trusted("<|mask|>".substring(0, cut))
                    .literal("<|mask|>".substring(cut))
                    .build();
            assertThat(tokenizer.encode(half)).doesNotContain(mask).isEqualTo(tokenizer.encodeOrdinary("<|mask|>"));
        }
    }

    @Test
    void a_lone_surrogate_becomes_the_replacement_character() {
        assertThat(tokenizer.encode("a\uD83Db\uDE00")).isEqualTo(tokenizer.encode("a\uFFFDb\uFFFD"));
        assertThat(tokenizer.decode(tokenizer.encode("\uD83D\uDE00\uD83D"))).isEqualTo("😀\uFFFD");
    }

    @Test
    void negative_ids_and_spans_outside_the_text_are_refused() {
        assertThatThrownBy(() -> tokenizer.decode(5, -1)).hasMessage("a token id must be 0 or more, got -1");
        assertThatThrownBy(() -> tokenizer.tokenBytes(-3)).hasMessage("a token id must be 0 or more, got -3");
        assertThatThrownBy(() -> new StreamingDetokenizer(tokenizer, true).accept(-2))
                .hasMessageContaining("got -2");
        assertThatThrownBy(() -> new MarkedText("abc", List.of(new MarkedText.Span(1, 4))))
                .hasMessageContaining("span [1, 4) is out of order or outside a text of 3 characters");
        assertThatThrownBy(() -> new MarkedText.Span(2, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tokens_handed_out_cannot_be_changed() {
        tokenizer.tokenBytes(0)[0] = 'x';
        assertThat(tokenizer.decode(0)).isEqualTo("!");
    }

    private static String randomText() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(60);
        for (int i = 0; i < length; i++) {
            int limit = new int[] {0x80, 0x80, 0x250, 0x3100, Character.MAX_CODE_POINT + 1}[random.nextInt(5)];
            int c = random.nextInt(limit);
            text.appendCodePoint(Character.getType(c) == Character.SURROGATE ? '\n' : c);
        }
        return text.toString();
    }
}
