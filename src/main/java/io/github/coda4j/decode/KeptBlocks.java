package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.Closing;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.KvCache;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Keys and values of finished blocks that earlier sessions of one block-causal model leave behind, so that the next
 * turn of a conversation does not run them again. Those are a function of the tokens up to their block's end and of
 * where blocks begin, and of nothing else, so what is decoded with them is what is decoded without.
 *
 * <p>Bounded in bytes; what was not used for longest goes first. A session takes a copy, so that it does not matter to
 * it what goes meanwhile. Used by one thread, that of the model.
 */
public final class KeptBlocks implements AutoCloseable {
    /** A cache is copied to its size when more than one part of so many of its room is empty. */
    private static final int EMPTY_PART = 4;

    private final Denoiser denoiser;
    private final long mostBytes;
    /** The one that was used last at the end; none is the beginning of another. */
    private final Deque<Sequence> sequences = new ArrayDeque<>();

    private long bytes;
    private final Closing closing = new Closing();

    /**
     * A sequence, whole blocks of it.
     *
     * @param ids its tokens
     * @param cache holds final keys and values of all of them, and maybe has room for more
     */
    private record Sequence(int[] ids, BlockGrid grid, KvCache cache) {
        /** How many tokens it shares with another at the beginning. */
        int shared(int[] others) {
            int different = Arrays.mismatch(ids, others);
            return different < 0 ? ids.length : different;
        }

        boolean isBeginningOf(Sequence other) {
            return grid.equals(other.grid) && shared(other.ids) == ids.length;
        }
    }

    /**
     * What is kept of a sequence.
     *
     * @param cache stays the keeper's, and open until the keeper is asked the next time
     * @param length positions of whole blocks, from the first one on
     */
    record Beginning(KvCache cache, int length) {}

    /**
     * Keeps nothing yet.
     *
     * @param denoiser whose blocks these are
     * @param mostBytes of all of them together, 0 or more; at 0 nothing is ever kept
     */
    public KeptBlocks(Denoiser denoiser, long mostBytes) {
        check(mostBytes >= 0, "the bytes of kept blocks must be 0 or positive, got %d", mostBytes);
        this.denoiser = requireNonNull(denoiser, "denoiser is null");
        this.mostBytes = mostBytes;
    }

    /** Bytes that are kept. */
    public long bytes() {
        return bytes;
    }

    /** Sequences that are kept. */
    public int size() {
        return sequences.size();
    }

    /** Refuses sessions of another model. */
    void checkOf(Denoiser other) {
        check(other == denoiser, "the kept blocks are those of another model");
    }

    /**
     * The longest beginning of a sequence that is kept.
     *
     * @param ids tokens of the sequence, as many as may be taken
     */
    Optional<Beginning> longest(int[] ids, BlockGrid grid) {
        Sequence best = null;
        int most = 0;
        for (Sequence sequence : sequences) {
            int shared = sequence.grid().equals(grid) ? sequence.shared(ids) : 0;
            int whole = shared == ids.length ? shared : grid.start(shared);
            if (whole > most) {
                best = sequence;
                most = whole;
            }
        }
        if (best == null) {
            return Optional.empty();
        }
        sequences.remove(best);
        sequences.addLast(best);
        return Optional.of(new Beginning(best.cache(), most));
    }

    /**
     * Keeps a sequence, if it has a place: what is longer than all that may be kept is cut.
     *
     * @param ids tokens of its finished blocks, all of their positions
     * @param cache with their final keys and values; from now on the keeper's to close
     */
    void keep(int[] ids, BlockGrid grid, KvCache cache) {
        Sequence left = new Sequence(ids, grid, cache);
        long each = cache.bytes() / cache.length();
        int fitting = (int) Math.min(ids.length, mostBytes / Math.max(1, each));
        int length = fitting == ids.length ? fitting : grid.start(fitting);
        boolean known = sequences.stream().anyMatch(left::isBeginningOf);
        if (closing.isClosed() || length == 0 || known) {
            cache.close();
            return;
        }
        Sequence kept = cut(left, length);
        drop(sequences.iterator(), old -> old.isBeginningOf(kept));
        sequences.addLast(kept);
        bytes += kept.cache().bytes();
        drop(sequences.iterator(), _ -> bytes > mostBytes);
    }

    private Sequence cut(Sequence sequence, int length) {
        KvCache cache = sequence.cache();
        int empty = cache.length() - length;
        if (empty <= cache.length() / EMPTY_PART && cache.bytes() <= mostBytes) {
            return new Sequence(Arrays.copyOf(sequence.ids(), length), sequence.grid(), cache);
        }
        try (cache) {
            int[] from = new int[length];
            Arrays.setAll(from, position -> position);
            return new Sequence(Arrays.copyOf(sequence.ids(), length), sequence.grid(), denoiser.moved(cache, from));
        }
    }

    private void drop(Iterator<Sequence> each, Predicate<Sequence> goes) {
        while (each.hasNext()) {
            Sequence sequence = each.next();
            if (goes.test(sequence)) {
                each.remove();
                bytes -= sequence.cache().bytes();
                sequence.cache().close();
            }
        }
    }

    @Override
    public void close() {
        closing.once(() -> drop(sequences.iterator(), _ -> true));
    }
}
