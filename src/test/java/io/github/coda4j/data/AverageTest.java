package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code recipes/coda-mini/Average.java}. */
@Tag("process")
class AverageTest {
    @TempDir
    Path folder;

    @Test
    void the_mean_is_that_of_each_number_and_other_files_are_refused() throws IOException, InterruptedException {
        Path a = file("a", "BF16", 1, -2, 0.5f);
        Path b = file("b", "BF16", 3, -2, 1);
        Path c = file("c", "BF16", 2, 4, -3);
        Path out = folder.resolve("out");
        assertThat(run(out, a, b, c)).isZero();
        assertThat(Files.readAllBytes(out)).isEqualTo(Files.readAllBytes(file("mean", "BF16", 2, 0, -0.5f)));
        Files.delete(out);
        assertThat(run(out, a, file("other", "BF16", 1, 2))).isNotZero();
        assertThat(run(out, file("f16", "F16", 1, 2, 3), file("f16b", "F16", 1, 2, 3)))
                .isNotZero();
        assertThat(run(out, a)).isNotZero();
        assertThat(out).doesNotExist();
    }

    private int run(Path out, Path... files) throws IOException, InterruptedException {
        String[] arguments = Stream.concat(Stream.of(out), Stream.of(files))
                .map(Path::toString)
                .toArray(String[]::new);
        return RecipeProgram.run(folder.resolve("printed"), "Average.java", arguments);
    }

    /** A safetensors file with one tensor. */
    private Path file(String name, String type, float... values) throws IOException {
        String json = "{\"w\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                .formatted(type, values.length, Short.BYTES * values.length);
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + header.length + Short.BYTES * values.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        return Files.write(folder.resolve(name), bytes.array());
    }
}
