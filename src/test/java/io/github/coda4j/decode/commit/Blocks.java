package io.github.coda4j.decode.commit;

import io.github.coda4j.diffusion.Block;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Blocks and candidates for tests of single policies. */
final class Blocks {
    private Blocks() {}

    /** The block [0, length) of a canvas that ends with it; the positions of the set hold tokens. */
    static BlockContext block(int length, BitSet known) {
        return new BlockContext(
                new Block(0, length),
                true,
                length,
                0,
                length - known.cardinality(),
                0,
                () -> length,
                position -> !known.get(position),
                Draws.seeded(0));
    }

    /** Candidates for neighboring positions from {@code first} on, of these probabilities. */
    static List<Candidate> probable(int first, double... probabilities) {
        return IntStream.range(0, probabilities.length)
                .mapToObj(i -> Candidate.of(first + i, 7, (float) probabilities[i], 0, 0))
                .toList();
    }

    /** Candidates for these positions of these entropies in nats. */
    static List<Candidate> uncertain(int[] positions, double... entropies) {
        return IntStream.range(0, positions.length)
                .mapToObj(i -> Candidate.of(positions[i], 7, 0.5f, 0, (float) -entropies[i]))
                .toList();
    }
}
