package io.github.coda4j.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders to clients of another process, which here are carried out in this one. */
@Timeout(60)
class ClientOrdersTest {
    @Test
    void streams_are_opened_held_and_left() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            List<JsonNode> replies = carryOut(
                    "{\"order\":\"HOLD\",\"streams\":3,\"patience_ms\":5000,\"url\":\"" + address(server) + "\"}",
                    "{\"order\":\"LEAVE\"}");
            assertThat(replies)
                    .extracting(reply -> reply.path("open").intValue())
                    .containsExactly(3, 0);
            for (int i = 0; i < 3; i++) {
                try (Socket accepted = server.accept()) {
                    String sent = new String(accepted.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(sent).startsWith("POST /v1/completions HTTP/1.1").contains("\"stream\":true");
                }
            }
        }
    }

    @Test
    void what_cannot_be_carried_out_is_told_and_the_next_order_is() throws Exception {
        ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        gone.close();
        List<JsonNode> replies = carryOut(
                "{\"order\":\"HOLD\",\"streams\":1,\"patience_ms\":500,\"url\":\"" + address(gone) + "\"}",
                "{\"order\":\"DANCE\"}",
                "{\"order\":\"LEAVE\"}");
        assertThat(replies.get(0).path("problem").textValue())
                .startsWith("cannot open stream 1 of 1: ")
                .contains("ulimit -n");
        assertThat(replies.get(1).path("problem").textValue()).contains("DANCE");
        assertThat(replies.get(2).path("open").intValue()).isZero();
    }

    @Tag("slow")
    @Test
    void a_load_tells_when_it_begins_and_what_came_of_it() throws Exception {
        ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        gone.close();
        List<JsonNode> replies = carryOut("{\"order\":\"LOAD\",\"clients\":2,\"ms\":50,\"patience_ms\":500,\"seed\":3,"
                + "\"chats\":true,\"expected\":[],\"url\":\"" + address(gone) + "\"}");
        assertThat(replies).hasSize(2);
        assertThat(replies.getFirst().path("begun").booleanValue()).isTrue();
        ServeReport.Mixed mixed = ClientOrders.mixed(replies.getLast());
        // How many there were in the time is the machine's; nobody answered any.
        assertThat(replies.getLast().path("requests").longValue()).isEqualTo(mixed.requests());
        assertThat(replies.getLast().has("health")).isTrue();
        assertThat(mixed.answered()).isZero();
        assertThat(mixed.lost() + mixed.left()).isGreaterThanOrEqualTo(mixed.requests());
    }

    @Tag("process")
    @Test
    void a_process_that_ends_or_complains_is_reported_with_its_words() {
        ServePlan plan = new ServePlan(1, Duration.ofSeconds(1), 0, 1, 1, Duration.ofSeconds(1), 1);
        URI address = URI.create("http://127.0.0.1:1");
        try (ClientProcess process = ClientProcess.start(List.of("sh", "-c", "read order; echo no room"))) {
            assertThatThrownBy(() -> process.hold(address, plan))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("the clients' process has ended: no room");
        }
        String complains = "read order; echo warning; echo '{\"problem\":\"so it is\"}'";
        try (ClientProcess process = ClientProcess.start(List.of("sh", "-c", complains))) {
            assertThatThrownBy(() -> process.hold(address, plan))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("so it is");
        }
        assertThatThrownBy(() -> ClientProcess.start(List.of("/no/such/program")))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("the clients' process cannot be started: ");
    }

    private static String address(ServerSocket server) {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private static List<JsonNode> carryOut(String... orders) throws InterruptedException {
        List<JsonNode> replies = new ArrayList<>();
        byte[] lines = String.join("\n", orders).getBytes(StandardCharsets.UTF_8);
        ClientOrders.run(new ByteArrayInputStream(lines), line -> replies.add(Json.parse(line, "a reply")));
        return replies;
    }
}
