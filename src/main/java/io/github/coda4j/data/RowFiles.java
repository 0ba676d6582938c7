package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.JsonValues;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Tells by a file's name, and of {@code .json} files by how they begin, how a file of a corpus is read. */
final class RowFiles {
    private static final int BUFFER = 1 << 16;

    private RowFiles() {}

    /** How a file is read. */
    enum Form {
        /** One JSON object a line. */
        LINES,
        /** The objects of one JSON list. */
        LIST,
        /** The entries of a jar or zip file. */
        ARCHIVE,
        /** As one document. */
        TEXT
    }

    /**
     * The form of a file.
     *
     * @param sniffs whether a {@code .json} file is looked into; otherwise it is text
     */
    static Form of(Path file, boolean sniffs, Corpus.RowReading rows) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String plain = isZipped(file) ? name.substring(0, name.length() - ".gz".length()) : name;
        if (plain.endsWith(".jsonl") || plain.endsWith(".ndjson")) {
            return Form.LINES;
        }
        if (name.endsWith(".jar") || name.endsWith(".zip")) {
            return Form.ARCHIVE;
        }
        if (!plain.endsWith(".json")) {
            return Form.TEXT;
        }
        if (isZipped(file)) {
            return beginsWithList(file) ? Form.LIST : Form.LINES;
        }
        return sniffs ? sniffed(file, rows) : Form.TEXT;
    }

    static boolean isZipped(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    }

    /** The file's bytes, unzipped. */
    static InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            return isZipped(file) ? new GZIPInputStream(in, BUFFER) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static boolean beginsWithList(Path file) throws IOException {
        try (InputStream in = open(file)) {
            int first = in.read();
            while (first == ' ' || first == '\t' || first == '\r' || first == '\n' || first > 0x7F) {
                first = in.read();
            }
            return first == '[';
        }
    }

    /** Rows are what has the fields that are looked for, or at least two lines that each hold a whole object. */
    private static Form sniffed(Path file, Corpus.RowReading rows) throws IOException {
        if (beginsWithList(file)) {
            try (JsonValues elements = JsonValues.elements(open(file), "it")) {
                return elements.next().filter(rows::isRow).isPresent() ? Form.LIST : Form.TEXT;
            } catch (CodaException _) {
                return Form.TEXT;
            }
        }
        try (InputStream in = open(file)) {
            LineReader lines = new LineReader(in, (int) CorpusOptions.LARGEST_DOCUMENT);
            Optional<JsonNode> first = nextObject(lines);
            boolean areRows = first.filter(rows::isRow).isPresent()
                    || first.isPresent() && nextObject(lines).isPresent();
            return areRows ? Form.LINES : Form.TEXT;
        }
    }

    /** The object at the start of the next line that is not blank. */
    private static Optional<JsonNode> nextObject(LineReader lines) throws IOException {
        while (lines.hasNext()) {
            LineReader.Line line = lines.next();
            if (!line.isBlank()) {
                try (JsonValues values = JsonValues.of(line.bytes(), "it", 1)) {
                    return values.next().filter(JsonNode::isObject);
                } catch (CodaException _) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
