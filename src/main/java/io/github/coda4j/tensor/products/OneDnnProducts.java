package io.github.coda4j.tensor.products;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.ThreadBound;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The products that one thread has run last, ready to run again on other data: making one takes longer than a small one
 * runs.
 */
final class OneDnnProducts implements ThreadBound {
    /** Each takes about half a megabyte. */
    static final int USUAL = 48;

    /** As many as that where one layer after another runs them all: making them again each time would take longest. */
    static final int MOST = 512;

    /** What was not run while so many times the kept ones were is of no layer that runs now. */
    private static final int ROUNDS = 8;

    /** Multiply-adds of a thread in the time that making a product takes, about a millisecond. */
    private static final long MAKING = 100_000_000;

    /** The zero point of products that are not quantized. */
    static final int NOT_QUANTIZED = -1;

    private static final ThreadLocal<OneDnnProducts> OF_THREAD = new ThreadLocal<>();

    private final OneDnn oneDnn;
    private final MemorySegment stream;
    private final Map<Record, Product> products = new LinkedHashMap<>(2 * USUAL, 0.75f, true);
    /** Multiply-adds that larger products did in vain, by the product that was wanted. */
    private final Map<Record, Long> inVain = new LinkedHashMap<>(2 * USUAL, 0.75f, true);

    private Arena scratchArena = Arena.ofConfined();
    private MemorySegment scratch = MemorySegment.NULL;
    /** When products ran last that were closed to make room. */
    private final Map<Record, Long> letGo = new LinkedHashMap<>();

    private int room = USUAL;
    private long runs;

    private OneDnnProducts(OneDnn oneDnn) {
        this.oneDnn = oneDnn;
        this.stream = oneDnn.stream();
        oneDnn.setThreads(Libtorch.threads());
    }

    static OneDnnProducts ofThread(OneDnn oneDnn) {
        OneDnnProducts products = OF_THREAD.get();
        if (products == null) {
            products = new OneDnnProducts(oneDnn);
            OF_THREAD.set(products);
            ThreadBound.keep(products);
        }
        return products;
    }

    @Override
    public void threadsChanged(int threads) {
        oneDnn.setThreads(threads);
    }

    @Override
    public void threadEnds() {
        products.values().forEach(Product::close);
        oneDnn.destroy(OneDnn.Handle.STREAM, stream);
        scratchArena.close();
        OF_THREAD.remove();
    }

