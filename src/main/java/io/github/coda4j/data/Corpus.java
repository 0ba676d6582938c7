package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.JsonValues;
import io.github.coda4j.files.NotFetched;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Finds the documents of a corpus: plain files, rows of JSON ({@code .jsonl}, {@code .ndjson}, and {@code .json} that
 * holds such, also as {@code .gz}), and the entries of {@code .jar} and {@code .zip} archives (source jars). One
 * document is held at a time. What cannot be read is told, not fatal.
 */
final class Corpus {
    private final CorpusOptions options;
    private final RowReading rows;
    private final boolean rowsOnly;

    /** Makes a document of a row. */
    interface RowReading {
        /** Whether it has the fields that are looked for. */
        boolean isRow(JsonNode json);

        /** The fields, for messages: {@code "text"}. */
        String looksFor();

        RawDocument read(String name, JsonNode row, long size);
    }

    private final class Reading implements CorpusFiles.Visitor {
        private final Consumer<RawDocument> sink;
        private final CorpusReader.Listener listener;
        private final long total;
        private long before;
        private long inFile;

        Reading(Consumer<RawDocument> sink, CorpusReader.Listener listener, long total) {
            this.sink = sink;
            this.listener = listener;
            this.total = total;
        }

        @Override
        public void unreadable(Path path, String why) {
            sink.accept(RawDocument.dropped(path.toString(), 0, Fate.UNREADABLE, why));
        }

        @Override
        public void file(Path file, long size, boolean named) {
            inFile = 0;
            listener.at(before, total, file.toString());
            try {
                RowFiles.Form form = RowFiles.of(file, named || rowsOnly, rows);
                if (rowsOnly && form != RowFiles.Form.LINES && form != RowFiles.Form.LIST) {
                    refuse(file, size, named);
                } else {
                    read(file, size, named, form);
                }
            } catch (IOException e) {
                String why = notFetched(file).orElseGet(() -> FileProblems.reason(file, e));
                sink.accept(RawDocument.dropped(file.toString(), size, Fate.UNREADABLE, why));
            }
            before += size;
            listener.at(before, total, file.toString());
        }

        private void refuse(Path file, long size, boolean named) {
            if (named) {
                throw CodaException.of(
                        "%s holds no rows: instructions are read from .jsonl, .ndjson and .json files with one object "
                                + "of %s a line or a list of such objects, and from such files as .gz",
                        file, rows.looksFor());
            }
            sink.accept(RawDocument.dropped(file.toString(), size, Fate.LANGUAGE, "instructions are read from rows"));
        }

        private void read(Path file, long size, boolean named, RowFiles.Form form) throws IOException {
            String name = file.toString();
            switch (form) {
                case LINES -> readLines(file);
                case LIST -> readList(file);
                case ARCHIVE -> readArchive(file, size);
                case TEXT -> {
                    if (size > options.maxBytes()) {
                        sink.accept(RawDocument.dropped(name, size, Fate.TOO_LARGE, ""));
                    } else {
                        boolean json = named && Language.of(name).equals(Optional.of(Language.JSON));
                        String told = json
                                ? file + " has no rows with " + rows.looksFor() + ", it is taken as plain text"
                                : "";
                        sink.accept(RawDocument.of(name, named, Files.readAllBytes(file), told));
                    }
                }
            }
        }

        private void readLines(Path file) throws IOException {
            Optional<String> pointer = notFetched(file);
            if (pointer.isPresent()) {
                sink.accept(RawDocument.dropped(file.toString(), Files.size(file), Fate.UNREADABLE, pointer.get()));
                return;
            }
            try (InputStream in = counted(file)) {
                LineReader lines = new LineReader(in, (int) CorpusOptions.LARGEST_DOCUMENT);
                for (long number = 1; lines.hasNext(); number++) {
                    LineReader.Line line = lines.next();
                    String name = file + ":" + number;
                    if (line.tooLong()) {
                        sink.accept(RawDocument.dropped(name, line.length(), Fate.TOO_LARGE, ""));
                    } else if (!line.isBlank()) {
                        readValues(name, JsonValues.of(line.bytes(), "it", number), line.length(), "#");
                    }
                    listener.at(before + inFile, total, file.toString());
                }
            }
        }

