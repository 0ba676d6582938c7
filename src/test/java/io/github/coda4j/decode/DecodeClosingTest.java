package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.testkit.ClosingContract;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

class DecodeClosingTest extends ClosingContract {
    private static final int MASK = 99;

    private record ClosedOnce(int length, AtomicInteger closed) implements KvCache {
        ClosedOnce(int length) {
            this(length, new AtomicInteger());
        }

        @Override
        public long bytes() {
            return length;
        }

        @Override
        public float[] deepestValues(int start, int end) {
            return new float[end - start];
        }

        @Override
        public void close() {
            assertThat(closed.incrementAndGet()).as("times closed").isEqualTo(1);
        }
    }

    /** A network that is never asked. */
    private record CachesOnly() implements Denoiser {
        @Override
        public int maskId() {
            return MASK;
        }

        @Override
        public Alignment alignment() {
            return Alignment.SHIFTED;
        }

        @Override
        public int vocabSize() {
            return MASK + 1;
        }

        @Override
        public int maxPositions() {
            return 100;
        }

        @Override
        public KvCache newCache(int length) {
            return new ClosedOnce(length);
        }

        @Override
        public KvCache moved(KvCache cache, int[] from) {
            return new ClosedOnce(from.length);
        }

        @Override
        public List<Proposals> forward(List<ForwardPlan> plans) {
            throw new AssertionError("not asked");
        }

        @Override
        public void close() {}
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("DecodeSession", _ -> {
                    int[] ids = new int[12];
                    Arrays.fill(ids, 4, 12, MASK);
                    DecodeOptions options = DecodeOptions.ofSteps(8).withBlocks(4, CachePolicy.of("dual"));
                    return DecodeSession.open(new Canvas(ids, MASK), options, new CachesOnly());
                }),
                new Case("Rehearsal$Actor", _ -> new Rehearsal.Actor(new CachesOnly())),
                new Case("Rehearsal$Actor$Nothing", _ -> new Rehearsal.Actor.Nothing(4)),
                new Case("KeptBlocks", _ -> {
                    KeptBlocks kept = new KeptBlocks(new CachesOnly(), 100);
                    kept.keep(new int[8], new BlockGrid(8, 0), new ClosedOnce(8));
                    return kept;
                }));
    }
}
