package io.github.coda4j.files;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;

/** Trees of the tokens of a parser, JSON's or YAML's, and back. */
final class JsonTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonTree() {}

    /** Opens a generator that writes to the text. */
    interface Opening {
        JsonGenerator of(StringWriter text) throws IOException;
    }

    /** The next value; at the end of the input a missing node. */
    static JsonNode read(JsonParser parser) throws IOException {
        parser.nextToken();
        return here(parser);
    }

    /** The value at which the parser stands. */
    static JsonNode here(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case null -> NODES.missingNode();
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(here(parser));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> NODES.numberNode(parser.getIntValue());
                    case LONG -> NODES.numberNode(parser.getLongValue());
                    default -> NODES.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new JsonParseException(parser, "a value of a kind that is not read");
        };
    }

    private static ObjectNode object(JsonParser parser) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (object.has(key)) {
                throw new JsonParseException(parser, "the key \"" + key + "\" stands there twice");
            }
            parser.nextToken();
            object.set(key, here(parser));
        }
        return object;
    }

    /** See {@link Json#of}. */
    static JsonNode of(Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case JsonNode node -> node;
            case String text -> NODES.textNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Integer number -> NODES.numberNode(number.intValue());
            case Long number -> NODES.numberNode(number.longValue());
            case Float number -> NODES.numberNode(number.floatValue());
            case Double number -> NODES.numberNode(number.doubleValue());
            case Map<?, ?> entries -> {
                ObjectNode object = NODES.objectNode();
                entries.forEach((key, inner) -> object.set((String) key, of(inner)));
                yield object;
            }
            case List<?> elements -> {
                ArrayNode array = NODES.arrayNode(elements.size());
                elements.forEach(element -> array.add(of(element)));
                yield array;
            }
            case Object array
            when array.getClass().isArray() -> {
                ArrayNode list = NODES.arrayNode(Array.getLength(array));
                for (int i = 0; i < Array.getLength(array); i++) {
                    list.add(of(Array.get(array, i)));
                }
                yield list;
            }
            default -> throw new IllegalArgumentException("no value of JSON: " + value.getClass());
        };
    }

    static String write(JsonNode node, Opening opening) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = opening.of(text)) {
            write(node, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonNode node, JsonGenerator out) throws IOException {
        switch (node.getNodeType()) {
            case OBJECT -> {
                out.writeStartObject();
                for (Map.Entry<String, JsonNode> entry : node.properties()) {
                    out.writeFieldName(entry.getKey());
                    write(entry.getValue(), out);
                }
                out.writeEndObject();
            }
            case ARRAY -> {
                out.writeStartArray();
                for (JsonNode element : node) {
                    write(element, out);
                }
                out.writeEndArray();
            }
            case STRING -> out.writeString(node.textValue());
            case BOOLEAN -> out.writeBoolean(node.booleanValue());
            case NUMBER -> writeNumber(node, out);
            default -> out.writeNull();
        }
    }

    private static void writeNumber(JsonNode node, JsonGenerator out) throws IOException {
        switch (node.numberType()) {
            case INT -> out.writeNumber(node.intValue());
            case LONG -> out.writeNumber(node.longValue());
            case BIG_INTEGER -> out.writeNumber(node.bigIntegerValue());
            case FLOAT -> out.writeNumber(node.floatValue());
            case DOUBLE -> out.writeNumber(node.doubleValue());
            case BIG_DECIMAL -> out.writeNumber(node.decimalValue());
        }
    }
}
