package io.github.coda4j.serve;

import io.github.coda4j.files.Json;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import java.util.List;
import java.util.Map;

/** Whether the server lives, and whether it can answer. */
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
                Route.get("/health/live", this::live).withoutKey());
    }

    private void ready(Call call) {
        service.model();
        live(call);
    }

    private void live(Call call) {
        call.answer(200, Json.of(Map.of("status", "ok")));
    }
}
