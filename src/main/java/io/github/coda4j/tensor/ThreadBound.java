package io.github.coda4j.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * What others keep in native memory for the current thread. They are told when the thread may use another number of
 * threads, and when it ends, so that this room need not know them.
 */
public interface ThreadBound {
    /** The thread's operations may use this many threads from now on, at least 1. */
    void threadsChanged(int threads);

    /** The thread ends: frees what was kept for it. */
    void threadEnds();

    /** Takes note of something that the current thread keeps. */
    static void keep(ThreadBound kept) {
        Kept.OF_THREAD.get().add(kept);
    }

    /** The list of the current thread; package-private use alone. */
    final class Kept {
        private static final ThreadLocal<List<ThreadBound>> OF_THREAD = ThreadLocal.withInitial(ArrayList::new);

        private Kept() {}

        static void threadsChanged(int threads) {
            OF_THREAD.get().forEach(kept -> kept.threadsChanged(threads));
        }

        static void threadEnds() {
            OF_THREAD.get().forEach(ThreadBound::threadEnds);
            OF_THREAD.remove();
        }
    }
}
