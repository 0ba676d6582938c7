package io.github.coda4j.serve;

import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.EditBody;
import io.github.coda4j.serve.wire.FencedWriter;
import io.github.coda4j.serve.wire.OpenAiWriter;
import io.github.coda4j.serve.wire.OpenAiWriter.Shape;
import java.util.List;

/** The next edit of a file as Mercury's clients ask for it: the region is masked and written anew. */
final class MercuryRoutes {
    private final Service service;

    MercuryRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(Route.post("/v1/edit/completions", this::edit));
    }

    private void edit(Call call) throws InterruptedException {
        EditBody body = EditBody.read(service.body(call), service.options().maxSessions());
        List<Planned> planned = service.planner().rewrite(body.before(), body.region(), body.after(), body.options());
        service.answer(
                call,
                body.options(),
                planned,
                new FencedWriter(new OpenAiWriter(Shape.EDIT, service.head(), body.options(), 1)));
    }
}
