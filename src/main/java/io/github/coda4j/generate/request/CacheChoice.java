package io.github.coda4j.generate.request;

import io.github.coda4j.Nearest;
import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.Refresh;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which keys and values are kept and when they are run again, and what goes with that. What the request says has an
 * effect or is refused; what stands behind it is left out where it has none.
 */
final class CacheChoice {
    private static final Logger LOG = LoggerFactory.getLogger(CacheChoice.class);

    private CacheChoice() {}

    /**
     * The cache that is asked for.
     *
     * @param blocks the block length that is
     */
    static CachePolicy of(Values values, Optional<Setting<BlockLength>> blocks) {
        Optional<Setting<String>> found = values.find(Parameter.CACHE);
        List<String> known = List.of("none", "prefix", "dual", "exact");
        if (found.isEmpty()) {
            return of(values, "none");
        }
        Setting<String> cache = found.get();
        if (!known.contains(cache.value())) {
            throw unknown(cache, known);
        }
        boolean inBlocks = cache.value().equals("prefix") || cache.value().equals("dual");
        if (inBlocks && blocks.isEmpty()) {
            String block = values.name(Parameter.BLOCK_LENGTH);
            throw new WrongValueException(
                    cache.name(),
                    String.format(Locale.ROOT, "%s needs blocks: add %s N, for example %s 32", cache, block, block));
        }
        return of(values, cache.value());
    }

    private static CachePolicy of(Values values, String name) {
        Setting<Refresh> refresh = values.find(Parameter.REFRESH)
                .map(CacheChoice::refresh)
                .orElse(Setting.ofDefault(Refresh.AT_BLOCKS, values.name(Parameter.REFRESH)));
        Optional<Setting<String>> rowsFound = values.find(Parameter.CACHED_ROWS);
        Setting<CachedRows> rows = new Setting<>(
                values.choice(Parameter.CACHED_ROWS, CachedRows.BLOCK, CachedRows.values()),
                rowsFound.map(Setting::origin).orElse(Setting.Origin.DEFAULT),
                rowsFound.map(Setting::name).orElse(values.name(Parameter.CACHED_ROWS)));
        return CachePolicy.of(
                name,
                effective(values, name, refresh, Refresh.AT_BLOCKS),
                effective(values, name, rows, CachedRows.BLOCK));
    }

    private static Setting<Refresh> refresh(Setting<String> found) {
        try {
            return new Setting<>(Refresh.of(found.value()), found.origin(), found.name());
        } catch (IllegalArgumentException e) {
            throw found.wrong(found.value() + " cannot be used: " + e.getMessage());
        }
    }

    /** The value; {@code neutral} where it has no effect and somebody else than the request says it. */
    private static <T> T effective(Values values, String cache, Setting<T> found, T neutral) {
        if (found.value().equals(neutral)) {
            return neutral;
        }
        boolean original = values.find(Parameter.BLOCK_START)
                .filter(start -> start.value().equals("commit"))
                .isPresent();
        boolean refreshed = !List.of("none", "exact").contains(cache);
        if (refreshed && !original) {
            return found.value();
        }
        if (!found.isOfRequest()) {
            LOG.info(
                    "{} is left out: it does not go with cache {}{}",
                    found,
                    cache,
                    original ? ", block start commit" : "");
            return neutral;
        }
        String value = found.value().toString().toLowerCase(Locale.ROOT);
        throw found.wrong(
                !refreshed
                        ? value + " has no effect with cache " + cache + ": add " + values.name(Parameter.CACHE)
                                + " prefix or dual, or leave it out"
                        : value + " does not go with " + values.name(Parameter.BLOCK_START)
                                + " commit, whose forwards are the original's: leave one of them out");
    }

    /**
     * Whether that block length has an effect: one that is chosen by what cached steps cost has none where there are
     * none, and who asks for it is told.
     */
    static boolean takes(Values values, CachePolicy cache, Setting<BlockLength> found) {
        boolean cached = cache instanceof CachePolicy.Prefix || cache instanceof CachePolicy.Dual;
        if (cached || found.value() instanceof BlockLength.Tokens) {
            return true;
        }
        if (found.isOfRequest()) {
            throw found.wrong(String.format(
                    Locale.ROOT,
                    "auto has no effect with cache %s: add %s prefix or dual, whose steps run a block (a block-causal"
                            + " model has blocks of its own), or give a number",
                    cache.id(),
                    values.name(Parameter.CACHE)));
        }
        LOG.info("{} is left out: it does not go with cache {}", found, cache.id());
        return false;
    }

    private static RuntimeException unknown(Setting<String> setting, List<String> known) {
        return setting.wrong(String.format(
                Locale.ROOT,
                "must be one of %s, got '%s'%s",
                String.join(", ", known),
                setting.value(),
                Nearest.hint(setting.value(), known)));
    }
}
