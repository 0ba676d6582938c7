package io.github.coda4j.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.bench.serve.ServeReport.Mixed;
import io.github.coda4j.bench.serve.ServeReport.Percentiles;
import io.github.coda4j.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Clients in a process of their own, so that what they take is not counted as the server's: orders come in and replies
 * go out as lines of JSON. {@link ClientProcess} is the other side.
 */
public final class ClientOrders {
    static final String ORDER = "order";
    static final String PROBLEM = "problem";

    /** What is ordered. */
    enum Order {
        /** A {@link MixedLoad}: replies when it begins, and with what came of it. */
        LOAD,
        /** Streams are opened and held: replies when they are. */
        HOLD,
        /** Those streams are closed: replies when they are. */
        LEAVE
    }

    private final Consumer<String> replies;
    private final List<Exchange> held = new ArrayList<>();

    private ClientOrders(Consumer<String> replies) {
        this.replies = replies;
    }

    /**
     * Carries out orders until there are no more.
     *
     * @param orders a line each
     * @param replies takes a line each
     * @throws CodaException when an order cannot be read
     */
    public static void run(InputStream orders, Consumer<String> replies) throws InterruptedException {
        ClientOrders clients = new ClientOrders(replies);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(orders, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                clients.carryOut(Json.parse(line, "an order"));
            }
        } catch (IOException e) {
            throw new CodaException("cannot read orders: " + e.getMessage(), e);
        } finally {
            clients.leave();
        }
    }

    private void carryOut(JsonNode order) throws InterruptedException {
        try {
            switch (Order.valueOf(order.path(ORDER).asText())) {
                case LOAD -> reply(load(order));
                case HOLD -> reply(Map.of("open", hold(order)));
                case LEAVE -> {
                    leave();
                    reply(Map.of("open", 0));
                }
            }
        } catch (CodaException | IllegalArgumentException e) {
            reply(Map.of(PROBLEM, String.valueOf(e.getMessage())));
        }
    }

    private void reply(Map<String, ?> reply) {
        replies.accept(Json.compact(Json.of(reply)));
    }

    private Map<String, Object> load(JsonNode order) throws InterruptedException {
        List<Task> tasks = Task.mixed(order.path("chats").booleanValue());
        Map<Task, String> expected = new LinkedHashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            expected.put(tasks.get(i), order.path("expected").path(i).asText());
        }
        ServePlan plan = new ServePlan(
                order.path("clients").intValue(),
                Duration.ofMillis(order.path("ms").longValue()),
                0,
                0,
                1,
                Duration.ofMillis(order.path("patience_ms").longValue()),
                order.path("seed").longValue());
        return map(new MixedLoad(address(order), plan, expected).run(() -> reply(Map.of("begun", true))));
    }

    private int hold(JsonNode order) {
        Task stream = Task.held();
        int count = order.path("streams").intValue();
        try {
            while (held.size() < count) {
                held.add(Exchange.send(
                        address(order),
                        stream.path(),
                        stream.body(),
                        order.path("patience_ms").intValue()));
            }
        } catch (IOException e) {
            throw new CodaException(
                    "cannot open stream " + (held.size() + 1) + " of " + count + ": " + e.getMessage()
                            + "; a process may have too few open files (ulimit -n)",
                    e);
        }
        return held.size();
    }

    private void leave() {
        held.forEach(Exchange::close);
        held.clear();
    }

    private static URI address(JsonNode order) {
        return Exchange.address(order.path("url").asText());
    }

    private static Map<String, Object> map(Mixed mixed) {
        Map<String, Object> map = mixed.fates();
        map.put("alone", map(mixed.healthAlone()));
        map.put("health", map(mixed.healthMillis()));
        return map;
    }

    private static Map<String, Object> map(Percentiles of) {
        return Map.of("count", of.count(), "p50", of.p50(), "p99", of.p99(), "highest", of.highest());
    }

    /** What a {@link Order#LOAD} replied at its end. */
    static Mixed mixed(JsonNode reply) {
        return new Mixed(
                reply.path("requests").longValue(),
                reply.path("answered").longValue(),
                reply.path("left").longValue(),
                reply.path("refused").longValue(),
                reply.path("hung").longValue(),
                reply.path("wrong").longValue(),
                reply.path("lost").longValue(),
                reply.path("example").asText(),
                percentiles(reply.path("alone")),
                percentiles(reply.path("health")));
    }

    private static Percentiles percentiles(JsonNode of) {
        return new Percentiles(
                of.path("count").intValue(),
                of.path("p50").doubleValue(),
                of.path("p99").doubleValue(),
                of.path("highest").doubleValue());
    }
}
