package io.github.coda4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Runs the kernels on a few zeros until the JVM has compiled them. A vector operation that is not compiled yet costs a thousand times
 * more, which makes the first forward of a model seconds slower; a thread that does this while the weights load hides most of that.
 */
public final class WarmUp {
    /** Calls after which the JVM compiles a method that holds a loop. */
    private static final int CALLS = 4000;

    private static final int WIDTH = 4 * Lanes.WIDTH;
    private static final float[] NONE = new float[0];

    private final MemorySegment from;
    private final MemorySegment to;
    private final float[] scale = new float[1];
    private final float[] ones = new float[WIDTH];
    private final Norms norms = new Norms(WIDTH);
    private final Rows rows = new Rows();
    private final Heads heads = new Heads(WIDTH);

    private WarmUp(Arena arena) {
        from = arena.allocate(2L * WIDTH * Float.BYTES);
        to = arena.allocate(2L * WIDTH * Float.BYTES);
    }

    /**
     * Takes about a second of one core.
     *
     * @param input kind of a product's input: any
     * @param output kind of a product's result: F32 or BF16
     * @param attention kind of queries, keys and values: F32 or BF16
     */
    public static void run(Kind input, Kind output, Kind attention) {
        try (Arena arena = Arena.ofShared()) {
            WarmUp warmUp = new WarmUp(arena);
            for (int i = 0; i < CALLS && !Thread.currentThread().isInterrupted(); i++) {
                warmUp.walk(input, output, attention);
            }
        }
    }

    /** The kernels of one layer and of the head. */
    private void walk(Kind input, Kind output, Kind attention) {
        Sharded half = new Sharded(new MemorySegment[] {from}, new int[] {WIDTH}, output);
        Sharded whole = new Sharded(new MemorySegment[] {from}, new int[] {2 * WIDTH}, output);
        norms.add(to, half, ones, NONE, 0);
        norms.norm(to, 0, ones, 1e-6, to, input, scale, 0);
        rows.gate(whole, ones, 0, to, input, scale);
        rows.join(half, 0, 1, to, 0);
        heads.prepare(from, output, 0, 1, NONE, 0, ones, 1e-6, ones, ones, 0, 1, to, attention, 0);
        Softmax.exponentiate(to, attention, 0, 1, WIDTH, scale, 0);
        rows.gatherHeads(from, attention, 0, scale, 0, 1, WIDTH, 0, 1, to, input, scale, 0);
        LogitsRow.reduce(from, 0, WIDTH, 0, 1, 0, 0, 0);
    }
}
