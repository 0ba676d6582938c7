package io.github.coda4j.serve;

import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.OpenAiWriter;
import io.github.coda4j.serve.wire.OpenAiWriter.Shape;
import io.github.coda4j.serve.wire.TextBody;
import java.util.List;

/** Infilling as Mistral's and Mercury's clients ask for it: every answer is in both of their shapes. */
final class FimRoutes {
    private final Service service;

    FimRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(Route.post("/v1/fim/completions", this::fill), Route.post("/fim/completions", this::fill));
    }

    private void fill(Call call) throws InterruptedException {
        TextBody body = TextBody.fill(service.body(call), service.options().maxSessions());
        List<Planned> planned = service.planner().text(body.prompts().getFirst(), body.options(), false);
        service.answer(call, body.options(), planned, new OpenAiWriter(Shape.BOTH, service.head(), body.options(), 1));
    }
}
