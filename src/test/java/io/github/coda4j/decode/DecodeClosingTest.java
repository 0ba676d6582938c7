package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.KvCache;
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
        public void close() {
            assertThat(closed.incrementAndGet()).as("times closed").isEqualTo(1);
        }
    }

    @Override
    public List<Case> cases() {
        return List.of(new Case("DecodeSession", _ -> {
            int[] ids = new int[12];
            Arrays.fill(ids, 4, 12, MASK);
            DecodeOptions options = DecodeOptions.ofSteps(8).withBlocks(4, CachePolicy.of("dual"));
            return new DecodeSession(new Canvas(ids, MASK), options, ClosedOnce::new, Draws.seeded(0));
        }));
    }
}
