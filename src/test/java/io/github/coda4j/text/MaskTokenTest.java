package io.github.coda4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.SharedData;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskTokenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Tag("slow")
    @Test
    void the_tokenizer_of_qwen3_gets_the_mask_of_coda() throws IOException {
        Path coda = SharedData.codaConfig();
        ObjectNode tokenizer = (ObjectNode) JSON.readTree(Files.readAllBytes(coda.resolve("tokenizer.json")));
        ArrayNode added = (ArrayNode) tokenizer.get("added_tokens");
        added.removeIf(token -> token.get("content").textValue().equals("<|mask|>"));
        ((ObjectNode) tokenizer.at("/model/vocab")).remove("<|mask|>");
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(coda.resolve("tokenizer_config.json")));
        config.remove("mask_token");
        ((ObjectNode) config.get("added_tokens_decoder")).remove("151669");
        Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
        assertThat(BpeTokenizer.load(folder).specialTokens().mask()).isEmpty();

        write(MaskToken.addTo(folder));
        BpeTokenizer made = BpeTokenizer.load(folder);
        assertThat(made.specialTokens()).isEqualTo(BpeTokenizer.load(coda).specialTokens());
        assertThat(made.encode("a <|mask|> b")).contains(151669);
        assertThat(MaskToken.addTo(folder)).isEmpty();
    }

    @Test
    void a_token_of_that_name_without_the_role_gets_the_role() throws IOException {
        ToyCheckpoint.writeTokenizer(folder, 7);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": \"<|im_end|>\"}");
        Map<String, String> files = MaskToken.addTo(folder);
        assertThat(files).containsOnlyKeys("tokenizer_config.json", "special_tokens_map.json");
        write(files);
        assertThat(BpeTokenizer.load(folder).specialTokens().mask()).hasValue(7);
        assertThat(BpeTokenizer.load(folder).specialTokens().eos()).hasValue(ToyCheckpoint.END);
    }

    @Test
    void a_folder_without_a_tokenizer_is_refused() {
        assertThatThrownBy(() -> MaskToken.addTo(folder)).isInstanceOf(CodaException.class);
    }

    private void write(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }
}
