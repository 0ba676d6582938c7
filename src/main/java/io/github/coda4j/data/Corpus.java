package io.github.coda4j.data;

import io.github.coda4j.CodaException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Finds the documents of a corpus: plain files, the rows of {@code .jsonl} and {@code .jsonl.gz} files, and the entries
 * of {@code .jar} and {@code .zip} archives (source jars). One document is held at a time. What cannot be read is told,
 * not fatal.
 */
final class Corpus {
    private final CorpusOptions options;
    private final RowReading rows;
    private final boolean rowsOnly;

    /** Makes a document of a JSONL row. */
    interface RowReading {
        RawDocument read(String name, byte[] row);
    }

    private final class Reading {
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

        void file(Path file, long size, boolean named) {
            inFile = 0;
            listener.at(before, total, file.toString());
            String name = file.toString();
            String lower = name.toLowerCase(Locale.ROOT);
            try {
                if (lower.endsWith(".jsonl") || lower.endsWith(".jsonl.gz")) {
                    readRows(file, lower.endsWith(".gz"));
                } else if (rowsOnly) {
                    throw CodaException.of("%s is no .jsonl or .jsonl.gz file; instructions are read from those", file);
                } else if (lower.endsWith(".jar") || lower.endsWith(".zip")) {
                    readArchive(file, size);
                } else if (size > options.maxBytes()) {
                    sink.accept(RawDocument.dropped(name, size, Fate.TOO_LARGE));
                } else {
                    sink.accept(RawDocument.of(name, named, Files.readAllBytes(file)));
                }
            } catch (IOException e) {
                sink.accept(RawDocument.dropped(name, size, Fate.UNREADABLE));
            }
            before += size;
            listener.at(before, total, name);
        }

        private void readRows(Path file, boolean zipped) throws IOException {
            try (InputStream counted = counting(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
                    InputStream in = zipped ? new GZIPInputStream(counted, 1 << 16) : counted) {
                LineReader lines = new LineReader(in, (int) CorpusOptions.LARGEST_DOCUMENT);
                for (long number = 1; lines.hasNext(); number++) {
                    LineReader.Line line = lines.next();
                    String name = file + ":" + number;
                    if (line.tooLong()) {
                        sink.accept(RawDocument.dropped(name, line.length(), Fate.TOO_LARGE));
                    } else if (!isBlank(line.bytes())) {
                        sink.accept(rows.read(name, line.bytes()));
                    }
                    listener.at(before + inFile, total, file.toString());
                }
            }
        }

        private void readArchive(Path file, long size) throws IOException {
            try (ZipFile archive = new ZipFile(file.toFile())) {
                long done = 0;
                for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
                    ZipEntry entry = entries.nextElement();
                    if (!entry.isDirectory()) {
                        sink.accept(readEntry(archive, entry, file + "!/" + entry.getName()));
                    }
                    done += Math.max(0, entry.getCompressedSize());
                    listener.at(before + Math.min(done, size), total, file.toString());
                }
            }
        }

        private RawDocument readEntry(ZipFile archive, ZipEntry entry, String name) {
            try (InputStream in = archive.getInputStream(entry)) {
                byte[] content = in.readNBytes((int) options.maxBytes() + 1);
                return content.length > options.maxBytes()
                        ? RawDocument.dropped(name, Math.max(entry.getSize(), content.length), Fate.TOO_LARGE)
                        : RawDocument.of(name, false, content);
            } catch (IOException e) {
                return RawDocument.dropped(name, Math.max(0, entry.getSize()), Fate.UNREADABLE);
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

    /** @param rowsOnly whether anything but JSONL files is refused */
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
        Reading reading = new Reading(sink, listener, totalBytes());
        CorpusFiles.visit(options.inputs(), reading::file);
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }
}
