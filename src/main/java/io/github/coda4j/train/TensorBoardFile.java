package io.github.coda4j.train;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * An event file that TensorBoard shows: records of {@code tensorflow.Event} (event.proto and summary.proto of
 * TensorFlow) in the TFRecord framing, which is length, masked CRC-32C of the length, data, masked CRC-32C of the data,
 * all little-endian.
 */
public final class TensorBoardFile implements MetricsSink {
    // Field numbers of event.proto and summary.proto
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;

    private static final int MASK_DELTA = 0xa282ead8;

    private final Path file;
    private final OutputStream output;
    private final InstantSource clock;

    private TensorBoardFile(Path file, OutputStream output, InstantSource clock) {
        this.file = file;
        this.output = output;
        this.clock = clock;
    }

    /** Writes the fields of a message. */
    @FunctionalInterface
    private interface Fields {
        void write(CodedOutputStream message) throws IOException;
    }

    /**
     * Begins a new file in a folder; TensorBoard reads all files of a folder as one run. A run that goes on tells
     * TensorBoard to forget what older files say about later steps.
     *
     * @param step the last step that counts; 0 at the beginning
     * @throws CodaException when the folder cannot be written
     */
    public static TensorBoardFile after(long step, Path folder, InstantSource clock) {
        Path file = folder;
        try {
            Files.createDirectories(folder);
            for (int number = 0; ; number++) {
                file = folder.resolve(String.format(
                        Locale.ROOT,
                        "events.out.tfevents.%010d.coda4j.%d",
                        clock.instant().getEpochSecond(),
                        number));
                try {
                    OutputStream output =
                            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    TensorBoardFile events = new TensorBoardFile(file, output, clock);
                    events.begin(step);
                    return events;
                } catch (FileAlreadyExistsException _) {
                    continue; // two runs in one second
                }
            }
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private void begin(long step) {
        event(0, message -> message.writeString(EVENT_FILE_VERSION, "brain.Event:2"));
        if (step > 0) {
            event(
                    step + 1,
                    message -> message.writeBytes(
                            EVENT_SESSION_LOG, bytes(log -> log.writeEnum(SESSION_STATUS, SESSION_START))));
        }
    }

    @Override
    public void step(StepMetrics m) {
        event(
                m.step(),
                message -> message.writeBytes(EVENT_SUMMARY, bytes(summary -> {
                    scalar(summary, "loss/train", m.loss());
                    scalar(summary, "loss/elbo", m.elbo());
                    scalar(summary, "loss/masked_cross_entropy", m.maskedCrossEntropy());
                    scalar(summary, "optimizer/learning_rate", m.learningRate());
                    scalar(summary, "optimizer/gradient_norm", m.gradientNorm());
                    scalar(summary, "masking/masked_share", (double) m.masked() / m.tokens());
                    double rows = m.masks().rows();
                    scalar(summary, "masking/prefix_share", m.masks().prefixRows() / rows);
                    scalar(summary, "masking/truncated_share", m.masks().truncatedRows() / rows);
                    scalar(summary, "masking/block_share", m.masks().blockRows() / rows);
                    scalar(summary, "masking/hole_share", m.masks().holeRows() / rows);
                    scalar(summary, "speed/tokens_per_second", m.tokensPerSecond());
                    scalar(summary, "speed/data_wait_share", m.waitedSeconds() / m.seconds());
                    if (m.peakShare().isPresent()) {
                        scalar(summary, "speed/mfu", m.peakShare().getAsDouble());
                    }
                })));
    }

    @Override
    public void heldOut(HeldOutMetrics m) {
        event(
                m.step(),
                message -> message.writeBytes(EVENT_SUMMARY, bytes(summary -> {
                    scalar(summary, "loss/held_out", m.loss());
                    scalar(summary, "loss/held_out_masked_cross_entropy", m.maskedCrossEntropy());
                })));
    }

    private static void scalar(CodedOutputStream summary, String tag, double value) throws IOException {
        summary.writeBytes(SUMMARY_VALUE, bytes(message -> {
            message.writeString(VALUE_TAG, tag);
            message.writeFloat(VALUE_SIMPLE, (float) value);
        }));
    }

    private void event(long step, Fields content) {
        Instant now = clock.instant();
        try {
            record(bytes(message -> {
                message.writeDouble(EVENT_WALL_TIME, now.getEpochSecond() + now.getNano() / 1e9);
                message.writeInt64(EVENT_STEP, step);
                content.write(message);
            }));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static ByteString bytes(Fields fields) throws IOException {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream message = CodedOutputStream.newInstance(bytes);
        fields.write(message);
        message.flush();
        return bytes.toByteString();
    }

    private void record(ByteString data) throws IOException {
        int frame = Long.BYTES + 2 * Integer.BYTES;
        ByteBuffer record = ByteBuffer.allocate(frame + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.size());
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        int start = record.position();
        record.put(data.asReadOnlyByteBuffer());
        record.putInt(maskedCrc(record.array(), start, data.size()));
        output.write(record.array());
    }

    /** The CRC is rotated and moved so that checksums of data that holds checksums stay good. */
    private static int maskedCrc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() {
        try {
            output.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static CodaException cannotWrite(Path file, IOException e) {
        return new CodaException("cannot write " + file + ": " + e.getMessage(), e);
    }
}
