package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

/**
 * Which keys and values a forward takes from an earlier one (Fast-dLLM, Wu et al. 2025). A cache holds what positions
 * looked like when it was filled: an approximation, exact only when every forward refreshes it.
 */
public sealed interface CachePolicy {
    /** Every forward runs the whole sequence. */
    record None() implements CachePolicy {
        @Override
        public Refresh refresh() {
            return new Refresh.Every(1);
        }

        @Override
        public CachedRows rows() {
            return CachedRows.BLOCK;
        }
    }

    /**
     * Cached forwards run the block and all that is right of it against the stored keys and values of what is left of
     * it.
     *
     * @param refresh when the whole sequence is run again
     * @param rows which of the block's rows they run
     */
    record Prefix(Refresh refresh, CachedRows rows) implements CachePolicy {
        public Prefix {
            requireNonNull(refresh, "refresh is null");
            requireNonNull(rows, "rows are null");
        }

        /**
         * With all rows of the block, refreshed at block starts.
         *
         * @param refreshEvery as for {@link Refresh.Blocks}
         */
        public Prefix(int refreshEvery) {
            this(new Refresh.Blocks(refreshEvery), CachedRows.BLOCK);
        }
    }

    /**
     * Cached forwards run the block alone against the stored keys and values of both sides.
     *
     * @param refresh when the whole sequence is run again
     * @param rows which of the block's rows they run
     */
    record Dual(Refresh refresh, CachedRows rows) implements CachePolicy {
        public Dual {
            requireNonNull(refresh, "refresh is null");
            requireNonNull(rows, "rows are null");
        }

        /**
         * With all rows of the block, refreshed at block starts.
         *
         * @param refreshEvery as for {@link Refresh.Blocks}
         */
        public Dual(int refreshEvery) {
            this(new Refresh.Blocks(refreshEvery), CachedRows.BLOCK);
        }
    }

    /**
     * What a block-causal model has, and the only one that it has: forwards run the block and what is not stored of the
     * blocks before it, which nothing changes any more. No approximation, and no forward to refresh it.
     */
    record Exact() implements CachePolicy {
        @Override
        public Refresh refresh() {
            return new Refresh.Never();
        }

        @Override
        public CachedRows rows() {
            return CachedRows.BLOCK;
        }
    }

    /** That of block-causal models. */
    CachePolicy EXACT = new Exact();

    /** Every forward runs the whole sequence: exact. */
    CachePolicy NONE = new None();

    /** The policy of that name: none, prefix, dual or exact; prefix and dual refresh at block starts only. */
    static CachePolicy of(String name) {
        return of(name, 0);
    }

    /** The policy of that name with {@code refreshEvery} as for {@link Refresh.Blocks} (0 for none and exact). */
    static CachePolicy of(String name, int refreshEvery) {
        return of(name, new Refresh.Blocks(refreshEvery), CachedRows.BLOCK);
    }

    /**
     * The policy of that name: none, prefix, dual or exact.
     *
     * @param refresh at block starts for none and exact, which have nothing to refresh
     * @param rows the block's for none and exact
     */
    static CachePolicy of(String name, Refresh refresh, CachedRows rows) {
        return switch (name) {
            case "none" -> {
                check(refresh.equals(Refresh.AT_BLOCKS), "refresh %s needs cache prefix or dual, got none", refresh);
                check(rows == CachedRows.BLOCK, "cached rows open need cache prefix or dual, got none");
                yield NONE;
            }
            case "prefix" -> new Prefix(refresh, rows);
            case "dual" -> new Dual(refresh, rows);
            case "exact" -> {
                check(refresh.equals(Refresh.AT_BLOCKS), "cache exact is never refreshed, got refresh %s", refresh);
                check(rows == CachedRows.BLOCK, "cache exact runs what is not stored, got cached rows open");
                yield EXACT;
            }
            default ->
                throw new IllegalArgumentException(
                        "unknown cache '" + name + "': use one of none, prefix, dual, exact");
        };
    }

    /** The name that {@link #of} knows. */
    default String id() {
        return switch (this) {
            case None _ -> "none";
            case Prefix _ -> "prefix";
            case Dual _ -> "dual";
            case Exact _ -> "exact";
        };
    }

    /** When the whole sequence is run again. */
    Refresh refresh();

    /** Which of the block's rows a forward runs that takes the rest from the cache. */
    CachedRows rows();
}
