package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What everything that is closed holds to: closing again does nothing, and two threads may close at the same time. Each
 * room lists its own; {@link io.github.coda4j.ClosingCoverageTest} finds what is listed nowhere.
 */
@Timeout(120)
public abstract class ClosingContract {
    private static final int THREADS = 4;
    private static final int ROUNDS = 3;

    @TempDir
    private Path temporary;

    /** Opens one. */
    @FunctionalInterface
    public interface Opener {
        AutoCloseable open(Path emptyFolder) throws Exception;
    }

    /**
     * A type and how one of it is made.
     *
     * @param name its class's name within its package: {@code Outer$Inner}
     * @param isHere whether this machine can make one
     */
    public record Case(String name, Opener opener, boolean isHere) {
        public Case(String name, Opener opener) {
            this(name, opener, true);
        }
    }

    /** The room's closeable types; opens nothing yet. */
    public abstract List<Case> cases();

    @TestFactory
    Stream<DynamicTest> closing_twice_does_nothing_more() {
        return cases().stream()
                .filter(Case::isHere)
                .map(type -> DynamicTest.dynamicTest(type.name(), () -> {
                    AutoCloseable opened = open(type);
                    opened.close();
                    assertThatCode(opened::close).as("closing again").doesNotThrowAnyException();
                }));
    }

    @TestFactory
    Stream<DynamicTest> several_threads_may_close_at_the_same_time() {
        return cases().stream()
                .filter(Case::isHere)
                .map(type -> DynamicTest.dynamicTest(type.name(), () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        closeTogether(open(type));
                    }
                }));
    }

    private AutoCloseable open(Case type) throws Exception {
        AutoCloseable opened = type.opener().open(Files.createTempDirectory(temporary, "case"));
        assertThat(opened.getClass().getName())
                .as("what the case opens")
                .isEqualTo(getClass().getPackageName() + "." + type.name());
        return opened;
    }

    private static void closeTogether(AutoCloseable opened) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = IntStream.range(0, THREADS)
                .mapToObj(_ -> Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        opened.close();
                    } catch (Throwable t) {
                        failures.add(t);
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
