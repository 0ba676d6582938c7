package io.github.coda4j.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tokenizer.json as training on a text gives it, the way the Hugging Face library writes it, for tests to bend and
 * break.
 */
final class TrainedTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int firstId;
    final ObjectNode file = JSON.createObjectNode();
    final ObjectNode model = JSON.createObjectNode();
    final ObjectNode vocabulary = JSON.createObjectNode();
    final ArrayNode merges = JSON.createArrayNode();
    final ArrayNode added = JSON.createArrayNode();

    /** The merges that training on the text finds, after the 256 bytes. */
    static TrainedTokenizer on(String text, int numMerges) {
        TrainedTokenizer trained = new TrainedTokenizer(0);
        Map<List<String>, Integer> words = words(text);
        for (int i = 0; i < numMerges; i++) {
            Map<List<String>, Integer> pairs = new HashMap<>();
            words.forEach((word, count) -> {
                for (int at = 0; at + 1 < word.size(); at++) {
                    pairs.merge(List.copyOf(word.subList(at, at + 2)), count, Integer::sum);
                }
            });
            List<String> best = pairs.entrySet().stream()
                    .max(Map.Entry.<List<String>, Integer>comparingByValue()
                            .thenComparing(entry -> String.join(" ", entry.getKey())))
                    .orElseThrow()
                    .getKey();
            trained.merge(best.get(0), best.get(1));
            Map<List<String>, Integer> merged = new HashMap<>();
            words.forEach((word, count) -> merged.merge(merge(word, best), count, Integer::sum));
            words = merged;
        }
        return trained;
    }

    /** Only the 256 bytes, from the given id on. */
    TrainedTokenizer(int firstId) {
        this.firstId = firstId;
        for (int b = 0; b < 256; b++) {
            vocabulary.put(String.valueOf(ByteLevelAlphabet.charOf(b)), firstId + b);
        }
        model.put("type", "BPE").putNull("dropout").putNull("unk_token").set("vocab", vocabulary);
        model.set("merges", merges);
        file.put("version", "1.0").putNull("truncation").putNull("padding").set("added_tokens", added);
        file.set("normalizer", object("{'type':'NFC'}"));
        file.set(
                "pre_tokenizer",
                object("{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':''},"
                        + "'behavior':'Isolated',"
                        + "'invert':false},{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':false,"
                        + "'use_regex':false}]}"));
        split(BpeSource.QWEN2_SPLIT);
        file.set(
                "post_processor",
                object("{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':false,'use_regex':true}"));
        file.set(
                "decoder", object("{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}"));
        file.set("model", model);
    }

    static ObjectNode object(String singleQuoted) {
        try {
            return (ObjectNode) JSON.readTree(singleQuoted.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TrainedTokenizer split(String regex) {
        ((ObjectNode) file.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", regex);
        return this;
    }

    /** Adds a merge and the token it makes. */
    TrainedTokenizer merge(String left, String right) {
        merges.add(left + " " + right);
        vocabulary.put(left + right, firstId + 256 + merges.size() - 1);
        return this;
    }

    TrainedTokenizer mergesAsPairs() {
        for (int i = 0; i < merges.size(); i++) {
            String[] pair = merges.get(i).textValue().split(" ");
            merges.set(i, JSON.createArrayNode().add(pair[0]).add(pair[1]));
        }
        return this;
    }

    TrainedTokenizer addToken(int id, String content, boolean special) {
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
        return this;
    }

    Path write(Path folder) {
        try {
            return Files.writeString(folder.resolve("tokenizer.json"), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<List<String>, Integer> words(String text) {
        Map<List<String>, Integer> words = new HashMap<>();
        Matcher matcher = Pattern.compile(BpeSource.QWEN2_SPLIT, Pattern.UNICODE_CHARACTER_CLASS)
                .matcher(text);
        while (matcher.find()) {
            List<String> word = new ArrayList<>();
            for (char c : ByteLevelAlphabet.write(matcher.group().getBytes(StandardCharsets.UTF_8))
                    .toCharArray()) {
                word.add(String.valueOf(c));
            }
            words.merge(word, 1, Integer::sum);
        }
        return words;
    }

    private static List<String> merge(List<String> word, List<String> pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < word.size(); i++) {
            boolean here = i + 1 < word.size() && word.subList(i, i + 2).equals(pair);
            merged.add(here ? pair.get(0) + pair.get(1) : word.get(i));
            i += here ? 1 : 0;
        }
        return merged;
    }
}
