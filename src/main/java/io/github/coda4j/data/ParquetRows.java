package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import io.github.coda4j.Closing;
import io.github.coda4j.files.NotFetched;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a Parquet file, or of those of its row groups that begin in a piece of it, as JSON objects, without those
 * fields of which the value is null. Only the columns that are asked for are read; a row group's are held one after
 * another, not the file's. For one thread.
 */
final class ParquetRows implements AutoCloseable {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final HardwoodContext threads;
    private final ParquetFileReader file;
    private final long firstRow;
    private final long rows;
    private final Closing closing = new Closing();
    private Optional<RowReader> reader = Optional.empty();

    private ParquetRows(HardwoodContext threads, ParquetFileReader file, long firstRow, long rows) {
        this.threads = threads;
        this.file = file;
        this.firstRow = firstRow;
        this.rows = rows;
    }

    /**
     * Opens a piece of a file.
     *
     * @throws IOException when it cannot be read, or is no Parquet
     */
    static ParquetRows open(CorpusStore store, CorpusSlice slice) throws IOException {
        HardwoodContext threads = HardwoodContext.create(1);
        List<AutoCloseable> opened = new ArrayList<>(List.of(threads));
        try {
            ParquetFileReader file = ParquetFileReader.open(new Ranges(store, slice.file(), slice.size()), threads);
            opened.addFirst(file);
            long before = 0;
            long inside = 0;
            for (RowGroup group : file.getFileMetaData().rowGroups()) {
                long start = group.columns().stream()
                        .mapToLong(ColumnChunk::chunkStartOffset)
                        .min()
                        .orElse(0);
                before += start < slice.from() ? group.numRows() : 0;
                inside += start >= slice.from() && start < slice.to() ? group.numRows() : 0;
            }
            return new ParquetRows(threads, file, before, inside);
        } catch (IOException | RuntimeException e) {
            Closing.all(opened);
            throw e instanceof IOException problem ? problem : broken((RuntimeException) e);
        }
    }

    /** What the library says of a file that it cannot read, as a problem of that file. */
    private static IOException broken(RuntimeException e) {
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new IOException(
                "it is no Parquet that can be read: " + said.lines().findFirst().orElse(said), e);
    }

    /** Rows before those that are read; the first one of a file is row 1. */
    long firstRow() {
        return firstRow;
    }

    /** How many rows are read. */
    long rows() {
        return rows;
    }

    /** The names of the columns, in their order. */
    List<String> columns() {
        return file.getFileSchema().getRootNode().children().stream()
                .map(SchemaNode::name)
                .toList();
    }

    /**
     * The next row; empty behind the last.
     *
     * @param wanted the columns, of which those that the file has are read; empty: all
     */
    Optional<JsonNode> next(List<String> wanted) throws IOException {
        try {
            if (reader.isEmpty() && rows > 0) {
                reader = Optional.of(start(wanted));
            }
            if (reader.isEmpty() || !reader.get().hasNext()) {
                return Optional.empty();
            }
            reader.get().next();
            return Optional.of(object(reader.get()));
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    private RowReader start(List<String> wanted) {
        List<String> there = new ArrayList<>(wanted);
        there.retainAll(columns());
        ParquetFileReader.RowReaderBuilder builder =
                file.buildRowReader().skip(firstRow).head(rows);
        return there.isEmpty()
                ? builder.build()
                : builder.projection(ColumnProjection.columns(there.toArray(String[]::new)))
                        .build();
    }

    private static ObjectNode object(StructAccessor row) {
        ObjectNode object = JSON.objectNode();
        for (int i = 0; i < row.getFieldCount(); i++) {
            if (!row.isNull(i)) {
                object.set(row.getFieldName(i), node(row.getValue(i)));
            }
        }
        return object;
    }

    private static JsonNode node(Object value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case String text -> JSON.textNode(text);
            case byte[] text -> JSON.textNode(new String(text, StandardCharsets.UTF_8));
            case Boolean truth -> JSON.booleanNode(truth);
            case Integer number -> JSON.numberNode(number);
            case Long number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number);
            case PqList list -> {
                ArrayNode array = JSON.arrayNode();
                list.values().forEach(one -> array.add(node(one)));
                yield array;
            }
            case StructAccessor row -> object(row);
            default -> JSON.textNode(value.toString());
        };
    }

    @Override
    public void close() {
        closing.once(() -> {
            List<AutoCloseable> parts = new ArrayList<>();
            reader.ifPresent(parts::add);
            parts.add(file);
            parts.add(threads);
            Closing.all(parts);
        });
    }

    /** A file of a store, of which ranges are asked for. */
    record Ranges(CorpusStore store, String name, long length) implements InputFile {
        @Override
        public void open() throws IOException {
            try (InputStream in = store.open(name, 0)) {
                Optional<String> instead = NotFetched.words(in.readNBytes(512));
                if (instead.isPresent()) {
                    throw new IOException(instead.get());
                }
            }
        }

        @Override
        public ByteBuffer readRange(long from, int count) throws IOException {
            try (InputStream in = store.open(name, from)) {
                byte[] bytes = in.readNBytes(count);
                if (bytes.length < count) {
                    throw new EOFException("the file ends " + (count - bytes.length) + " bytes too soon");
                }
                return ByteBuffer.wrap(bytes);
            }
        }

        @Override
        public void close() {}
    }
}
