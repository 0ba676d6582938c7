package io.github.coda4j.testkit;

import io.github.coda4j.pjrt.PjrtCode;
import io.github.coda4j.pjrt.oracle.Backend;
import io.github.coda4j.pjrt.oracle.Failure;
import io.github.coda4j.pjrt.oracle.HostArray;
import io.github.coda4j.pjrt.oracle.Signature;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Devices that compute what a test says. A program is its first line; a body with the word {@code nonsense} does not
 * compile.
 */
public final class ScriptedBackend implements Backend {
    private final int devices;
    private final UnaryOperator<List<List<HostArray>>> work;
    private final AtomicInteger open = new AtomicInteger();

    /** @param work from the arguments of each device to its results */
    public ScriptedBackend(int devices, UnaryOperator<List<List<HostArray>>> work) {
        this.devices = devices;
        this.work = work;
    }

    /** Programs that are not closed. */
    public int openPrograms() {
        return open.get();
    }

    @Override
    public String platform() {
        return "script";
    }

    @Override
    public int devices() {
        return devices;
    }

    @Override
    public Computation compile(String program) {
        if (program.contains("nonsense")) {
            throw new Failure(
                    PjrtCode.INVALID_ARGUMENT,
                    "loc(\"-\":2:5): error: unknown op\n  nonsense at thread \""
                            + Thread.currentThread().getName() + '"');
        }
        Signature signature = Signature.of(program);
        open.incrementAndGet();
        return new Computation() {
            @Override
            public Signature signature() {
                return signature;
            }

            @Override
            public List<List<HostArray>> run(List<List<HostArray>> arguments) {
                return work.apply(arguments);
            }

            @Override
            public void end() {
                open.decrementAndGet();
            }
        };
    }
}
