package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.SharedData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tokenizer of CoDA-1.7B does what three other implementations do. */
class TokenizerGoldenTest {
    private static BpeTokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = BpeTokenizer.load(SharedData.codaConfig());
    }

    @Test
    void encodes_every_golden_text_to_its_ids() {
        List<JsonNode> cases = Goldens.cases("tokenizer/encode.json");
        assertThat(cases).hasSize(532);
        for (JsonNode c : cases) {
            String text = c.get("text").textValue();
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(Goldens.ints(c.get("ids")));
        }
    }

    @Test
    void decodes_every_golden_text_with_and_without_special_tokens() {
        for (JsonNode c : Goldens.cases("tokenizer/encode.json")) {
            int[] ids = Goldens.ints(c.get("ids"));
            String decoded = c.get("decoded").textValue();
            assertThat(tokenizer.decode(ids)).isEqualTo(decoded);
            assertThat(tokenizer.decode(ids, true))
                    .isEqualTo(c.path("decoded_skip_special").asText(decoded));
        }
    }

    @Test
    void streams_every_golden_answer_in_the_golden_chunks() {
        List<JsonNode> cases = Goldens.cases("tokenizer/decode_incremental.json");
        assertThat(cases).hasSize(80);
        for (JsonNode c : cases) {
            int[] ids = Goldens.ints(c.get("ids"));
            StreamingDetokenizer stream = new StreamingDetokenizer(tokenizer, false);
            List<String> chunks = new ArrayList<>();
            for (int id : ids) {
                chunks.add(stream.accept(id));
            }
            assertThat(chunks).as(c.toString()).isEqualTo(strings(c.get("chunks")));
            assertThat(stream.flush()).as(c.toString()).isEqualTo(c.get("flush").textValue());
        }
    }

    @Test
    void decodes_every_golden_prefix_of_an_answer() {
        for (JsonNode c : Goldens.cases("tokenizer/decode_incremental.json")) {
            int[] ids = Goldens.ints(c.get("ids"));
            List<String> prefixes = new ArrayList<>();
            List<String> bytes = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                prefixes.add(tokenizer.decode(Arrays.copyOf(ids, i + 1)));
                bytes.add(HexFormat.of().formatHex(tokenizer.tokenBytes(ids[i])));
            }
            assertThat(prefixes).as(c.toString()).isEqualTo(strings(c.get("prefix_decoded")));
            assertThat(bytes).isEqualTo(strings(c.get("token_bytes")));
            assertThat(tokenizer.decode(ids)).isEqualTo(c.get("decoded").textValue());
            assertThat(tokenizer.decode(ids, true))
                    .isEqualTo(c.get("decoded_skip_special").textValue());
        }
    }

    @Test
    void knows_every_golden_token_by_id_and_by_name() {
        List<JsonNode> cases = Goldens.cases("tokenizer/vocab_sample.json");
        assertThat(cases).hasSize(159);
        List<Integer> added =
                tokenizer.addedTokens().stream().map(AddedToken::id).toList();
        for (JsonNode c : cases) {
            int id = c.get("id").intValue();
            String token = c.get("token").textValue();
            assertThat(tokenizer.token(id)).isEqualTo(token);
            assertThat(tokenizer.idOf(token)).hasValue(id);
            assertThat(HexFormat.of().formatHex(tokenizer.tokenBytes(id)))
                    .isEqualTo(c.get("bytes").textValue());
            assertThat(tokenizer.isSpecial(id))
                    .as(token)
                    .isEqualTo(c.get("special").booleanValue());
            assertThat(added.contains(id)).as(token).isEqualTo(c.get("added").booleanValue());
        }
        JsonNode file = Goldens.json("tokenizer/vocab_sample.json");
        assertThat(tokenizer.vocabSize())
                .isEqualTo(file.get("vocab_size_with_added").intValue());
        tokenizer.checkFits(file.get("model_vocab_size").intValue());
    }

    @Test
    void names_the_special_tokens_of_the_files() {
        SpecialTokens special = tokenizer.specialTokens();
        assertThat(special.requireMask()).isEqualTo(151669);
        assertThat(special.requirePad()).isEqualTo(151643);
        assertThat(special.requireEos()).isEqualTo(151645);
        assertThat(special.bos()).hasValue(151645);
    }

    private static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(node -> values.add(node.textValue()));
        return values;
    }
}
