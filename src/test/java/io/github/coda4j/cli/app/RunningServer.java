package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A command that serves, in this process: from the line that says where it listens to its end. */
public final class RunningServer implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("(?:listening on|The page is at) (https?://\\S+)\\s");

    private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

    private final Cli cli;
    private final CompletableFuture<Integer> code;
    private final String address;

    public RunningServer(Cli cli, String... arguments) throws InterruptedException {
        this.cli = cli;
        this.code = CompletableFuture.supplyAsync(() -> cli.run(arguments), THREADS);
        Matcher line = LISTENING.matcher(cli.out());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!line.find() && !code.isDone() && System.nanoTime() < end) {
            Thread.sleep(5);
            line = LISTENING.matcher(cli.out());
        }
        assertThat(line.reset().find()).as(cli.err()).isTrue();
        this.address = line.group(1);
    }

    /** Such as {@code http://127.0.0.1:8000}. */
    public String address() {
        return address;
    }

    @Override
    public void close() {
        CompletableFuture<Void> asked = CompletableFuture.runAsync(cli.interrupt()::request, THREADS);
        assertThat(code.join()).as(cli.err()).isZero();
        cli.interrupt().finish();
        asked.join();
    }
}
