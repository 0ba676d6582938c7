package io.github.coda4j.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON files and says on one line what is wrong with them. */
final class JsonFiles {
    /**
     * Field names are neither interned nor pooled: a vocabulary has 150,000 of them, each seen once. Trees are built
     * here and not by an ObjectMapper, whose first use costs a third of a second of class loading.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private JsonFiles() {}

    /** Something that reads the opened file. */
    interface Reading<T> {
        T from(JsonParser parser) throws IOException;
    }

    /** Reads the file as a stream of JSON tokens. */
    static <T> T stream(Path file, Reading<T> reading) {
        try (JsonParser parser = JSON.createParser(Files.readAllBytes(file))) {
            return whole(parser, reading);
        } catch (JacksonException e) {
            throw new CodaException("cannot read " + file + ": " + oneLine(e), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static <T> T whole(JsonParser parser, Reading<T> reading) throws IOException {
        T result = reading.from(parser);
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the end of the JSON value");
        }
        return result;
    }

    /** Reads the whole file, which must hold one JSON object. */
    static JsonNode object(Path file) {
        JsonNode node = stream(file, JsonFiles::firstTree);
        if (!node.isObject()) {
            throw CodaException.of("cannot read %s: it must hold a JSON object", file);
        }
        return node;
    }

    private static JsonNode firstTree(JsonParser parser) throws IOException {
        parser.nextToken();
        return tree(parser);
    }

    /**
     * The value at which the parser stands; at the end of the input a missing node. Of equal keys the last one counts.
     */
    static JsonNode tree(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case null -> nodes.missingNode();
            case START_OBJECT -> {
                ObjectNode object = nodes.objectNode();
                for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                    parser.nextToken();
                    object.set(key, tree(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(tree(parser));
                }
                yield array;
            }
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? nodes.numberNode(parser.getBigIntegerValue())
                        : nodes.numberNode(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(parser.getBooleanValue());
            case VALUE_NULL -> nodes.nullNode();
            default -> throw new JsonParseException(parser, "unexpected " + parser.currentToken());
        };
    }

    /** Reads a file of UTF-8 text. */
    static String utf8(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new CodaException("cannot read " + file + ": it is not UTF-8", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Reads JSON text; {@code what} names it in the error. */
    static JsonNode text(String json, String what) {
        try (JsonParser parser = JSON.createParser(json)) {
            return whole(parser, JsonFiles::firstTree);
        } catch (JacksonException e) {
            throw new CodaException(what + " is not valid JSON: " + oneLine(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CodaException unreadable(Path file, IOException e) {
        String reason = e instanceof FileSystemException ? "it is missing or may not be read" : e.getMessage();
        return new CodaException("cannot read " + file + ": " + reason, e);
    }

    private static String oneLine(JacksonException e) {
        String message = e.getOriginalMessage().replaceAll("\\s*[\\r\\n]+\\s*", " ");
        return e.getLocation() == null
                ? message
                : message + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
