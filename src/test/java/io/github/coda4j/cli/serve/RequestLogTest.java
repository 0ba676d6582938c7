package io.github.coda4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestLogTest {
    @Test
    void lines_come_out_in_order_and_all_before_it_is_closed() {
        List<String> out = new ArrayList<>();
        try (RequestLog log = new RequestLog(out::add)) {
            IntStream.range(0, 5000).forEach(i -> log.add("" + i));
        }
        assertThat(out).hasSize(5000).startsWith("0", "1").endsWith("4999");
    }

    @Test
    void a_reader_who_stops_stops_nobody_else_and_hears_what_he_missed() {
        List<String> out = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch reads = new CountDownLatch(1);
        try (RequestLog log = new RequestLog(line -> {
            try {
                reads.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            out.add(line);
        })) {
            IntStream.range(0, 25_000).forEach(i -> log.add("" + i)); // would never return if it waited for him
            reads.countDown();
        }
        assertThat(out.getFirst()).isEqualTo("0");
        assertThat(out)
                .filteredOn(line -> line.startsWith("{"))
                .hasSize(1)
                .first()
                .asString()
                .matches("\\{\"dropped_lines\":1(4999|5000)}");
        assertThat(out).hasSizeBetween(10_001, 10_002);
    }
}
