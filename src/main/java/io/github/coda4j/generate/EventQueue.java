package io.github.coda4j.generate;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What one request tells, on its way to the listener: handled in order and one at a time on a thread of the request's
 * own, so that neither a listener nor what hangs on the answer holds up the engine. One that is {@link #isBehind} is
 * not fed with further steps while that can be helped.
 */
final class EventQueue {
    /** Steps that may wait for a listener before its request is not planned any further. */
    static final int MOST_STEPS_WAITING = 8;

    private final GenerationListener listener;
    private final Executor threads;
    private final Runnable caughtUp;
    private final Consumer<Throwable> failed;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger stepsWaiting = new AtomicInteger();
    private volatile boolean broken;
    private boolean started;

    private enum EventType {
        STEP,
        TEXT,
        LAST
    }

    private record Item(EventType kind, Runnable work) {}

    /**
     * A queue without a thread yet.
     *
     * @param caughtUp called when the listener is behind no more
     * @param failed is given what the listener throws, once; it is then told nothing more
     */
    EventQueue(GenerationListener listener, Executor threads, Runnable caughtUp, Consumer<Throwable> failed) {
        this.listener = listener;
        this.threads = threads;
        this.caughtUp = caughtUp;
        this.failed = failed;
    }

    /** Whether anybody listens. */
    boolean isHeard() {
        return listener != GenerationListener.NONE;
    }

    void step(StepEvent event) {
        stepsWaiting.incrementAndGet();
        add(new Item(EventType.STEP, () -> listener.onStep(event)));
    }

    void text(int hole, String text) {
        if (isHeard()) {
            add(new Item(EventType.TEXT, () -> listener.onText(hole, text)));
        }
    }

    /** What is done after all else, whatever the listener did; nothing may follow. */
    void last(Runnable work) {
        add(new Item(EventType.LAST, work));
        if (!started) {
            work.run();
        }
    }

    /** Whether as many steps wait as may. */
    boolean isBehind() {
        return stepsWaiting.get() >= MOST_STEPS_WAITING;
    }

    private void add(Item item) {
        queue.add(item);
        if (!started && !broken) {
            try {
                threads.execute(this::handleAll);
                started = true;
            } catch (RuntimeException | Error e) { // no thread could be had
                broken = true;
                if (item.kind != EventType.LAST) {
                    failed.accept(e);
                }
            }
        }
    }

    private void handleAll() {
        for (Item item = next(); ; item = next()) {
            if (item.kind == EventType.LAST) {
                item.work.run();
                return;
            }
            if (!broken) {
                try {
                    item.work.run();
                } catch (Throwable t) {
                    broken = true;
                    failed.accept(t);
                }
            }
            if (item.kind == EventType.STEP && stepsWaiting.getAndDecrement() == MOST_STEPS_WAITING) {
                caughtUp.run();
            }
        }
    }

    /** A listener's interrupt is for its own waiting and not for this. */
    private Item next() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                continue;
            }
        }
    }
}
