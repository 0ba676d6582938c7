package io.github.coda4j.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.Problem;
import java.util.List;

/** Which models there are: one. */
final class ModelRoutes {
    private final Service service;

    ModelRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/models", this::list).withoutKey(),
                Route.get("/models", this::list).withoutKey(),
                Route.get("/v1/models/{id}", this::one).withoutKey());
    }

    private void list(Call call) {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        list.putArray("data").add(entry(service.model()));
        call.answer(200, list);
    }

    private void one(Call call) {
        ServedModel model = service.model();
        if (!call.rest().equals(model.name())) {
            throw Problem.noModel(call.rest(), model.name());
        }
        call.answer(200, entry(model));
    }

    /** With the lengths that editors look for under these names. */
    private static ObjectNode entry(ServedModel model) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", model.name())
                .put("object", "model")
                .put("created", model.created())
                .put("owned_by", "coda4j")
                .put("context_length", model.maxPositions())
                .put("max_model_len", model.maxPositions());
    }
}
