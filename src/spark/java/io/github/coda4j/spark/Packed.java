package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/**
 * Values as bytes, by the serialization of the JDK. What travels between machines goes so: Kryo, which Spark uses for
 * what is shuffled, cannot make records.
 */
final class Packed {
    private Packed() {}

    static byte[] of(Serializable value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new IllegalStateException("a value cannot be written to memory", e);
        }
        return bytes.toByteArray();
    }

    /**
     * The value.
     *
     * @throws CodaException when the bytes hold none of the type
     */
    static <T> T read(byte[] bytes, Class<T> type) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return type.cast(in.readObject());
        } catch (IOException | ClassNotFoundException | ClassCastException e) {
            throw new CodaException("a part of the work is not what it was written as: " + e.getMessage(), e);
        }
    }
}
