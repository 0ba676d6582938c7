package io.github.coda4j.files;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** JSON values one after another: those of a text, or the elements of a list that is too large for a tree. */
public final class JsonValues implements AutoCloseable {
    private final JsonParser parser;
    private final String source;
    private final boolean list;
    private final long firstLine;
    private boolean begun;

    private JsonValues(JsonParser parser, String source, boolean list, long firstLine) {
        this.parser = parser;
        this.source = source;
        this.list = list;
        this.firstLine = firstLine;
    }

    /**
     * All values of a text, whatever white space is between them.
     *
     * @param source what messages call it
     * @param firstLine number of the text's first line in its file, from 1
     */
    public static JsonValues of(byte[] utf8, String source, long firstLine) throws IOException {
        return new JsonValues(Json.rows(utf8, source), source, false, firstLine);
    }

    /**
     * The elements of the one list of a text.
     *
     * @param source what messages call it
     */
    public static JsonValues elements(InputStream utf8, String source) throws IOException {
        return new JsonValues(Json.rows(utf8), source, true, 1);
    }

    /**
     * The next value; empty when there is none.
     *
     * @throws io.github.coda4j.CodaException when what comes next is not JSON; nothing behind it can be read
     * @throws IOException when the bytes cannot be read
     */
    public Optional<JsonNode> next() throws IOException {
        try {
            if (list && !begun) {
                begun = true;
                if (parser.nextToken() != JsonToken.START_ARRAY) {
                    throw new JsonParseException(parser, "it must hold a list");
                }
            }
            JsonToken token = parser.nextToken();
            if (token == null) {
                return Optional.empty();
            }
            if (list && token == JsonToken.END_ARRAY) {
                if (parser.nextToken() != null) {
                    throw new JsonParseException(parser, "something follows the list");
                }
                return Optional.empty();
            }
            return Optional.of(JsonTree.here(parser));
        } catch (JacksonException e) {
            throw Malformed.text(source, Json.KIND, e, firstLine);
        }
    }

    /** How many bytes of the text are behind the last value that was read, or are being read. */
    public long position() {
        return Math.max(0, parser.currentLocation().getByteOffset());
    }

    @Override
    public synchronized void close() throws IOException {
        parser.close();
    }
}
