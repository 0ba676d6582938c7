package io.github.coda4j.files;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The one reader of YAML, as strict as that of JSON ({@link Json}): one document, no key twice. */
public final class Yaml {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private Yaml() {}

    /**
     * The file's value; a missing node when it has none.
     *
     * @throws CodaException when it cannot be read or is not one YAML document
     */
    public static JsonNode read(Path file) {
        return parse(TextFiles.read(file), file.toString());
    }

    /**
     * The value of a text; see {@link #read}.
     *
     * @param source what messages call it
     */
    public static JsonNode parse(String text, String source) {
        NotFetched.problem(source, text).ifPresent(problem -> {
            throw problem;
        });
        try (JsonParser parser = FACTORY.createParser(TextFiles.withoutMark(text))) {
            return Json.whole(parser, JsonTree::read);
        } catch (JacksonException e) {
            throw Malformed.text(source, "YAML", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value as YAML text with a line end. */
    public static String write(JsonNode node) {
        return JsonTree.write(node, FACTORY::createGenerator);
    }
}