    /** Copies a matrix or batch into another layout. */
    void reorder(MemorySegment fromLayout, MemorySegment from, MemorySegment toLayout, MemorySegment to) {
        MemorySegment plan = oneDnn.planReorder(fromLayout, toLayout);
        MemorySegment primitive = oneDnn.primitive(plan);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments = OneDnn.arguments(arena, 2);
            OneDnn.argument(arguments, 0, OneDnn.SOURCE, from);
            OneDnn.argument(arguments, 1, OneDnn.TARGET, to);
            oneDnn.execute(primitive, stream, 2, arguments);
        } finally {
            oneDnn.destroy(OneDnn.Handle.PRIMITIVE, primitive);
            oneDnn.destroy(OneDnn.Handle.PLAN, plan);
        }
    }

    /**
     * Whether a product should run that is of just this size, rather than a larger one: it is there, or what larger
     * ones did for it in vain is as much as making it. So sizes that come once or twice make none.
     *
     * @param more multiply-adds that the larger one does in vain
     */
    boolean isWorthMaking(Record key, long more) {
        if (products.containsKey(key)) {
            return true;
        }
        long sum = inVain.merge(key, more, Long::sum);
        if (sum >= MAKING) {
            inVain.remove(key);
            return true;
        }
        if (inVain.size() > USUAL * ROUNDS) {
            removeEldest(inVain);
        }
        return false;
    }

    private static <T> T removeEldest(Map<Record, T> map) {
        Iterator<T> eldest = map.values().iterator();
        T value = eldest.next();
        eldest.remove();
        return value;
    }

    /** How many products are kept. */
    int kept() {
        return products.size();
    }

    /** The product of a key, planned now if it is not among the last ones. */
    Product of(Record key, Supplier<Recipe> recipe) {
        runs++;
        Product found = products.get(key);
        if (found == null) {
            makeRoom(key);
            found = new Product(recipe.get());
            products.put(key, found);
        }
        found.lastRun = runs;
        return found;
    }

    /** Lets the eldest go; one that was let go a moment ago and is wanted again says that they are too few. */
    private void makeRoom(Record key) {
        Long before = letGo.remove(key);
        if (before != null && !isOver(before)) {
            room = Math.min(MOST, room + 1);
        }
        while (products.size() >= USUAL) {
            Map.Entry<Record, Product> eldest = products.entrySet().iterator().next();
            boolean over = isOver(eldest.getValue().lastRun);
            if (products.size() < room && !over) {
                return;
            }
            room = over ? Math.max(USUAL, room - 1) : room;
            letGo.put(eldest.getKey(), eldest.getValue().lastRun);
            removeEldest(products).close();
            if (letGo.size() > MOST) {
                removeEldest(letGo);
            }
        }
    }

    private boolean isOver(long lastRun) {
        return runs - lastRun > (long) ROUNDS * products.size();
    }

    /**
     * What a product is made from. Its descriptions are destroyed when it is made.
     *
     * @param zeroPoint what a zero of an int8 source is stored as, or {@link #NOT_QUANTIZED}
     */
    record Recipe(MemorySegment source, MemorySegment weights, MemorySegment target, int zeroPoint) {
        boolean quantized() {
            return zeroPoint != NOT_QUANTIZED;
        }
    }

    private MemorySegment scratch(long bytes) {
        if (scratch.byteSize() < bytes) {
            scratchArena.close();
            scratchArena = Arena.ofConfined();
            scratch = scratchArena.allocate(bytes, 64);
        }
        return scratch;
    }

    /** A product of fixed sizes. */
    final class Product {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment primitive;
        private final MemorySegment source;
        private final MemorySegment weights;
        private final MemorySegment target;
        private final MemorySegment scratchpad;
        private final MemorySegment zeroPoint;
        private final long scratchBytes;
        private final MemorySegment arguments;
        private final int count;
        private long lastRun;

        private Product(Recipe recipe) {
            MemorySegment plan = oneDnn.planProduct(
                            recipe.source(), recipe.weights(), recipe.target(), recipe.quantized())
                    .orElseThrow(
                            () -> new IllegalStateException("oneDNN cannot run a product that it could plan before"));
            this.primitive = oneDnn.primitive(plan);
            this.source = oneDnn.memory(recipe.source(), MemorySegment.NULL);
            this.weights = oneDnn.memory(recipe.weights(), MemorySegment.NULL);
            this.target = oneDnn.memory(recipe.target(), MemorySegment.NULL);
            MemorySegment scratchLayout = oneDnn.scratchpadOf(plan);
            this.scratchBytes = oneDnn.bytes(scratchLayout);
            this.scratchpad = oneDnn.memory(scratchLayout, MemorySegment.NULL);
            oneDnn.destroy(OneDnn.Handle.PLAN, plan);
            for (MemorySegment layout : new MemorySegment[] {recipe.source(), recipe.weights(), recipe.target()}) {
                oneDnn.destroy(OneDnn.Handle.DESCRIPTION, layout);
            }
            this.count = recipe.quantized() ? 6 : 4;
            this.arguments = OneDnn.arguments(arena, count);
            OneDnn.argument(arguments, 0, OneDnn.SOURCE, source);
            OneDnn.argument(arguments, 1, OneDnn.WEIGHTS, weights);
            OneDnn.argument(arguments, 2, OneDnn.TARGET, target);
            OneDnn.argument(arguments, 3, OneDnn.SCRATCHPAD, scratchpad);
            this.zeroPoint = recipe.quantized()
                    ? oneDnn.vector(DType.I32, arena.allocateFrom(ValueLayout.JAVA_INT, recipe.zeroPoint()))
                    : MemorySegment.NULL;
            if (recipe.quantized()) {
                OneDnn.argument(arguments, 4, OneDnn.SOURCE_ZERO_POINT, zeroPoint);
            }
        }

        /**
         * Runs to the end.
         *
         * @param scales memory object of the weights' scales, used if quantized
         */
        void run(MemorySegment sourceData, MemorySegment weightData, MemorySegment scales, MemorySegment targetData) {
            oneDnn.point(source, sourceData);
            oneDnn.point(weights, weightData);
            oneDnn.point(target, targetData);
            if (scratchBytes > 0) {
                oneDnn.point(scratchpad, scratch(scratchBytes));
            }
            if (count == 6) {
                OneDnn.argument(arguments, 5, OneDnn.WEIGHT_SCALES, scales);
            }
            oneDnn.execute(primitive, stream, count, arguments);
        }

        private void close() {
            oneDnn.destroy(OneDnn.Handle.PRIMITIVE, primitive);
            for (MemorySegment memory : new MemorySegment[] {source, weights, target, scratchpad}) {
                oneDnn.destroy(OneDnn.Handle.MEMORY, memory);
            }
            if (!zeroPoint.equals(MemorySegment.NULL)) {
                oneDnn.destroy(OneDnn.Handle.MEMORY, zeroPoint);
            }
            arena.close();
        }
    }
}
