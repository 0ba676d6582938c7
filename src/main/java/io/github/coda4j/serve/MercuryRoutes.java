package io.github.coda4j.serve;

import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.ApplyBody;
import io.github.coda4j.serve.wire.EditBody;
import io.github.coda4j.serve.wire.FencedWriter;
import io.github.coda4j.serve.wire.OpenAiWriter;
import io.github.coda4j.serve.wire.OpenAiWriter.Shape;
import java.util.List;

/**
 * What Mercury's clients ask for: the next edit of a file, for which the region is masked and written anew, and a
 * snippet put into a file, for which its lines are merged.
 */
final class MercuryRoutes {
    private final Service service;

    MercuryRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/edit/completions", this::edit), Route.post("/v1/apply/completions", this::apply));
    }

    private void apply(Call call) throws InterruptedException {
        ApplyBody body = ApplyBody.read(service.body(call));
        Planned merged = service.planner().merge(body.original(), body.snippet(), body.options());
        service.answer(
                call,
                body.options(),
                List.of(merged),
                new OpenAiWriter(Shape.APPLY, service.head(), body.options(), 1));
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
