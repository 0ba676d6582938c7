package io.github.coda4j.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the tensors that are made on its thread while it is the innermost open scope; closing it frees them. What must
 * live longer leaves with {@link #keep}. Scopes close in the reverse order of opening, on the thread that opened them;
 * closing twice throws.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();
    private static final AtomicLong LIVE = new AtomicLong();

    private final Scope outer;
    private final Thread owner = Thread.currentThread();
    private final PointerScope natives;
    private final List<Tensor> tensors = new ArrayList<>();
    private boolean closed;

    private Scope(Scope outer) {
        this.outer = outer;
        this.natives = new PointerScope();
    }

    /** Opens a scope on the current thread. */
    public static Scope open() {
        Libtorch.load();
        Scope scope = new Scope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    /** Tensors alive in the whole process. */
    public static long liveCount() {
        return LIVE.get();
    }

    /**
     * Lets the tensor outlive this scope: it then belongs to the enclosing scope if there is one, otherwise to the
     * caller, who closes it.
     */
    public Tensor keep(Tensor tensor) {
        checkUsable();
        if (!tensors.remove(tensor)) {
            throw new IllegalStateException("the tensor does not belong to this scope");
        }
        tensor.retain();
        if (outer != null) {
            outer.tensors.add(tensor);
        }
        return tensor;
    }

    /** Lets the tensor outlive every scope; the caller closes it. */
    public Tensor detach(Tensor tensor) {
        checkUsable();
        if (!tensors.remove(tensor)) {
            throw new IllegalStateException("the tensor does not belong to this scope");
        }
        tensor.retain();
        return tensor;
    }

    static void adopt(Tensor tensor) {
        Scope scope = CURRENT.get();
        if (scope == null) {
            throw new IllegalStateException("tensors are made inside a Scope; none is open on this thread");
        }
        LIVE.incrementAndGet();
        scope.tensors.add(tensor);
    }

    static void freed() {
        LIVE.decrementAndGet();
    }

    static void forget(Tensor tensor) {
        for (Scope scope = CURRENT.get(); scope != null; scope = scope.outer) {
            if (scope.tensors.remove(tensor)) {
                return;
            }
        }
    }

    @Override
    public void close() {
        checkUsable();
        closed = true;
        CURRENT.set(outer);
        for (int i = tensors.size() - 1; i >= 0; i--) {
            tensors.get(i).free();
        }
        tensors.clear();
        natives.close();
    }

    private void checkUsable() {
        if (closed) {
            throw new IllegalStateException("the scope is closed");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("a scope is used by the thread that opened it, " + owner.getName());
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException("scopes close in the reverse order of opening");
        }
    }
}
