package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.CachedRows;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.DelegatingDenoiser;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.model.plan.TokenFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Decodes the same canvases by one rule after another. Rules that go the same way for a while ask the model the same:
 * what was asked before, to the letter, is answered from memory, and the rest of many canvases runs in one pass. Both
 * change nothing: without temperature a forward says the same every time, and a packed one what it says alone.
 *
 * <p>Keys and values are shared where a cache is filled once, with all of a canvas' masks, and where every other
 * forward runs the same rows: those of all others are the same for every rule. Other caches are their session's own,
 * and what is asked with them is not remembered.
 */
final class SharedForwards implements AutoCloseable {
    /** Rows of a pass, as many as it takes to keep the products busy. */
    private static final int PACKED_ROWS = 1024;

    private final Denoiser model;
    private final List<Place> places;
    private long run;
    private long remembered;

    /** @param numCanvases that will be decoded, each by its index */
    SharedForwards(Denoiser model, int numCanvases) {
        this.model = model;
        this.places = IntStream.range(0, numCanvases)
                .mapToObj(_ -> new Place(new HashMap<>(), new HashMap<>()))
                .toList();
    }

    /**
     * One canvas to be decoded.
     *
     * @param index of the canvas; it looks the same each time
     */
    record Work(int index, Canvas canvas, DecodeOptions options) {}

    /** Hears of each forward as if it had been run alone. */
    @FunctionalInterface
    interface Heard {
        /** @param all whether it runs the whole sequence */
        void forward(int rows, boolean all);
    }

    /** What is known of one canvas. */
    private record Place(Map<Asked, Proposals> known, Map<String, Stored> stored) {}

    /**
     * A plan's content.
     *
     * @param cache what it does with which cache
     * @param numbers start, ids, positions and filters
     */
    private record Asked(String cache, Numbers numbers, Sampling sampling, Optional<DetailRequest> details) {}

    private record Running(Work work, DecodeSession session) {}

    private record Pending(Running running, Optional<Asked> asked) {}

    /** Decodes all of it; each canvas is filled as it would be alone. */
    void decode(List<Work> work, Heard heard) {
        Deque<Running> live = new ArrayDeque<>();
        try {
            work.forEach(one -> live.add(new Running(one, open(one))));
            while (!live.isEmpty()) {
                pass(live, heard);
            }
        } finally {
            live.forEach(running -> running.session().close());
        }
    }

    private DecodeSession open(Work work) {
        check(work.options().temperature() == 0, "forwards are remembered at temperature 0 only");
        Block masks = work.canvas().maskedRuns().getFirst();
        CachePolicy cache = work.options().cache();
        boolean alike = cache.refresh().equals(Refresh.AT_BLOCKS)
                && cache.rows() == CachedRows.BLOCK
                && work.canvas().maskedRuns().size() == 1
                && work.options().blockLength().orElse(0) >= masks.length();
        Denoiser seen = alike
                ? new Sharing(
                        model,
                        places.get(work.index())
                                .stored()
                                .computeIfAbsent(
                                        cache.id(),
                                        name -> new Stored(name, work.canvas().length())))
                : model;
        return DecodeSession.open(work.canvas(), work.options(), seen);
    }

    /** Takes sessions from the head of the line, runs what they ask for and puts them back to its end. */
    private void pass(Deque<Running> live, Heard heard) {
        List<Pending> pack = new ArrayList<>();
        List<ForwardPlan> plans = new ArrayList<>();
        int rows = 0;
        List<Running> taken = new ArrayList<>();
        try {
            while (!live.isEmpty() && rows < PACKED_ROWS) {
                Running next = live.removeFirst();
                taken.add(next);
                Optional<Pending> pending = remember(next, heard);
                if (pending.isPresent()) {
                    pack.add(pending.get());
                    ForwardPlan plan = next.session().plan();
                    plans.add(real(plan));
                    rows += plan.ids().length;
                }
            }
            if (!plans.isEmpty()) {
                List<Proposals> answers = model.forward(plans);
                for (int i = 0; i < answers.size(); i++) {
                    take(pack.get(i), answers.get(i), heard);
                }
            }
        } finally {
            for (Running running : taken) {
                if (running.session().done()) {
                    running.session().close();
                } else {
                    live.addLast(running);
                }
            }
        }
    }

    private void take(Pending pending, Proposals answer, Heard heard) {
        run++;
        pending.asked()
                .ifPresent(asked ->
                        places.get(pending.running().work().index()).known().put(asked, answer));
        apply(pending.running().session(), answer, heard);
    }

    /** Goes on as far as memory reaches; then what the session asks for, if it is not done. */
    private Optional<Pending> remember(Running running, Heard heard) {
        while (!running.session().done()) {
            ForwardPlan plan = running.session().plan();
            Optional<Asked> asked = asked(plan);
            Optional<Proposals> known =
                    asked.map(key -> places.get(running.work().index()).known().get(key));
            if (known.isEmpty()) {
                return Optional.of(new Pending(running, asked));
            }
            remembered++;
            apply(running.session(), known.get(), heard);
        }
        return Optional.empty();
    }

