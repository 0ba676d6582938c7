package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.masking.MaskingRule;
import io.github.coda4j.masking.Noised;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads and masks a rank's rows ahead of the training thread, on a thread of its own. What comes depends on step and
 * cursor alone, not on timing.
 */
public final class BatchFeed implements AutoCloseable {
    private final BlockingQueue<Item> queue;
    private final Thread reader;
    private final Closing closing = new Closing();
    private long waitedNanos;

    /** A batch, or what went wrong. */
    private sealed interface Item {}

    private record Ready(StepBatch batch) implements Item {}

    private record Failed(Throwable cause) implements Item {}

    /**
     * Starts reading.
     *
     * @param firstStep the step whose batch comes first
     * @param firstCursor where that step's global batch begins in the source's endless order
     * @param ahead how many steps may wait ready; at least 1
     */
    public BatchFeed(
            SequenceSource source, MaskingRule masker, RowShare share, long firstStep, long firstCursor, int ahead) {
        check(ahead > 0, "at least one batch is read ahead, got %d", ahead);
        this.queue = new ArrayBlockingQueue<>(ahead);
        this.reader = Thread.ofPlatform()
                .name("coda-data")
                .daemon()
                .start(() -> readOn(source, masker, share, firstStep, firstCursor));
    }

    private void readOn(SequenceSource source, MaskingRule masker, RowShare share, long firstStep, long firstCursor) {
        try {
            long cursor = firstCursor;
            for (long step = firstStep; ; step++) {
                PackedBatch packed = source.read(cursor + share.firstRow(), share.rows());
                Noised noised = masker.mask(packed, step, share.firstRow());
                queue.put(new Ready(new StepBatch(step, cursor, packed, noised.batch(), noised.applied())));
                cursor += share.globalRows();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable problem) {
        try {
            queue.put(new Failed(problem));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The next step's batch; waits until it is there.
     *
     * @throws CodaException when the data cannot be read
     * @throws IllegalStateException when the feed is closed, also while it waits
     */
    public StepBatch take() {
        closing.checkOpen("the batch feed");
        long begin = System.nanoTime();
        try {
            Item item = queue.take();
            waitedNanos = System.nanoTime() - begin;
            return switch (item) {
                case Ready ready -> ready.batch();
                case Failed failed -> throw rethrown(failed.cause());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CodaException("interrupted while waiting for data", e);
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new CodaException("the data cannot be read: " + cause.getMessage(), cause);
        };
    }

    /** How long the last {@link #take} waited, in nanoseconds. */
    public long waitedNanos() {
        return waitedNanos;
    }

    /** Stops reading; returns when the reader is done with the source. */
    @Override
    public void close() {
        closing.once(() -> {
            reader.interrupt();
            queue.clear();
            Closing.awaitEnd(reader);
            queue.clear();
            queue.add(new Failed(new IllegalStateException("the batch feed is closed"))); // for one who waits in take()
        });
    }
}
