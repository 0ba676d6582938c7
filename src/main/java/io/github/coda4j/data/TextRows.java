package io.github.coda4j.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Documents in the rows of JSONL files: a field with the text, and perhaps fields with its path and its license. */
final class TextRows implements Corpus.RowReading {
    private static final JsonMapper JSON = new JsonMapper();

    private final CorpusOptions options;

    TextRows(CorpusOptions options) {
        this.options = options;
    }

    @Override
    public RawDocument read(String name, byte[] row) {
        JsonNode json;
        try {
            json = JSON.readTree(row);
        } catch (JsonProcessingException e) {
            return RawDocument.dropped(name, row.length, Fate.MALFORMED);
        } catch (IOException e) {
            return RawDocument.dropped(name, row.length, Fate.UNREADABLE);
        }
        JsonNode text = json.path(options.textField());
        if (!text.isTextual()) {
            return RawDocument.dropped(name, row.length, Fate.MALFORMED);
        }
        byte[] content = text.textValue().getBytes(StandardCharsets.UTF_8);
        Optional<String> path =
                Optional.ofNullable(json.path(options.pathField()).textValue());
        List<String> licenses = new ArrayList<>();
        JsonNode stated = json.path(options.licenseField());
        if (stated.isTextual()) {
            licenses.add(stated.textValue());
        }
        stated.forEach(one -> licenses.add(one.asText()));
        return new RawDocument(name, path, false, content.length, content, licenses, Optional.empty());
    }
}
