package io.github.coda4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Runs the kernels on a few zeros until the JVM has compiled them. A vector operation that is not compiled yet costs a
 * thousand times more, which makes the first forward of a model seconds slower; a thread that does this while other
 * things load hides most of that.
 */
public final class WarmUp {
    /**
     * As many turns of each loop as a real row has: loops that turned seldom before they were compiled stay twice as
     * slow.
     */
    private static final int WIDTH = 16 * Lanes.WIDTH;
    /** A walk takes some 10 microseconds compiled, a thousand and more before. */
    private static final long COMPILED_NANOS = 60_000;
    /** So many walks in a row are as fast as that when all is compiled. */
    private static final int IN_A_ROW = 30;

    private static final long LONGEST_NANOS = 2_500_000_000L;
    private static final float[] NONE = new float[0];
    private static final RowRule GREEDY = new RowRule(0, 1, 0, 0);

    private final MemorySegment from;
    private final MemorySegment to;
    private final float[] scale = new float[2];
    private final float[] ones = new float[WIDTH];
    private final Norms norms = new Norms(WIDTH);
    private final Rows rows = new Rows();
    private final Heads heads = new Heads(WIDTH);

    private long read;

    private WarmUp(Arena arena) {
        from = arena.allocate(2L * WIDTH * Float.BYTES);
        to = arena.allocate(2L * WIDTH * Float.BYTES);
    }

    /**
     * Returns when the kernels are compiled, when the thread is interrupted, or after 2.5 seconds. The first call in a
     * process takes about a second of one core and one of the compiler's, later ones almost nothing.
     *
     * @param input kind of a product's input: any
     * @param output kind of a product's result: F32 or BF16
     * @param attention kind of queries, keys and values: F32 or BF16
     */
    public static void run(NumberKind input, NumberKind output, NumberKind attention) {
        try (Arena arena = Arena.ofShared()) {
            WarmUp warmUp = new WarmUp(arena);
            long now = System.nanoTime();
            long end = now + LONGEST_NANOS;
            int fast = 0;
            while (fast < IN_A_ROW && now < end && !Thread.currentThread().isInterrupted()) {
                warmUp.walk(input, output, attention);
                long after = System.nanoTime();
                fast = after - now < COMPILED_NANOS ? fast + 1 : 0;
                now = after;
            }
        }
    }

    /** The kernels of one layer and of the head. Only the columns of scores are of any number. */
    private void walk(NumberKind input, NumberKind output, NumberKind attention) {
        Sharded half = new Sharded(new MemorySegment[] {from}, new int[] {WIDTH}, output);
        Sharded whole = new Sharded(new MemorySegment[] {from}, new int[] {2 * WIDTH}, output);
        Sharded floats = new Sharded(new MemorySegment[] {from}, new int[] {WIDTH}, NumberKind.F32);
        norms.add(to, half, ones, NONE, 0);
        norms.norm(to, 0, ones, 1e-6, to, input, scale, 0);
        rows.gate(whole, ones, 0, to, input, scale);
        rows.join(half, 0, 1, to, 0);
        rows.join(floats, 0, 1, to, 0);
        HeadRule rule = new HeadRule(NONE, 0, ones, 1e-6, ones, ones, 1);
        heads.prepare(rule, new Elements(from, output), 0, 1, 0, new Elements(to, attention), 0);
        read += CacheLines.read(from, 0, from.byteSize());
        Softmax.exponentiate(to, attention, 0, 2, WIDTH - 3, scale, 0);
        FoldedHeads folded = new FoldedHeads(new Elements(from, attention), 0, scale, 0, 1, 1, WIDTH);
        rows.gatherHeads(folded, 0, new Elements(to, input), scale, 0);
        LogitsRow.reduce(from, 0, WIDTH, GREEDY, 0);
    }
}
