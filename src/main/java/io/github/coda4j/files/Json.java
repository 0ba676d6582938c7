package io.github.coda4j.files;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.nio.file.Path;

/**
 * The one reader of JSON: UTF-8 (a byte order mark is passed over), no key twice, nothing behind the value; NaN and
 * infinities are numbers, as Python writes them. What is wrong is said on one line with source, line and column. Trees
 * are built here and not by an ObjectMapper, whose first use costs a third of a second of class loading.
 */
public final class Json {
    static final String KIND = "JSON";

    private static final int LONGEST_STRING = 256 << 20;
    private static final int SHOWN = 80;
    private static final JsonGenerator.Feature ESCAPED = JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature();

    /**
     * Where parsers and generators borrow their buffers. Jackson's own way, a set of them with each thread, costs 20 kB
     * for each of thousands of virtual threads that wait.
     */
    private static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(32);

    /** Field names are neither interned nor pooled: a vocabulary has 150,000 of them, each seen once. */
    private static final JsonFactory FACTORY =
            builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

    private Json() {}

    /** Of parsers that pool field names, for rows, which have few and have them all. */
    private static final class Rows {
        private static final JsonFactory FACTORY = builder().build();
    }

    private static JsonFactoryBuilder builder() {
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .recyclerPool(BUFFERS)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(LONGEST_STRING)
                        .build());
    }

    /** Something that reads opened JSON as a stream. */
    public interface Reading<T> {
        /**
         * Reads one value, from before its first token to its last one.
         *
         * @throws JacksonException for what is no JSON, or not what is looked for
         */
        T from(JsonParser parser) throws IOException;
    }

    /**
     * Reads a file as a stream of tokens, for what is too large for a tree.
     *
     * @throws CodaException when it cannot be read, is not JSON, or something follows the value
     */
    public static <T> T stream(Path file, Reading<T> reading) {
        return stream(TextFiles.bytes(file), file.toString(), reading);
    }

    /**
     * The same for a file that was read already.
     *
     * @param source what messages call it
     */
    public static <T> T stream(byte[] file, String source, Reading<T> reading) {
        if (file.length == 0) {
            throw CodaException.of("%s %s", source, NotFetched.EMPTY);
        }
        try (JsonParser parser = parser(file, source)) {
            return whole(parser, reading);
        } catch (JacksonException e) {
            throw NotFetched.problem(source, file).orElseGet(() -> Malformed.text(source, KIND, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's value; see {@link #stream}. */
    public static JsonNode read(Path file) {
        return stream(file, JsonTree::read);
    }

    /** The file's object; see {@link #stream}. */
    public static ObjectNode readObject(Path file) {
        return readObject(TextFiles.bytes(file), file.toString());
    }

    /** The same for a file that was read already; see {@link #stream(byte[], String, Reading)}. */
    public static ObjectNode readObject(byte[] file, String source) {
        return object(stream(file, source, JsonTree::read), source);
    }

    /**
     * The value of a text; a missing node when there is none.
     *
     * @param source what messages call it
     * @throws CodaException when it is not JSON, or something follows the value
     */
    public static JsonNode parse(String text, String source) {
        try (JsonParser parser = FACTORY.createParser(TextFiles.withoutMark(text))) {
            return whole(parser, JsonTree::read);
        } catch (JacksonException e) {
            throw NotFetched.problem(source, text).orElseGet(() -> Malformed.text(source, KIND, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object of a text; see {@link #parse}. */
    public static ObjectNode parseObject(String text, String source) {
        return object(parse(text, source), source);
    }

    /** The object of a text in UTF-8; see {@link #parse}. */
    public static ObjectNode parseObject(byte[] utf8, String source) {
        try (JsonParser parser = parser(utf8, source)) {
            return object(whole(parser, JsonTree::read), source);
        } catch (JacksonException e) {
            throw Malformed.text(source, KIND, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode object(JsonNode node, String source) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw CodaException.of("%s must hold a JSON object, got %s", source, shown(node));
    }

    static <T> T whole(JsonParser parser, Reading<T> reading) throws IOException {
        T result = reading.from(parser);
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the end of the value");
        }
        return result;
    }

    private static JsonParser parser(byte[] utf8, String source) throws IOException {
        CharBuffer text = TextFiles.strict(utf8, source);
        return FACTORY.createParser(text.array(), text.position(), text.remaining());
    }

    static JsonParser rows(byte[] utf8, String source) throws IOException {
        TextFiles.refuseWideCharacters(utf8, source);
        return Rows.FACTORY.createParser(utf8);
    }

    static JsonParser rows(InputStream utf8) throws IOException {
        return Rows.FACTORY.createParser(utf8);
    }

    /** The value at which the parser stands, in a {@link #stream}. */
    public static JsonNode tree(JsonParser parser) throws IOException {
        return JsonTree.here(parser);
    }

    /** Plain values as JSON: null, String, Boolean, Integer, Long, Float, Double, arrays, Lists and Maps of these. */
    public static JsonNode of(Object value) {
        return JsonTree.of(value);
    }

    /** On one line without spaces. */
    public static String compact(JsonNode node) {
        return JsonTree.write(node, FACTORY::createGenerator);
    }

    /** The same in ASCII alone: other characters, lone surrogates too, are escapes. */
    public static String ascii(JsonNode node) {
        return JsonTree.write(node, text -> FACTORY.createGenerator(text).enable(ESCAPED));
    }

    /** Indented by two spaces with a line end, as Hugging Face writes its files. */
    public static String pretty(JsonNode node) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter)
                .withSeparators(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        return JsonTree.write(node, text -> {
                    JsonGenerator generator = FACTORY.createGenerator(text);
                    return generator.setPrettyPrinter(printer);
                })
                + "\n";
    }

    /** A value as it stands in the file, cut to a length that fits a message. */
    public static String shown(JsonNode node) {
        if (node.isMissingNode()) {
            return "nothing";
        }
        String text = node.isFloatingPointNumber() ? node.asText() : compact(node);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN - 3) + "...";
    }

    /** A text as JSON writes it, in quotes. */
    public static String quoted(String text) {
        return compact(TextNode.valueOf(text));
    }
}
