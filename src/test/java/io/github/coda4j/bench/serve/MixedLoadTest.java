package io.github.coda4j.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.bench.serve.ServeReport.Mixed;
import io.github.coda4j.bench.serve.ServeReport.Percentiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that do wrong are seen to: each says the same to every request. */
@Timeout(120)
@Tag("slow")
class MixedLoadTest {
    private static final Task TASK = new Task("/x", "{}", "/text", false);
    private static final String RIGHT = "{\"text\":\"right\"}";
    private static final ServePlan PLAN = new ServePlan(4, Duration.ofMillis(600), 0, 0, 1, Duration.ofMillis(700), 5);

    /** A server that answers GET with an empty 200 and everything else with the same bytes. */
    private static final class Says implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        private final String answer;
        private final boolean ends;

        /** @param ends whether the connection ends behind the answer */
        Says(String answer, boolean ends) throws IOException {
            this.answer = answer;
            this.ends = ends;
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> answer(socket));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void answer(Socket socket) {
            try {
                InputStream in = socket.getInputStream();
                byte[] head = new byte[4000];
                int count = in.read(head);
                boolean health = new String(head, 0, Math.max(0, count), StandardCharsets.UTF_8).startsWith("GET");
                String said = health ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : answer;
                socket.getOutputStream().write(said.getBytes(StandardCharsets.UTF_8));
                if (ends || health) {
                    socket.shutdownOutput();
                    // What has not been read of the request would break the connection, and with it the answer.
                    in.transferTo(OutputStream.nullOutputStream());
                    socket.close();
                }
            } catch (IOException e) {
                return; // the client has left
            }
        }

        private URI address() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        private Mixed load() throws InterruptedException {
            return new MixedLoad(address(), PLAN, Map.of(TASK, "right"), Duration.ofMillis(100)).run(() -> {});
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void right_answers_are_counted_and_nothing_else() throws Exception {
        try (Says server = new Says(ok(RIGHT), true)) {
            Mixed mixed = server.load();
            assertThat(mixed.example()).isEmpty();
            assertThat(mixed.answered()).isPositive();
            assertThat(mixed.answered() + mixed.left()).isEqualTo(mixed.requests());
            assertThat(mixed.healthMillis().count()).isPositive();
            assertThat(TASK.alone(server.address(), 5000)).isEqualTo("right");
        }
    }

    @Test
    void another_text_is_wrong() throws Exception {
        try (Says server = new Says(ok("{\"text\":\"other\"}"), true)) {
            Mixed mixed = server.load();
            assertThat(mixed.wrong()).isPositive().isEqualTo(mixed.answered());
            assertThat(mixed.example()).contains("'other' instead of 'right'");
        }
    }

    @Test
    void what_breaks_off_or_is_the_servers_fault_is_lost() throws Exception {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + RIGHT + "\r\n";
        for (String answer : new String[] {
            chunked, ok(RIGHT).replace("16", "90"), "", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        }) {
            try (Says server = new Says(answer, true)) {
                Mixed mixed = server.load();
                assertThat(mixed.lost()).as(answer).isPositive().isEqualTo(mixed.requests() - mixed.left());
                assertThatThrownBy(() -> TASK.alone(server.address(), 5000)).isInstanceOf(CodaException.class);
            }
        }
        try (Says server = new Says(chunked + "0\r\n\r\n", true)) {
            assertThat(server.load().lost()).isZero();
        }
    }

    @Test
    void silence_is_hung_and_a_full_server_refuses() throws Exception {
        try (Says server = new Says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", false)) {
            assertThat(server.load().hung()).isPositive();
        }
        try (Says server = new Says("HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n", true)) {
            Mixed mixed = server.load();
            assertThat(mixed.refused()).isPositive();
            assertThat(mixed.lost() + mixed.hung() + mixed.wrong()).isZero();
        }
    }

    @Test
    void percentiles_are_values_that_were_measured() {
        double[] values =
                IntStream.rangeClosed(1, 200).mapToDouble(i -> 201 - i).toArray();
        assertThat(MixedLoad.percentiles(values)).isEqualTo(new Percentiles(200, 100, 198, 200));
        assertThat(MixedLoad.percentiles(new double[0])).isEqualTo(new Percentiles(0, 0, 0, 0));
    }

    @Test
    void a_stream_is_read_event_by_event() throws Exception {
        Task stream = new Task("/x", "{}", "/text", true);
        String body = "data: {\"text\":\"a\"}\n\n:\n\ndata: {\"text\":\"b\"}\n\ndata: [DONE]\n\n";
        try (Says server = new Says(ok(body), true)) {
            assertThat(stream.alone(server.address(), 5000)).isEqualTo("ab");
        }
    }

    @Test
    void only_addresses_of_http_are_taken() {
        assertThat(Exchange.address("http://127.0.0.1:80")).hasPort(80);
        assertThatThrownBy(() -> Exchange.address("https://127.0.0.1:80"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the server must be given as http://HOST:PORT, got 'https://127.0.0.1:80'");
    }
}
