package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.TextFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Documents in rows: a field with the text, and perhaps fields with its path and its license. */
final class TextRows implements Corpus.RowReading {
    private final CorpusOptions options;

    TextRows(CorpusOptions options) {
        this.options = options;
    }

    @Override
    public boolean isRow(JsonNode json) {
        return json.path(options.textField()).isTextual();
    }

    @Override
    public String looksFor() {
        return "\"" + options.textField() + "\"";
    }

    @Override
    public List<String> columns() {
        return List.of(options.textField(), options.pathField(), options.licenseField());
    }

    @Override
    public Optional<String> missing(List<String> there) {
        return there.contains(options.textField())
                ? Optional.empty()
                : Optional.of("no column " + looksFor() + RowFields.columns(there) + "; see --field");
    }

    @Override
    public RawDocument read(String name, JsonNode row, long size) {
        if (!isRow(row)) {
            return RawDocument.dropped(
                    name,
                    size,
                    Fate.NO_FIELD,
                    row.has(options.textField())
                            ? "field " + looksFor() + " holds " + Json.shown(row.get(options.textField())) + ", no text"
                            : "no text in field " + looksFor() + RowFields.there(row) + "; see --field");
        }
        String text = row.get(options.textField()).textValue();
        if (TextFiles.loneSurrogate(text).isPresent()) {
            int at = TextFiles.loneSurrogate(text).getAsInt();
            return RawDocument.dropped(name, size, Fate.BINARY, "character " + at + " is half of a surrogate pair");
        }
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Optional<String> path =
                Optional.ofNullable(row.path(options.pathField()).textValue());
        List<String> licenses = new ArrayList<>();
        JsonNode stated = row.path(options.licenseField());
        if (stated.isTextual()) {
            licenses.add(stated.textValue());
        }
        stated.forEach(one -> licenses.add(one.asText()));
        return RawDocument.ofRow(name, path, content, licenses);
    }
}
