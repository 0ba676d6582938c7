package io.github.coda4j.model.plan;

import static io.github.coda4j.Checks.check;

import java.util.Objects;

/**
 * One sequence's part of a forward pass.
 *
 * @param ids the tokens to run, a contiguous run of the sequence
 * @param start position of {@code ids[0]} in its sequence: rotary positions are start, start+1, ...
 * @param cache what to store or reuse; {@link CacheAccess.Fill} wants the whole sequence (start 0)
 * @param positions positions for which proposals are wanted, ascending, each in [start, start + ids.length); which
 *     output row proposes each says the model's {@link io.github.coda4j.diffusion.Alignment}
 * @param sampling how rows become proposals
 * @param drawKey key of the random draws of this step: the draw of position p is {@code CounterRandom.uniform(drawKey,
 *     p)}
 */
public record ForwardPlan(int[] ids, int start, CacheAccess cache, int[] positions, Sampling sampling, long drawKey) {
    public ForwardPlan {
        Objects.requireNonNull(cache, "cache is null");
        Objects.requireNonNull(sampling, "sampling is null");
        check(ids.length > 0, "a forward needs at least one token");
        check(start >= 0, "start must be 0 or positive, got %d", start);
        check(
                !(cache instanceof CacheAccess.Fill) || start == 0,
                "filling a cache runs the whole sequence, got start %d",
                start);
        int previous = start - 1;
        for (int position : positions) {
            check(
                    position > previous && position < start + ids.length,
                    "positions must ascend within [%d, %d), got %d after %d",
                    start,
                    start + ids.length,
                    position,
                    previous);
            previous = position;
        }
    }

    public int end() {
        return start + ids.length;
    }
}
