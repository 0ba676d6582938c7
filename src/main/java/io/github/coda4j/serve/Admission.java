package io.github.coda4j.serve;

import io.github.coda4j.serve.wire.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who is let in: as many answers as are worked on and may wait, while there is a model and the server is not being shut
 * down. Counted before a prompt is even tokenized.
 */
public final class Admission {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Set<Place> places = new HashSet<>();
    private int taken;
    private boolean closing;

    /** @param most answers under way at a time */
    public Admission(int most) {
        this.most = most;
    }

    /** The place of one request, for all of its answers. */
    final class Place implements AutoCloseable {
        private final int answers;
        private final Runnable breakOff;

        private Place(int answers, Runnable breakOff) {
            this.answers = answers;
            this.breakOff = breakOff;
        }

        /** Gives it back; a second call does nothing. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (places.remove(this)) {
                    taken -= answers;
                    left.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A place for a request.
     *
     * @param breakOff ends the request with what it has, when the server waits no longer
     * @throws Problem when there is none
     */
    Place enter(int answers, Runnable breakOff) {
        lock.lock();
        try {
            if (closing) {
                throw shuttingDown();
            }
            if (taken + answers > most) {
                throw Problem.busy(
                        "the queue is full: " + taken + " answers are under way and this server takes at most " + most
                                + " at a time; try again in 1 s",
                        1);
            }
            Place place = new Place(answers, breakOff);
            taken += answers;
            places.add(place);
            return place;
        } finally {
            lock.unlock();
        }
    }

    static Problem shuttingDown() {
        return Problem.unavailable("shutting_down", "the server is being shut down");
    }

    /** Answers that have a place. */
    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more, waits that long for those who are in, and breaks off what is left. */
    void drain(Duration patience) throws InterruptedException {
        List<Place> late = new ArrayList<>();
        lock.lock();
        try {
            closing = true;
            long nanos = patience.toNanos();
            while (!places.isEmpty() && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
            late.addAll(places);
        } finally {
            lock.unlock();
        }
        late.forEach(place -> place.breakOff.run());
    }
}