    private static void apply(DecodeSession session, Proposals answer, Heard heard) {
        ForwardPlan plan = session.plan();
        heard.forward(plan.ids().length, !(plan.cache() instanceof CacheAccess.Reuse));
        session.apply(answer);
    }

    /** Empty where the answer depends on what a session has stored. */
    private static Optional<Asked> asked(ForwardPlan plan) {
        return switch (plan.cache()) {
            case CacheAccess.None _ -> Optional.of(asked(plan, "none"));
            case CacheAccess.Fill(Stored of) -> Optional.of(asked(plan, "fill " + of.name));
            case CacheAccess.Reuse(Stored of) -> Optional.of(asked(plan, "reuse " + of.name));
            case CacheAccess.Fill _, CacheAccess.Reuse _, CacheAccess.Append _ -> Optional.empty();
        };
    }

    private static Asked asked(ForwardPlan plan, String cache) {
        int[] ends = {plan.start(), plan.ids().length, plan.positions().length};
        IntStream filters = plan.filters().stream().flatMapToInt(SharedForwards::numbers);
        int[] numbers = IntStream.concat(
                        Arrays.stream(new int[][] {ends, plan.ids(), plan.positions()})
                                .flatMapToInt(Arrays::stream),
                        filters)
                .toArray();
        return new Asked(cache, new Numbers(numbers), plan.sampling(), plan.details());
    }

    /** The same for filters that allow the same and for no others. */
    private static IntStream numbers(TokenFilter filter) {
        return switch (filter) {
            case TokenFilter.None _ -> IntStream.of(0);
            case TokenFilter.AllBut(int[] ids) -> IntStream.concat(IntStream.of(1, ids.length), Arrays.stream(ids));
            case TokenFilter.Only(long[] bits) ->
                IntStream.concat(
                        IntStream.of(2, bits.length),
                        Arrays.stream(bits)
                                .boxed()
                                .flatMapToInt(word -> IntStream.of(word.intValue(), (int) (word >>> 32))));
        };
    }

    /** The plan with the keys and values that there are. */
    private ForwardPlan real(ForwardPlan plan) {
        return switch (plan.cache()) {
            case CacheAccess.Fill(Stored of) -> with(plan, new CacheAccess.Fill(of.open(model)));
            case CacheAccess.Reuse(Stored of) -> with(plan, new CacheAccess.Reuse(of.reused(plan)));
            default -> plan;
        };
    }

    private static ForwardPlan with(ForwardPlan plan, CacheAccess cache) {
        return new ForwardPlan(
                plan.ids(),
                plan.start(),
                cache,
                plan.positions(),
                plan.sampling(),
                plan.filters(),
                plan.details(),
                plan.drawKey());
    }

    /** Forwards that the model ran. */
    long run() {
        return run;
    }

    /** Forwards that were answered from memory. */
    long remembered() {
        return remembered;
    }

    /** Frees the keys and values. */
    @Override
    public void close() {
        places.forEach(place -> place.stored().values().forEach(Stored::free));
    }

    /** Keys and values of one canvas, which outlive the sessions that take turns with them. */
    static final class Stored implements KvCache {
        private final String name;
        private final int length;
        private Optional<KvCache> real = Optional.empty();
        private Optional<Block> rows = Optional.empty();

        Stored(String name, int length) {
            this.name = name;
            this.length = length;
        }

        KvCache open(Denoiser model) {
            if (real.isEmpty()) {
                real = Optional.of(model.newCache(length));
            }
            return real.get();
        }

        KvCache reused(ForwardPlan plan) {
            Block own = new Block(plan.start(), plan.end());
            check(rows.orElse(own).equals(own), "a shared cache was run for %s, now for %s", rows, own);
            rows = Optional.of(own);
            return real.orElseThrow();
        }

        void free() {
            real.ifPresent(KvCache::close);
            real = Optional.empty();
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public long bytes() {
            return real.map(KvCache::bytes).orElse(0L);
        }

        @Override
        public float[] deepestValues(int start, int end) {
            return real.orElseThrow().deepestValues(start, end);
        }

        /** Its session is done with it; the next one is not. */
        @Override
        public void close() {}
    }

    /** The model as a session sees it whose cache is shared. */
    static final class Sharing extends DelegatingDenoiser {
        private final Stored stored;

        Sharing(Denoiser model, Stored stored) {
            super(model);
            this.stored = stored;
        }

        @Override
        public KvCache newCache(int length) {
            check(length == stored.length(), "a cache of %d positions for a canvas of %d", length, stored.length());
            return stored;
        }

        @Override
        public KvCache moved(KvCache cache, int[] from) {
            throw new IllegalStateException("a canvas that keeps its length moves nothing");
        }

        /** The model goes on. */
        @Override
        public void close() {}
    }
}
