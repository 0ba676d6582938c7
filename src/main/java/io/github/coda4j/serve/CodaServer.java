package io.github.coda4j.serve;

import io.github.coda4j.Closing;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.HttpFront;
import io.github.coda4j.serve.http.HttpOptions;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.http.RouteTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The server. It listens at once, answers when there is a model, and is drained before it is closed.
 *
 * <pre>{@code
 * try (CodaServer server = CodaServer.start(HttpOptions.local(8000), options, line -> {})) {
 *     server.serve(model);
 *     ...
 *     server.drain(Duration.ofSeconds(10));
 * }
 * }</pre>
 */
public final class CodaServer implements AutoCloseable {
    private final Service service;
    private final HttpFront front;
    private final String address;
    private final Closing closing = new Closing();

    private CodaServer(Service service, HttpFront front, String address) {
        this.service = service;
        this.front = front;
        this.address = address;
    }

    /**
     * Begins to listen. Until there is a model everything but the routes of health is answered with 503.
     *
     * @param log is given one line of JSON for each call that is over
     * @throws io.github.coda4j.CodaException when the address cannot be had, or the files of TLS do not belong together
     */
    public static CodaServer start(HttpOptions http, ServeOptions options, Consumer<String> log) {
        Service service = new Service(options, InstantSource.system());
        HttpFront front = new HttpFront(http, new RouteTable(routes(service)), Problems::of, call -> {
            service.meters().over(call);
            log.accept(Json.compact(Json.of(line(call))));
        });
        try {
            return new CodaServer(service, front, front.listen());
        } catch (RuntimeException e) {
            front.close();
            throw e;
        }
    }

    /** All routes, a file for each kind of them. */
    private static List<Route> routes(Service service) {
        List<Route> routes = new ArrayList<>();
        routes.addAll(new OpenAiRoutes(service).routes());
        routes.addAll(new FimRoutes(service).routes());
        routes.addAll(new LlamaRoutes(service).routes());
        routes.addAll(new OllamaRoutes(service).routes());
        routes.addAll(new PageRoutes().routes());
        routes.addAll(new MercuryRoutes(service).routes());
        routes.addAll(new DecisionRoutes(service).routes());
        routes.addAll(new ModelRoutes(service).routes());
        routes.addAll(new HealthRoutes(service).routes());
        return routes;
    }

    private static Map<String, Object> line(Call call) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", call.id());
        line.put("method", call.method());
        line.put("route", call.route().isEmpty() ? call.path() : call.route());
        line.put("status", call.status());
        line.put("ms", Math.round(call.millis() * 10) / 10.0);
        line.put("cancelled", call.isGone());
        line.putAll(call.facts());
        return line;
    }

    /** Where it listens, as a URL without a path. */
    public String address() {
        return address;
    }

    /**
     * Lets a model take some steps before it has clients, so that it is known from the first request on how much text
     * it can take in a time, and how many steps.
     *
     * @return what one step over some hundred tokens takes
     */
    public Cost warmUp(ServedModel model) {
        WarmUp.Measured measured = WarmUp.run(model);
        service.pace().measured(measured.whole());
        measured.steps().ifPresent(service.pace()::measured);
        return measured.whole();
    }

    /** Answers with this model from now on. */
    public void serve(ServedModel model) {
        service.serve(model);
    }

    /** Answers that are under way. */
    public int underWay() {
        return service.admission().taken();
    }

    /** Calls that are not over and whose clients wait for them. */
    public int openCalls() {
        return front.openCalls();
    }

    /**
     * Refuses new work, waits that long for what is under way, and breaks off what is left with an error that its
     * clients see.
     */
    public void drain(Duration patience) throws InterruptedException {
        service.admission().drain(patience);
    }

    /** Closes all connections. */
    @Override
    public void close() {
        closing.once(front::close);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "CodaServer[%s]", address);
    }
}
