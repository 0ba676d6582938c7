package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import java.nio.file.Path;
import java.util.Locale;

/** JSON files that a user names. */
public final class JsonText {
    private JsonText() {}

    /** @throws CodaException when the file cannot be read or is not one JSON value */
    public static JsonNode read(Path file) {
        return parse(TextFiles.read(file), file.toString());
    }

    /** @param source what messages call it */
    public static JsonNode parse(String json, String source) {
        ObjectReader reader = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readerFor(JsonNode.class);
        try {
            return reader.readTree(json);
        } catch (JsonProcessingException e) {
            throw new CodaException(
                    String.format(
                            Locale.ROOT,
                            "%s is not JSON: line %d, column %d: %s",
                            source,
                            e.getLocation().getLineNr(),
                            e.getLocation().getColumnNr(),
                            e.getOriginalMessage()),
                    e);
        }
    }
}
