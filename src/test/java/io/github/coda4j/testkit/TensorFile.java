package io.github.coda4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A trusting safetensors reader for fixtures, independent of the real one. */
public final class TensorFile {
    private final ByteBuffer bytes;
    private final JsonNode header;
    private final int dataStart;

    private TensorFile(ByteBuffer bytes) throws IOException {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) bytes.getLong(0);
        byte[] json = new byte[headerLength];
        bytes.get(8, json);
        this.header = new ObjectMapper().readTree(json);
        this.dataStart = 8 + headerLength;
    }

    public static TensorFile read(Path file) {
        try {
            return new TensorFile(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of all tensors. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        header.fieldNames().forEachRemaining(names::add);
        names.remove("__metadata__");
        return names;
    }

    public int[] shape(String name) {
        return Goldens.ints(entry(name).get("shape"));
    }

    /** F32, or BF16 widened, row-major. */
    public float[] floats(String name) {
        boolean wide = entry(name).get("dtype").textValue().equals("F32");
        ByteBuffer data = data(name);
        float[] values = new float[data.remaining() / (wide ? 4 : 2)];
        for (int i = 0; i < values.length; i++) {
            values[i] = wide ? data.getFloat(4 * i) : Float.intBitsToFloat(data.getShort(2 * i) << 16);
        }
        return values;
    }

    /** I64 with small values. */
    public int[] ints(String name) {
        ByteBuffer data = data(name);
        int[] values = new int[data.remaining() / 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.toIntExact(data.getLong(8 * i));
        }
        return values;
    }

    private ByteBuffer data(String name) {
        JsonNode offsets = entry(name).get("data_offsets");
        int start = offsets.get(0).intValue();
        return bytes.slice(dataStart + start, offsets.get(1).intValue() - start).order(ByteOrder.LITTLE_ENDIAN);
    }

    private JsonNode entry(String name) {
        JsonNode entry = header.get(name);
        if (entry == null) {
            throw new AssertionError("no tensor " + name);
        }
        return entry;
    }
}
