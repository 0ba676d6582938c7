package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.coda4j.testkit.SharedData;
import io.github.coda4j.text.BpeTokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Text, tokenizers and shards to test with. */
final class Corpora {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Corpora() {}

    /** The Java sources of this project. */
    static List<String> javaSources() {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<String> texts = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                texts.add(Files.readString(file));
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The texts of MBPP: Python. */
    static List<String> python() {
        Path file = SharedData.datasets().resolve("mbpp.jsonl.gz");
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            List<String> texts = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                for (JsonNode field : JSON.readTree(line)) {
                    if (field.isTextual()) {
                        texts.add(field.textValue());
                    }
                }
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Parquet file of the test resources, as Apache's library for Hadoop writes it. */
    static CorpusSlice parquet(String name) {
        Path file = Path.of("src/test/resources/parquet", name + ".parquet");
        return CorpusSlice.whole(file.toString(), file.toFile().length(), 0, true);
    }

    static WordCounts count(List<String> texts) {
        WordCounts counts = new WordCounts();
        texts.forEach(counts::addText);
        return counts;
    }

    /** A tokenizer with so many ids, trained on this project's sources. */
    static BpeTokenizer tokenizer(Path folder, int size) {
        var added = TokenizerFolder.addedTokens(List.of());
        return TokenizerFolder.write(
                TokenizerFolder.create(folder, false), TokenizerFolder.train(count(javaSources()), added, size), added);
    }

    /** Shards of documents given as ids; an end token is put behind each. */
    static void write(Path folder, BpeTokenizer tokenizer, Split split, long shardTokens, int[]... documents) {
        try (ShardFolderWriter writer =
                ShardFolderWriter.create(folder, Manifest.Content.TEXT, tokenizer, 0, shardTokens, false)) {
            for (int[] document : documents) {
                int[] ids = java.util.Arrays.copyOf(document, document.length + 1);
                ids[document.length] = tokenizer.specialTokens().requireEos();
                writer.append(split, ids, new boolean[0]);
            }
            writer.finish(new Account());
        }
    }
}
