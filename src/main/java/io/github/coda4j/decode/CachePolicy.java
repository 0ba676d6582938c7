package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

/**
 * Which keys and values a forward takes from an earlier one (Fast-dLLM, Wu et al. 2025). A cache holds what positions
 * looked like when it was filled: an approximation, exact only when every forward refreshes it.
 */
public sealed interface CachePolicy {
    /** Every forward runs the whole sequence. */
    record None() implements CachePolicy {
        @Override
        public int refreshEvery() {
            return 1;
        }
    }

    /**
     * Cached forwards run the block and all that is right of it against the stored keys and values of what is left of
     * it.
     *
     * @param refreshEvery 0: one full forward at the start of each block; n: every n-th forward of a block is a full
     *     one, counted from its first (1: all of them)
     */
    record Prefix(int refreshEvery) implements CachePolicy {
        public Prefix {
            checkRefresh(refreshEvery);
        }
    }

    /**
     * Cached forwards run the block alone against the stored keys and values of both sides.
     *
     * @param refreshEvery as for {@link Prefix}
     */
    record Dual(int refreshEvery) implements CachePolicy {
        public Dual {
            checkRefresh(refreshEvery);
        }
    }

    /**
     * What a block-causal model has, and the only one that it has: forwards run the block and what is not stored of the
     * blocks before it, which nothing changes any more. No approximation, and no forward to refresh it.
     */
    record Exact() implements CachePolicy {
        @Override
        public int refreshEvery() {
            return 0;
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

    /** The policy of that name, with {@code refreshEvery} as for {@link Prefix} (0 for none and exact). */
    static CachePolicy of(String name, int refreshEvery) {
        return switch (name) {
            case "none" -> {
                check(refreshEvery == 0, "a refresh interval of %d needs cache prefix or dual, got none", refreshEvery);
                yield NONE;
            }
            case "prefix" -> new Prefix(refreshEvery);
            case "dual" -> new Dual(refreshEvery);
            case "exact" -> {
                check(refreshEvery == 0, "cache exact is never refreshed, got a refresh interval of %d", refreshEvery);
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
            case None() -> "none";
            case Prefix(int _) -> "prefix";
            case Dual(int _) -> "dual";
            case Exact() -> "exact";
        };
    }

    /** 0: forwards run the whole sequence at block starts only; n: every n-th forward of a block does. */
    int refreshEvery();

    /** Whether the forward with this index within its block runs the whole sequence. */
    default boolean runsAll(int forwardInBlock) {
        return forwardInBlock == 0 || (refreshEvery() > 0 && forwardInBlock % refreshEvery() == 0);
    }

    private static void checkRefresh(int refreshEvery) {
        check(
                refreshEvery >= 0,
                "the cache refresh interval must be 0 (block starts only) or positive, got %d",
                refreshEvery);
    }
}
