package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FolderLockTest {
    @TempDir
    private Path folder;

    /** Tries to lock a file in a process of its own. */
    public static final class Other {
        static final int GOT_IT = 10;
        static final int HELD = 11;

        private Other() {}

        public static void main(String[] args) throws IOException {
            System.exit(FolderLock.tryAcquire(Path.of(args[0])).isPresent() ? GOT_IT : HELD);
        }
    }

    @Test
    void a_lock_is_held_by_one_and_free_after_it_is_closed() throws IOException {
        Path file = folder.resolve(".lock");
        FolderLock first = FolderLock.acquire(file, "tests");
        assertThat(FolderLock.tryAcquire(file)).isEmpty();
        assertThatThrownBy(() -> FolderLock.acquire(file, "trains in runs/a"))
                .isInstanceOf(CodaException.class)
                .hasMessage("another process trains in runs/a; wait for it to end or end it");
        first.close();
        FolderLock second = FolderLock.tryAcquire(file).orElseThrow();
        first.close(); // once more: the second one's lock stays
        assertThat(FolderLock.tryAcquire(file)).isEmpty();
        second.close();
        FolderLock.tryAcquire(file).orElseThrow().close();
    }

    @Test
    void a_file_that_cannot_be_made_is_free_to_be_tried_again() throws IOException {
        Path file = folder.resolve("later");
        Files.createDirectory(file);
        assertThatThrownBy(() -> FolderLock.tryAcquire(file)).isInstanceOf(IOException.class);
        Files.delete(file);
        FolderLock.tryAcquire(file).orElseThrow().close();
        assertThatThrownBy(() -> FolderLock.acquire(folder.resolve("missing/.lock"), "tests"))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining(folder.resolve("missing/.lock").toString());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right on Windows")
    void a_folder_has_one_lock_by_whatever_path_it_is_reached() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
        try (FolderLock _ = FolderLock.acquire(link.resolve(".lock"), "tests")) {
            assertThat(FolderLock.tryAcquire(folder.resolve("real/.lock"))).isEmpty();
            assertThat(FolderLock.tryAcquire(folder.resolve("link/../real/.lock")))
                    .isEmpty();
        }
    }

    @Test
    void of_many_threads_one_gets_it() throws Exception {
        Path file = folder.resolve(".lock");
        for (int round = 0; round < 50; round++) {
            AtomicInteger got = new AtomicInteger();
            CyclicBarrier together = new CyclicBarrier(4);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        together.await();
                        var lock = FolderLock.tryAcquire(file);
                        got.addAndGet(lock.isPresent() ? 1 : 0);
                        together.await();
                        if (lock.isPresent()) {
                            lock.get().close();
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(got).hasValue(1);
        }
    }

    @Tag("process")
    @Test
    void a_second_attempt_in_this_process_leaves_the_lock_to_the_first() throws Exception {
        Path file = folder.resolve(".lock");
        try (FolderLock _ = FolderLock.acquire(file, "tests")) {
            assertThat(inAnotherProcess(file)).isEqualTo(Other.HELD);
            assertThat(FolderLock.tryAcquire(file)).isEmpty();
            assertThat(inAnotherProcess(file)).isEqualTo(Other.HELD);
        }
        assertThat(inAnotherProcess(file)).isEqualTo(Other.GOT_IT);
    }

    private static int inAnotherProcess(Path file) throws IOException, InterruptedException {
        boolean isWindows =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", isWindows ? "java.exe" : "java")
                                .toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        assertThat(code).as(output).isIn(Other.GOT_IT, Other.HELD);
        return code;
    }
}
