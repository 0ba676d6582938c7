package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardFileTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_500L);

    @TempDir
    Path folder;

    @Test
    void the_bytes_are_events_as_tensorboard_reads_them() throws IOException {
        try (TensorBoardFile events = TensorBoardFile.after(0, folder, () -> NOW)) {
            events.step(MetricsFileTest.step(7, OptionalDouble.of(0.5)));
            events.heldOut(new HeldOutMetrics(7, 5.5, 6.5, 70));
        }
        List<UnknownFieldSet> events = read(folder.resolve("events.out.tfevents.1700000000.coda4j.0"));
        assertThat(events).hasSize(3);
        assertThat(text(events.getFirst(), 3)).isEqualTo("brain.Event:2");
        assertThat(Double.longBitsToDouble(
                        events.get(1).getField(1).getFixed64List().getFirst()))
                .isEqualTo(1_700_000_000.5);
        assertThat(events.get(1).getField(2).getVarintList()).containsExactly(7L);
        assertThat(scalars(events.get(1)))
                .containsEntry("loss/train", 3.25f)
                .containsEntry("loss/masked_cross_entropy", 4.5f)
                .containsEntry("speed/mfu", 0.5f)
                .containsEntry("speed/tokens_per_second", 2048f);
        assertThat(scalars(events.get(2))).containsEntry("loss/held_out", 5.5f);
    }

    @Test
    void a_run_that_goes_on_tells_tensorboard_to_forget_later_steps() throws IOException {
        TensorBoardFile.after(0, folder, () -> NOW).close();
        TensorBoardFile.after(4, folder, () -> NOW).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
        UnknownFieldSet restart =
                read(folder.resolve("events.out.tfevents.1700000000.coda4j.1")).getLast();
        assertThat(restart.getField(2).getVarintList()).containsExactly(5L);
        UnknownFieldSet log = UnknownFieldSet.parseFrom(
                restart.getField(7).getLengthDelimitedList().getFirst());
        assertThat(log.getField(1).getVarintList()).containsExactly(1L);
    }

    private static Map<String, Float> scalars(UnknownFieldSet event) throws IOException {
        Map<String, Float> scalars = new HashMap<>();
        UnknownFieldSet summary = UnknownFieldSet.parseFrom(
                event.getField(5).getLengthDelimitedList().getFirst());
        for (ByteString bytes : summary.getField(1).getLengthDelimitedList()) {
            UnknownFieldSet value = UnknownFieldSet.parseFrom(bytes);
            scalars.put(
                    text(value, 1),
                    Float.intBitsToFloat(value.getField(2).getFixed32List().getFirst()));
        }
        return scalars;
    }

    private static String text(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
    }

    private static List<UnknownFieldSet> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<UnknownFieldSet> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = new byte[8];
            bytes.get(length);
            assertThat(bytes.getInt()).isEqualTo(masked(length));
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            bytes.get(data);
            assertThat(bytes.getInt()).isEqualTo(masked(data));
            events.add(UnknownFieldSet.parseFrom(data));
        }
        return events;
    }

    /** The checksum by its definition, bit by bit: the polynomial of Castagnoli, reflected. */
    private static int masked(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }
}
