package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Block;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One sequence's part of a forward pass.
 *
 * @param ids the tokens to run, a contiguous run of the sequence
 * @param start position of {@code ids[0]} in its sequence: rotary positions are start, start+1, ...
 * @param cache what to store or reuse; {@link CacheAccess.Fill} wants the whole sequence (start 0)
 * @param positions positions for which proposals are wanted, ascending, each in [start, start + ids.length), with
 *     {@link CacheAccess.Append} also the one behind; which output row proposes each says the model's
 *     {@link io.github.coda4j.diffusion.Alignment}
 * @param sampling how rows become proposals
 * @param filters which tokens may be proposed for each of the positions; empty for all tokens everywhere
 * @param details what else is wanted of each position
 * @param drawKey key of the random draws of this step: the draw of position p is {@code CounterRandom.uniform(drawKey,
 *     p)}
 */
public record ForwardPlan(
        int[] ids,
        int start,
        CacheAccess cache,
        int[] positions,
        Sampling sampling,
        List<TokenFilter> filters,
        Optional<DetailRequest> details,
        long drawKey) {
    public ForwardPlan {
        Objects.requireNonNull(details, "details are null");
        filters = List.copyOf(filters);
        check(
                filters.isEmpty() || filters.size() == positions.length,
                "%d positions need as many token filters or none, got %d",
                positions.length,
                filters.size());
        Objects.requireNonNull(cache, "cache is null");
        Objects.requireNonNull(sampling, "sampling is null");
        check(ids.length > 0, "a forward needs at least one token");
        check(start >= 0, "start must be 0 or positive, got %d", start);
        check(
                !(cache instanceof CacheAccess.Fill) || start == 0,
                "filling a cache runs the whole sequence, got start %d",
                start);
        int previous = start - 1;
        int behind = start + ids.length + (cache instanceof CacheAccess.Append ? 1 : 0);
        for (int position : positions) {
            check(
                    position > previous && position < behind,
                    "positions must ascend within [%d, %d), got %d after %d",
                    start,
                    behind,
                    position,
                    previous);
            previous = position;
        }
    }

    /** A plan for which every token may be proposed and nothing else is wanted. */
    public ForwardPlan(int[] ids, int start, CacheAccess cache, int[] positions, Sampling sampling, long drawKey) {
        this(ids, start, cache, positions, sampling, List.of(), Optional.empty(), drawKey);
    }

    /** The filter of the position with that index among {@link #positions}. */
    public TokenFilter filter(int index) {
        return filters.isEmpty() ? TokenFilter.NONE : filters.get(index);
    }

    /** The same plan with a filter for each of its positions. */
    public ForwardPlan withFilters(List<TokenFilter> newFilters) {
        return new ForwardPlan(ids, start, cache, positions, sampling, newFilters, details, drawKey);
    }

    /** The same plan, which also wants that. */
    public ForwardPlan withDetails(DetailRequest request) {
        return new ForwardPlan(ids, start, cache, positions, sampling, filters, Optional.of(request), drawKey);
    }

    /**
     * The same plan for some of its positions alone, against what is stored of all others.
     *
     * @param run holds the positions that are asked for and the rows that propose them
     * @param stored of a sequence of this length
     */
    public ForwardPlan alone(Block run, KvCache stored) {
        check(
                run.start() >= start && run.end() <= end(),
                "positions %d to %d are not all in [%d, %d)",
                run.start(),
                run.end() - 1,
                start,
                end());
        int[] own = Arrays.copyOfRange(ids, run.start() - start, run.end() - start);
        CacheAccess access = new CacheAccess.Reuse(stored);
        return new ForwardPlan(own, run.start(), access, positions, sampling, filters, details, drawKey);
    }

    public int end() {
        return start + ids.length;
    }
}
