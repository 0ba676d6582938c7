package io.github.coda4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.NotFetched;
import io.github.coda4j.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/** The checked header of a safetensors file. */
record SafetensorsHeader(SequencedMap<String, TensorEntry> entries, Map<String, String> metadata) {
    static final int LENGTH_BYTES = 8;
    static final String METADATA = "__metadata__";
    /** The limit of the format's reference implementation. */
    static final long LONGEST = 100_000_000;

    /** Enough to see that the file is none. */
    private static final int HEAD = 256;

    private static final Set<String> TENSOR_KEYS = Set.of("dtype", "shape", "data_offsets");

    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long fileSize = channel.size();
        byte[] head = bytes(channel, 0, (int) Math.min(fileSize, HEAD)).array();
        NotFetched.words(head).ifPresent(what -> {
            throw CodaException.of("%s %s", file, what);
        });
        if (fileSize < LENGTH_BYTES) {
            throw CodaException.of(
                    "%s has %d bytes, a safetensors file has at least %d; fetch it again",
                    file, fileSize, LENGTH_BYTES);
        }
        long length =
                bytes(channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > fileSize - LENGTH_BYTES) {
            throw CodaException.of(
                    "%s: the header is said to have %s bytes but only %d follow; the file is truncated or no "
                            + "safetensors file",
                    file, Long.toUnsignedString(length), fileSize - LENGTH_BYTES);
        }
        if (length > LONGEST) {
            throw CodaException.of("%s: the header has %d bytes, the format allows %d", file, length, LONGEST);
        }
        ObjectNode json =
                Json.parseObject(bytes(channel, LENGTH_BYTES, (int) length).array(), file + ": the header");
        return new Parser(file, LENGTH_BYTES + length, fileSize).parse(json);
    }

    private static ByteBuffer bytes(FileChannel channel, long offset, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {}
        return buffer.flip();
    }

    /** @param dataStart file offset of the first tensor byte, from which the header's offsets count */
    private record Parser(Path file, long dataStart, long fileSize) {
        SafetensorsHeader parse(ObjectNode json) {
            Map<String, String> metadata = Map.of();
            List<TensorEntry> tensors = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : json.properties()) {
                if (field.getKey().equals(METADATA)) {
                    metadata = metadata(field.getValue());
                } else {
                    tensors.add(tensor(field.getKey(), field.getValue()));
                }
            }
            tensors.sort(Comparator.comparingLong(TensorEntry::offset).thenComparingLong(TensorEntry::bytes));
            checkCoverage(tensors);
            SequencedMap<String, TensorEntry> entries = new LinkedHashMap<>();
            tensors.forEach(tensor -> entries.put(tensor.name(), tensor));
            return new SafetensorsHeader(Collections.unmodifiableSequencedMap(entries), metadata);
        }

        private Map<String, String> metadata(JsonNode node) {
            if (node.isNull()) {
                return Map.of();
            }
            if (!(node instanceof ObjectNode object)) {
                throw CodaException.of("%s: %s must be an object, got %s", file, METADATA, Json.shown(node));
            }
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (!field.getValue().isTextual()) {
                    throw CodaException.of(
                            "%s: %s.%s must be a string, got %s",
                            file, METADATA, field.getKey(), Json.shown(field.getValue()));
                }
                metadata.put(field.getKey(), field.getValue().textValue());
            }
            return Collections.unmodifiableMap(metadata);
        }

        private TensorEntry tensor(String name, JsonNode node) {
            if (!(node instanceof ObjectNode object)) {
                throw problem(name, "its header entry must be an object, got %s", Json.shown(node));
            }
            Set<String> keys = new TreeSet<>(TENSOR_KEYS);
            object.properties().forEach(field -> {
                if (!keys.remove(field.getKey())) {
                    throw problem(name, "unknown key \"%s\" in its header entry", field.getKey());
                }
            });
            if (!keys.isEmpty()) {
                throw problem(name, "its header entry lacks %s", String.join(", ", keys));
            }
            DType dtype = dtype(name, object.get("dtype"));
            long[] shape = longs(name, "shape", object.get("shape"));
            long[] offsets = longs(name, "data_offsets", object.get("data_offsets"));
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw problem(
                        name, "data_offsets must be [begin, end] with begin <= end, got %s", Arrays.toString(offsets));
            }
            if (offsets[1] > fileSize - dataStart) {
                throw problem(
                        name,
                        "its data ends at byte %d but the file holds %d bytes of data; it is truncated, fetch it again",
                        offsets[1],
                        fileSize - dataStart);
            }
            long expected;
            try {
                expected = Shapes.bytes(shape, dtype);
            } catch (IllegalArgumentException e) {
                throw problem(name, "%s", e.getMessage());
            }
            if (offsets[1] - offsets[0] != expected) {
                throw problem(
                        name,
                        "%s %s takes %d bytes but data_offsets %s span %d",
                        dtype,
                        Arrays.toString(shape),
                        expected,
                        Arrays.toString(offsets),
                        offsets[1] - offsets[0]);
            }
            return new TensorEntry(name, dtype, shape, file, dataStart + offsets[0], expected);
        }

        private DType dtype(String name, JsonNode node) {
            if (!node.isTextual()) {
                throw problem(name, "dtype must be a string, got %s", Json.shown(node));
            }
            try {
                return DType.fromSafetensors(node.textValue());
            } catch (CodaException e) {
                throw problem(name, "%s", e.getMessage());
            }
        }

        private long[] longs(String name, String key, JsonNode node) {
            if (!node.isArray()) {
                throw problem(name, "%s must be a list, got %s", key, Json.shown(node));
            }
            long[] values = new long[node.size()];
            for (int i = 0; i < values.length; i++) {
                JsonNode value = node.get(i);
                if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                    throw problem(name, "%s must hold integers from 0 to 2^63-1, got %s", key, Json.shown(value));
                }
                values[i] = value.longValue();
            }
            return values;
        }

        private void checkCoverage(List<TensorEntry> tensors) {
            long end = dataStart;
            String before = "the start of the data";
            for (TensorEntry tensor : tensors) {
                if (tensor.offset() != end) {
                    throw problem(
                            tensor.name(),
                            "its data begins at %d, expected %d where %s ends; offsets %s",
                            tensor.offset() - dataStart,
                            end - dataStart,
                            before,
                            tensor.offset() < end ? "overlap" : "leave a hole");
                }
                end = tensor.offset() + tensor.bytes();
                before = tensor.name();
            }
            if (end != fileSize) {
                throw CodaException.of(
                        "%s: the tensors end at byte %d but the file has %d bytes; %d belong to no tensor",
                        file, end, fileSize, fileSize - end);
            }
        }

        private CodaException problem(String tensor, String format, Object... arguments) {
            return new CodaException(
                    file + ": tensor " + Json.quoted(tensor) + ": " + String.format(Locale.ROOT, format, arguments));
        }
    }
}
