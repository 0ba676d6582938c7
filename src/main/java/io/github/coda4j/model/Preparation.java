package io.github.coda4j.model;

import io.github.coda4j.CodaException;
import io.github.coda4j.kernel.VectorModule;
import io.github.coda4j.kernel.WarmUp;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.products.ProductPaths;
import java.util.Optional;

/**
 * What takes time before a model can run and needs none of its files: loading libtorch and having the JVM compile the
 * kernels. It is begun in the background, so that files are read meanwhile, and awaited before the first forward.
 */
public final class Preparation implements AutoCloseable {
    private final Thread libtorch;
    private final Optional<Thread> kernels;

    private Preparation(LoadOptions options) {
        VectorModule.require();
        this.libtorch = Thread.ofPlatform().daemon().name("coda-libtorch").start(() -> {
            try {
                Libtorch.load();
            } catch (CodaException e) {
                // Whoever needs libtorch first gets the same exception from the same call.
            }
        });
        this.kernels = options.engine() == EngineKind.FAST ? Optional.of(warmUp(options.format())) : Optional.empty();
    }

    private static Thread warmUp(WeightFormat format) {
        return Thread.ofPlatform().daemon().name("coda-warm-up").start(() -> {
            // What most processors need does not wait for libtorch, which knows what this one needs.
            Numbers likely = new Numbers(format, new ProductPaths(ProductPaths.Bf16.NATIVE, ProductPaths.Int8.EXACT));
            warmUp(likely);
            try {
                Numbers here = Numbers.here(format);
                if (!here.sameKinds(likely)) {
                    warmUp(here);
                }
            } catch (CodaException e) {
                // libtorch is missing, which the thread beside this one leaves to others as well.
            }
        });
    }

    private static void warmUp(Numbers numbers) {
        WarmUp.run(numbers.input(), FastPass.kind(numbers.result()), numbers.attention());
    }

    /** Begins in the background. */
    public static Preparation begin(LoadOptions options) {
        return new Preparation(options);
    }

    /** Waits until all is ready; an interrupted thread goes on at once, slower. */
    void await() {
        join(libtorch);
        kernels.ifPresent(Preparation::join);
    }

    /**
     * Ends what is still under way; a library that is being loaded is waited for, because a process must not end in the
     * middle of that.
     */
    @Override
    public void close() {
        kernels.ifPresent(Thread::interrupt);
        await();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
