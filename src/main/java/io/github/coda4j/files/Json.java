package io.github.coda4j.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Strict JSON: UTF-8 only, one object, no key twice, nothing behind it. */
public final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final long LARGEST_FILE = 256L << 20;

    private Json() {}

    public static ObjectNode readObject(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw CodaException.of("%s has %d bytes; a JSON file here has at most %d", file, size, LARGEST_FILE);
            }
            return parseObject(ByteBuffer.wrap(Files.readAllBytes(file)), file.toString());
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    public static ObjectNode parseObject(ByteBuffer utf8, String source) {
        try {
            return parseObject(StandardCharsets.UTF_8.newDecoder().decode(utf8).toString(), source);
        } catch (CharacterCodingException e) {
            throw new CodaException(source + " is not UTF-8 text", e);
        }
    }

    public static ObjectNode parseObject(String text, String source) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CodaException(source + " is not valid JSON: " + oneLine(e), e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw CodaException.of("%s must hold a JSON object, got %s", source, text.isBlank() ? "nothing" : shown(node));
    }

    /** Indented by two spaces with a line end, as Hugging Face writes its files. */
    public static String pretty(JsonNode node) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter)
                .withSeparators(com.fasterxml.jackson.core.util.Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(com.fasterxml.jackson.core.util.Separators.Spacing.AFTER));
        try {
            return MAPPER.writer(printer).writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree cannot be written", e);
        }
    }

    /** A value as it stands in the file, cut to a length that fits a message. */
    public static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static String oneLine(JsonProcessingException e) {
        String message = e.getOriginalMessage().replaceAll("\\s+", " ");
        String cut = message.length() <= 160 ? message : message.substring(0, 157) + "...";
        return e.getLocation() == null
                ? cut
                : cut + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
