package io.github.coda4j.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.bench.serve.ClientOrders.Order;
import io.github.coda4j.bench.serve.ServeReport.Mixed;
import io.github.coda4j.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Clients in a process of their own, {@link ClientOrders}: so the memory of this one is the server's. */
final class ClientProcess implements AutoCloseable {
    private final Process process;
    private final Writer orders;
    private final BufferedReader replies;
    private final Closing closing = new Closing();

    /**
     * Starts it.
     *
     * @param command of a process that runs {@link ClientOrders#run} over its standard input and output
     * @throws CodaException when it cannot be started
     */
    static ClientProcess start(List<String> command) {
        try {
            return new ClientProcess(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new CodaException("the clients' process cannot be started: " + e.getMessage(), e);
        }
    }

    private ClientProcess(Process process) {
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        this.replies = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts a mixed load and returns when it has begun; {@link #endOfLoad} waits for its end. */
    void beginLoad(URI address, ServePlan plan, boolean chats, List<String> expected) {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("chats", chats);
        order.put("clients", plan.clients());
        order.put("ms", plan.time().toMillis());
        order.put("seed", plan.seed());
        order.put("expected", expected);
        send(Order.LOAD, address, plan, order);
        reply();
    }

    Mixed endOfLoad() {
        return ClientOrders.mixed(reply());
    }

    /** Opens the plan's idle streams. */
    void hold(URI address, ServePlan plan) {
        send(Order.HOLD, address, plan, Map.of("streams", plan.idleStreams()));
        reply();
    }

    /** Closes them. */
    void leave(URI address, ServePlan plan) {
        send(Order.LEAVE, address, plan, Map.of());
        reply();
    }

    private void send(Order what, URI address, ServePlan plan, Map<String, ?> more) {
        Map<String, Object> order = new LinkedHashMap<>(more);
        order.put(ClientOrders.ORDER, what.name());
        order.put("url", address.toString());
        order.put("patience_ms", plan.patience().toMillis());
        try {
            orders.write(Json.compact(Json.of(order)) + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new CodaException("the clients' process takes no orders: " + e.getMessage(), e);
        }
    }

    /** The next line of JSON; others are what its Java or the system says. */
    private JsonNode reply() {
        String last = "it said nothing";
        try {
            for (String line = replies.readLine(); line != null; line = replies.readLine()) {
                if (line.startsWith("{")) {
                    JsonNode reply = Json.parse(line, "a reply of the clients");
                    if (reply.has(ClientOrders.PROBLEM)) {
                        throw new CodaException(reply.path(ClientOrders.PROBLEM).asText());
                    }
                    return reply;
                }
                last = line;
            }
        } catch (IOException e) {
            throw new CodaException("the clients' process cannot be read: " + e.getMessage(), e);
        }
        throw new CodaException("the clients' process has ended: " + last);
    }

    /** Ends it; clients that still ask are cut off. */
    @Override
    public void close() {
        closing.once(() -> {
            process.destroy();
            process.onExit().join();
        });
    }
}
