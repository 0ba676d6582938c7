package io.github.coda4j.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.text.ByteLevelAlphabet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A golden model with a tokenizer beside it: one token per byte from id {@link #FIRST_BYTE} on. */
public final class ToyCheckpoint {
    public static final int PAD = 0;
    public static final int END = 1;
    public static final int MASK = 5;
    public static final int FIRST_BYTE = 10;

    private ToyCheckpoint() {}

    /** Copies the golden model {@code a-untied} into the folder and writes tokenizer.json and tokenizer_config.json. */
    public static Path write(Path folder) throws IOException {
        Path golden = Goldens.path("model/a-untied");
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(golden.resolve(name), folder.resolve(name));
        }
        writeTokenizer(folder, MASK);
        return folder;
    }

    /** Writes the tokenizer's files with the mask at that id. */
    public static void writeTokenizer(Path folder, int maskId) throws IOException {
        Map<String, Integer> vocabulary = new TreeMap<>();
        for (int b = 0; b < 256; b++) {
            vocabulary.put(String.valueOf(ByteLevelAlphabet.charOf(b)), FIRST_BYTE + b);
        }
        Map<String, Object> byteLevel = Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", true);
        List<Map<String, Object>> added = Stream.of(
                        Map.entry("<|endoftext|>", PAD), Map.entry("<|im_end|>", END), Map.entry("<|mask|>", maskId))
                .map(token ->
                        Map.<String, Object>of("id", token.getValue(), "content", token.getKey(), "special", true))
                .toList();
        write(
                folder.resolve("tokenizer.json"),
                Map.of(
                        "added_tokens",
                        added,
                        "pre_tokenizer",
                        byteLevel,
                        "decoder",
                        byteLevel,
                        "model",
                        Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of())));
        write(
                folder.resolve("tokenizer_config.json"),
                Map.of("mask_token", "<|mask|>", "eos_token", "<|im_end|>", "pad_token", "<|endoftext|>"));
    }

    private static void write(Path file, Object json) throws IOException {
        Files.writeString(file, new ObjectMapper().writeValueAsString(json));
    }
}
