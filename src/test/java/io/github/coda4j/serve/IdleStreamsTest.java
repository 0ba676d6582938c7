package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that wait for the model take little of the heap. */
@Tag("slow")
@Timeout(120)
class IdleStreamsTest {
    private static final int STREAMS = 400;
    /** 14 kB, and what the clients of this test take; buffers that each thread keeps would be 17 kB more. */
    private static final long MOST_BYTES = 25_000;

    @Test
    void a_stream_that_waits_takes_few_kilobytes() throws Exception {
        Semaphore gate = new Semaphore(0);
        RuleDenoiser denoiser = new RuleDenoiser(Served.POSITIONS, (_, position) -> '0' + position % 10);
        denoiser.beforeForward(_ -> gate.acquireUninterruptibly());
        EngineOptions options = new EngineOptions(Served.SESSIONS, STREAMS, 1 << 16);
        List<Raw> streams = new ArrayList<>();
        try (Engine engine = new Engine(denoiser, new ByteTokenizer(), options);
                CodaServer server = CodaServer.start(
                        Served.HTTP, new ServeOptions(Served.SESSIONS, STREAMS, Duration.ofMinutes(2)), _ -> {})) {
            server.serve(Served.model(engine));
            try (Client client = new Client(server.address())) {
                open(streams, client, 20, server); // classes are loaded, pools are filled
                long before = live();
                open(streams, client, STREAMS, server);
                long each = (live() - before) / (STREAMS - 20);
                assertThat(each).as("bytes of a stream").isLessThan(MOST_BYTES);
            } finally {
                for (Raw stream : streams) {
                    stream.close();
                }
                gate.release(1_000_000);
            }
        }
    }

    private static void open(List<Raw> streams, Client client, int count, CodaServer server) throws Exception {
        while (streams.size() < count) {
            streams.add(client.raw().post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":20,\"stream\":true}"));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (server.underWay() < count) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(5);
        }
    }

    /** Bytes of objects that are needed. */
    private static long live() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