        private void readList(Path file) throws IOException {
            try (InputStream in = counted(file)) {
                readValues(file.toString(), JsonValues.elements(in, "it"), Files.size(file), "#");
            }
        }

        /**
         * Gives every value to the sink. What is no JSON counts as one document; nothing behind it can be read.
         *
         * @param bytes of all values
         */
        private void readValues(String name, JsonValues opened, long bytes, String separator) throws IOException {
            long at = 0;
            int number = 0;
            try (JsonValues values = opened) {
                for (Optional<JsonNode> row = values.next(); row.isPresent(); row = values.next()) {
                    number++;
                    long end = values.position();
                    sink.accept(rows.read(number == 1 ? name : name + separator + number, row.get(), end - at));
                    at = end;
                    listener.at(before + inFile, total, name);
                }
            } catch (CodaException e) {
                String where = number == 0 ? name : name + separator + (number + 1);
                sink.accept(RawDocument.dropped(where, Math.max(0, bytes - at), Fate.MALFORMED, e.getMessage()));
            }
        }

        private void readArchive(Path file, long size) throws IOException {
            try (ZipFile archive = new ZipFile(file.toFile())) {
                long done = 0;
                for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
                    ZipEntry entry = entries.nextElement();
                    if (!entry.isDirectory()) {
                        sink.accept(readEntry(file, archive, entry));
                    }
                    done += Math.max(0, entry.getCompressedSize());
                    listener.at(before + Math.min(done, size), total, file.toString());
                }
            }
        }

        private RawDocument readEntry(Path file, ZipFile archive, ZipEntry entry) {
            String name = file + "!/" + entry.getName();
            try (InputStream in = archive.getInputStream(entry)) {
                byte[] content = in.readNBytes((int) options.maxBytes() + 1);
                return content.length > options.maxBytes()
                        ? RawDocument.dropped(name, Math.max(entry.getSize(), content.length), Fate.TOO_LARGE, "")
                        : RawDocument.of(name, false, content, "");
            } catch (IOException e) {
                return RawDocument.dropped(
                        name, Math.max(0, entry.getSize()), Fate.UNREADABLE, FileProblems.reason(file, e));
            }
        }

        /** The file's bytes, unzipped, while those on the disk are counted. */
        private InputStream counted(Path file) throws IOException {
            InputStream counting = counting(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
            try {
                return RowFiles.isZipped(file) ? new GZIPInputStream(counting, 1 << 16) : counting;
            } catch (IOException e) {
                counting.close();
                throw e;
            }
        }

        private InputStream counting(InputStream in) {
            return new FilterInputStream(in) {
                @Override
                public int read() throws IOException {
                    int value = super.read();
                    inFile += value < 0 ? 0 : 1;
                    return value;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int count = super.read(bytes, offset, length);
                    inFile += Math.max(0, count);
                    return count;
                }
            };
        }
    }

    /** @param rowsOnly whether anything but files of rows is refused */
    Corpus(CorpusOptions options, RowReading rows, boolean rowsOnly) {
        this.options = options;
        this.rows = rows;
        this.rowsOnly = rowsOnly;
    }

    /**
     * The size of all input files on the disk.
     *
     * @throws CodaException when an input is not there
     */
    long totalBytes() {
        long[] total = {0};
        CorpusFiles.visit(options.inputs(), (_, size, _) -> total[0] += size);
        return total[0];
    }

    /** Gives all documents to the sink, in an order that depends on the names of the files alone. */
    void forEach(CorpusReader.Listener listener, Consumer<RawDocument> sink) {
        CorpusFiles.visit(options.inputs(), new Reading(sink, listener, totalBytes()));
    }

    /** What lies in the place of a file of rows, if it was not fetched; an empty file has no rows, and that is all. */
    private static Optional<String> notFetched(Path file) {
        return file.toFile().length() == 0 ? Optional.empty() : NotFetched.words(file);
    }
}
