package io.github.coda4j.serve;

import io.github.coda4j.files.Json;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import java.util.List;
import java.util.Map;

/** Whether the server lives, whether it can answer, and what it has counted. */
final class HealthRoutes {
    private final Service service;

    HealthRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/health", this::ready).withoutKey(),
                Route.get("/v1/health", this::ready).withoutKey(),
                Route.get("/health/ready", this::ready).withoutKey(),
                Route.get("/health/live", this::live).withoutKey(),
                Route.get("/metrics", this::metrics));
    }

    private void ready(Call call) {
        service.model();
        live(call);
    }

    private void metrics(Call call) {
        call.answer(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                service.meters().text());
    }

    private void live(Call call) {
        call.answer(200, Json.of(Map.of("status", "ok")));
    }
}
