package io.github.coda4j.model;

import io.github.coda4j.Checks;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.TokenFilter;

/** What every transformer refuses before it runs. */
final class PlanChecks {
    private PlanChecks() {}

    static void checkIds(ModelConfig config, int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            Checks.check(
                    ids[i] >= 0 && ids[i] < config.vocabSize(),
                    "token id %d at index %d is not in [0, %d)",
                    ids[i],
                    i,
                    config.vocabSize());
        }
    }

    static void check(ModelConfig config, ForwardPlan plan) {
        checkIds(config, plan.ids());
        Checks.check(
                plan.end() <= config.maxPositions(),
                "the sequence ends at position %d, the model knows %d",
                plan.end(),
                config.maxPositions());
        checkFilters(config, plan);
        switch (plan.cache()) {
            case CacheAccess.None _ -> {}
            case CacheAccess.Fill fill ->
                Checks.check(
                        fill.cache().length() == plan.ids().length,
                        "the cache holds %d positions, the plan runs %d",
                        fill.cache().length(),
                        plan.ids().length);
            case CacheAccess.Reuse reuse ->
                Checks.check(
                        plan.end() <= reuse.cache().length(),
                        "the plan ends at %d, the cache holds %d positions",
                        plan.end(),
                        reuse.cache().length());
            case CacheAccess.Append append -> {
                Checks.check(
                        plan.end() <= append.cache().length(),
                        "the plan ends at %d, the cache holds %d positions",
                        plan.end(),
                        append.cache().length());
                int[] positions = plan.positions();
                Checks.check(
                        positions.length == 0
                                || positions[positions.length - 1] < plan.end()
                                || config.alignment() == Alignment.SHIFTED,
                        "position %d lies behind the plan, and the model proposes in place",
                        plan.end());
            }
        }
    }

    private static void checkFilters(ModelConfig config, ForwardPlan plan) {
        for (int i = 0; i < plan.filters().size(); i++) {
            TokenFilter filter = plan.filters().get(i);
            Checks.check(
                    filter.highestId() < config.vocabSize(),
                    "the token filter of position %d names token %d, which is not in [0, %d)",
                    plan.positions()[i],
                    filter.highestId(),
                    config.vocabSize());
            Checks.check(
                    filter.leavesAny(config.vocabSize(), plan.sampling().excludedToken()),
                    "the token filter of position %d leaves no token that may be proposed",
                    plan.positions()[i]);
        }
    }

    static void checkMoved(KvCache cache, int[] from) {
        Checks.check(from.length > 0, "a cache needs at least one position");
        for (int i = 0; i < from.length; i++) {
            Checks.check(
                    from[i] >= -1 && from[i] < cache.length(),
                    "position %d is to come from %d, which is not in [-1, %d)",
                    i,
                    from[i],
                    cache.length());
        }
    }

    /** The cache as the transformer's own kind. */
    static <T extends KvCache> T own(KvCache cache, Class<T> type) {
        if (!type.isInstance(cache)) {
            throw new IllegalArgumentException("the cache was made by another transformer: "
                    + cache.getClass().getName());
        }
        return type.cast(cache);
    }
}
