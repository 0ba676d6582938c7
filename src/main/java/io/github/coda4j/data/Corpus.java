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
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Finds the documents of a corpus: plain files, rows of JSON ({@code .jsonl}, {@code .ndjson}, and {@code .json} that
 * holds such, also as {@code .gz} and {@code .zst}), rows of {@code .parquet} files, and the entries of {@code .jar}
 * and {@code .zip} archives (source jars). One document is held at a time. What cannot be read is told, not fatal.
 */
final class Corpus {
    private static final int BUFFER = 1 << 16;
    private static final int HEAD = 512;

    private final CorpusOptions options;
    private final RowReading rows;
    private final boolean rowsOnly;
    private final CorpusStore store;

    /** Makes a document of a row. */
    interface RowReading {
        /** Whether it has the fields that are looked for. */
        boolean isRow(JsonNode json);

        /** The fields, for messages: {@code "text"}. */
        String looksFor();

        RawDocument read(String name, JsonNode row, long size);

        /** The fields that are read of a row in columns; empty: all. */
        default List<String> columns() {
            return List.of();
        }

        /** What is wrong with a file of these columns; empty when nothing is. */
        default Optional<String> missing(List<String> there) {
            return Optional.empty();
        }
    }

    /** @param rowsOnly whether anything but files of rows is refused */
    Corpus(CorpusOptions options, RowReading rows, boolean rowsOnly, CorpusStore store) {
        this.options = options;
        this.rows = rows;
        this.rowsOnly = rowsOnly;
        this.store = store;
    }

    /**
     * The size of all input files on the disk.
     *
     * @throws CodaException when an input is not there
     */
    long totalBytes() {
        long[] total = {0};
        store.list(options.inputs(), slice -> total[0] += slice.bytes());
        return total[0];
    }

    /** Gives all documents to the sink, in an order that depends on the names of the files alone. */
    void forEach(CorpusReader.Listener listener, Consumer<RawDocument> sink) {
        long total = totalBytes();
        long[] before = {0};
        store.list(options.inputs(), slice -> {
            listener.at(before[0], total, slice.file());
            read(slice, done -> listener.at(before[0] + Math.min(done, slice.bytes()), total, slice.file()), sink);
            before[0] += slice.bytes();
            listener.at(before[0], total, slice.file());
        });
    }

    /**
     * Gives the documents of one piece to the sink, in their order.
     *
     * @param progress hears now and then how many bytes of it are read
     */
    void read(CorpusSlice slice, LongConsumer progress, Consumer<RawDocument> sink) {
        if (slice.problem().isEmpty()) {
            new Reading(slice, progress, sink).read();
        } else {
            sink.accept(RawDocument.dropped(slice.file(), 0, Fate.UNREADABLE, slice.problem()));
        }
    }

    /** How many lines begin in a piece of a file of rows. */
    static long countLines(CorpusStore store, CorpusSlice slice) throws IOException {
        try (InputStream in = new BufferedInputStream(store.open(slice.file(), Math.max(0, slice.from() - 1)))) {
            LineReader lines = behind(slice, in);
            long count = 0;
            while (isInside(slice, lines)) {
                lines.next();
                count++;
            }
            return count;
        }
    }

    /** The lines from the piece's first byte on: what began before it is passed over. */
    private static LineReader behind(CorpusSlice slice, InputStream fromByteBefore) throws IOException {
        LineReader lines = new LineReader(fromByteBefore, (int) CorpusOptions.LARGEST_DOCUMENT);
        if (slice.from() > 0 && lines.hasNext()) {
            lines.next();
        }
        return lines;
    }

    private static boolean isInside(CorpusSlice slice, LineReader lines) throws IOException {
        return lines.hasNext() && (slice.isWhole() || Math.max(0, slice.from() - 1) + lines.position() < slice.to());
    }

    /** Reads one piece. */
    private final class Reading {
        private final CorpusSlice slice;
        private final String file;
        private final LongConsumer progress;
        private final Consumer<RawDocument> sink;
        private long done;

        Reading(CorpusSlice slice, LongConsumer progress, Consumer<RawDocument> sink) {
            this.slice = slice;
            this.file = slice.file();
            this.progress = progress;
            this.sink = sink;
        }

        void read() {
            try {
                RowFiles.Form form = RowFiles.of(store, file, slice.named() || rowsOnly, rows);
                boolean ofRows =
                        form == RowFiles.Form.LINES || form == RowFiles.Form.LIST || form == RowFiles.Form.PARQUET;
                if (rowsOnly && !ofRows) {
                    refuse();
                } else {
                    read(form);
                }
            } catch (IOException e) {
                sink.accept(unreadable(file, slice.size(), notFetched().orElseGet(() -> reason(e))));
            }
        }

        private void refuse() {
            if (slice.named()) {
                throw CodaException.of(
                        "%s holds no rows: instructions are read from .jsonl, .ndjson and .json files with one object "
                                + "of %s a line or a list of such objects, from such files as .gz or .zst, and from "
                                + ".parquet files",
                        file, rows.looksFor());
            }
            sink.accept(RawDocument.dropped(file, slice.size(), Fate.LANGUAGE, "instructions are read from rows"));
        }

        private void read(RowFiles.Form form) throws IOException {
            switch (form) {
                case LINES -> readLines();
                case LIST -> readList();
                case PARQUET -> readParquet();
                case ARCHIVE -> store.lend(file, this::readArchive);
                case TEXT -> readText();
            }
        }

