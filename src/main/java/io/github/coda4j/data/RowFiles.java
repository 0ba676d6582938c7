package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.JsonValues;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Tells by a file's name, and of {@code .json} files by how they begin, how a file of a corpus is read. */
final class RowFiles {
    private static final int BUFFER = 1 << 16;
    private static final String GZIP = ".gz";
    private static final String ZSTD = ".zst";

    private RowFiles() {}

    /** How a file is read. */
    enum Form {
        /** One JSON object a line. */
        LINES,
        /** The objects of one JSON list. */
        LIST,
        /** The rows of a Parquet file. */
        PARQUET,
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
    static Form of(CorpusStore store, String file, boolean sniffs, Corpus.RowReading rows) throws IOException {
        String name = lower(file);
        String plain = name.substring(0, name.length() - suffix(name).length());
        if (isLines(plain)) {
            return Form.LINES;
        }
        if (name.endsWith(".jar") || name.endsWith(".zip")) {
            return Form.ARCHIVE;
        }
        if (isParquet(name)) {
            return Form.PARQUET;
        }
        if (!plain.endsWith(".json")) {
            return Form.TEXT;
        }
        if (!suffix(name).isEmpty()) {
            return beginsWithList(store, file) ? Form.LIST : Form.LINES;
        }
        return sniffs ? sniffed(store, file, rows) : Form.TEXT;
    }

    /** Whether rows can be read from the middle of the file on. */
    static boolean canBeCut(String file) {
        return isLines(lower(file)) || isParquet(file);
    }

    static boolean isParquet(String file) {
        return lower(file).endsWith(".parquet");
    }

    private static boolean isLines(String name) {
        return name.endsWith(".jsonl") || name.endsWith(".ndjson");
    }

    private static String lower(String file) {
        return file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static String suffix(String lower) {
        return lower.endsWith(GZIP) ? GZIP : lower.endsWith(ZSTD) ? ZSTD : "";
    }

    /** The bytes of the file behind its compression, which its name tells. */
    static InputStream expanded(String file, InputStream raw) throws IOException {
        try {
            return switch (suffix(lower(file))) {
                case GZIP -> new GZIPInputStream(raw, BUFFER);
                case ZSTD -> new BufferedInputStream(new ZstdInputStream(raw), BUFFER);
                default -> raw;
            };
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static InputStream open(CorpusStore store, String file) throws IOException {
        return expanded(file, new BufferedInputStream(store.open(file, 0), BUFFER));
    }

    private static boolean beginsWithList(CorpusStore store, String file) throws IOException {
        try (InputStream in = open(store, file)) {
            int first = in.read();
            while (first == ' ' || first == '\t' || first == '\r' || first == '\n' || first > 0x7F) {
                first = in.read();
            }
            return first == '[';
        }
    }

    /** Rows are what has the fields that are looked for, or at least two lines that each hold a whole object. */
    private static Form sniffed(CorpusStore store, String file, Corpus.RowReading rows) throws IOException {
        if (beginsWithList(store, file)) {
            try (JsonValues elements = JsonValues.elements(open(store, file), "it")) {
                return elements.next().filter(rows::isRow).isPresent() ? Form.LIST : Form.TEXT;
            } catch (CodaException _) {
                return Form.TEXT;
            }
        }
        try (InputStream in = open(store, file)) {
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