        private void readText() throws IOException {
            if (slice.size() > options.maxBytes()) {
                sink.accept(RawDocument.dropped(file, slice.size(), Fate.TOO_LARGE, ""));
                return;
            }
            boolean json = slice.named() && Language.of(file).equals(Optional.of(Language.JSON));
            String told = json ? file + " has no rows with " + rows.looksFor() + ", it is taken as plain text" : "";
            try (InputStream in = store.open(file, 0)) {
                sink.accept(RawDocument.of(file, slice.named(), in.readAllBytes(), told));
            }
        }

        private void readLines() throws IOException {
            Optional<String> pointer = notFetched();
            if (pointer.isPresent()) {
                sink.accept(unreadable(file, slice.size(), pointer.get()));
                return;
            }
            try (InputStream in = counted(Math.max(0, slice.from() - 1))) {
                LineReader lines = behind(slice, in);
                for (long number = slice.rowsBefore() + 1; isInside(slice, lines); number++) {
                    LineReader.Line line = lines.next();
                    String name = file + ":" + number;
                    if (line.tooLong()) {
                        sink.accept(RawDocument.dropped(name, line.length(), Fate.TOO_LARGE, ""));
                    } else if (!line.isBlank()) {
                        readValues(name, JsonValues.of(line.bytes(), "it", number), line.length());
                    }
                    progress.accept(done);
                }
            }
        }

        private void readList() throws IOException {
            try (InputStream in = counted(0)) {
                readValues(file, JsonValues.elements(in, "it"), slice.size());
            }
        }

        /**
         * Gives every value to the sink. What is no JSON counts as one document; nothing behind it can be read.
         *
         * @param bytes of all values
         */
        private void readValues(String name, JsonValues opened, long bytes) throws IOException {
            long at = 0;
            int number = 0;
            try (JsonValues values = opened) {
                for (Optional<JsonNode> row = values.next(); row.isPresent(); row = values.next()) {
                    number++;
                    long end = values.position();
                    sink.accept(rows.read(number == 1 ? name : name + "#" + number, row.get(), end - at));
                    at = end;
                    progress.accept(done);
                }
            } catch (CodaException e) {
                String where = number == 0 ? name : name + "#" + (number + 1);
                sink.accept(RawDocument.dropped(where, Math.max(0, bytes - at), Fate.MALFORMED, e.getMessage()));
            }
        }

        private void readParquet() throws IOException {
            try (ParquetRows table = ParquetRows.open(store, slice)) {
                Optional<String> missing = rows.missing(table.columns());
                if (missing.isPresent()) {
                    if (slice.from() == 0) {
                        sink.accept(RawDocument.dropped(file, slice.size(), Fate.NO_FIELD, missing.get()));
                    }
                    return;
                }
                long number = table.firstRow();
                long perRow = slice.bytes() / Math.max(1, table.rows());
                List<String> columns = rows.columns();
                for (Optional<JsonNode> row = table.next(columns); row.isPresent(); row = table.next(columns)) {
                    number++;
                    sink.accept(rows.read(file + ":" + number, row.get(), perRow));
                    done += perRow;
                    progress.accept(done);
                }
            }
        }

        private void readArchive(Path here) throws IOException {
            try (ZipFile archive = new ZipFile(here.toFile())) {
                for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
                    ZipEntry entry = entries.nextElement();
                    if (!entry.isDirectory()) {
                        sink.accept(readEntry(archive, entry));
                    }
                    done += Math.max(0, entry.getCompressedSize());
                    progress.accept(done);
                }
            }
        }

        private RawDocument readEntry(ZipFile archive, ZipEntry entry) {
            String name = file + "!/" + entry.getName();
            try (InputStream in = archive.getInputStream(entry)) {
                byte[] content = in.readNBytes((int) options.maxBytes() + 1);
                return content.length > options.maxBytes()
                        ? RawDocument.dropped(name, Math.max(entry.getSize(), content.length), Fate.TOO_LARGE, "")
                        : RawDocument.of(name, false, content, "");
            } catch (IOException e) {
                return unreadable(name, Math.max(0, entry.getSize()), reason(e));
            }
        }

        private RawDocument unreadable(String name, long size, String why) {
            return RawDocument.dropped(name, size, Fate.UNREADABLE, why);
        }

        private String reason(IOException e) {
            return FileProblems.reason(Path.of(file), e);
        }

        /** What lies in the place of the file, if it was not fetched; an empty file has no rows, and that is all. */
        private Optional<String> notFetched() {
            if (slice.size() == 0) {
                return Optional.empty();
            }
            try (InputStream in = store.open(file, 0)) {
                return NotFetched.words(in.readNBytes(HEAD));
            } catch (IOException _) {
                return Optional.empty();
            }
        }

        /** The file's bytes, expanded, while those that lie on the disk are counted. */
        private InputStream counted(long from) throws IOException {
            return RowFiles.expanded(
                    file, new FilterInputStream(new BufferedInputStream(store.open(file, from), BUFFER)) {
                        @Override
                        public int read() throws IOException {
                            int value = super.read();
                            done += value < 0 ? 0 : 1;
                            return value;
                        }

                        @Override
                        public int read(byte[] bytes, int offset, int length) throws IOException {
                            int count = super.read(bytes, offset, length);
                            done += Math.max(0, count);
                            return count;
                        }
                    });
        }
    }
}
