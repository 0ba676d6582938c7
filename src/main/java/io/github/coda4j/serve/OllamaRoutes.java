package io.github.coda4j.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.ChatBody;
import io.github.coda4j.serve.wire.Fields;
import io.github.coda4j.serve.wire.OllamaWriter;
import io.github.coda4j.serve.wire.Problem;
import io.github.coda4j.serve.wire.TextBody;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What Ollama's clients ask for: which model there is, and answers. Models are neither fetched nor made nor deleted.
 */
final class OllamaRoutes {
    /** Clients look whether it is new enough. */
    private static final Map<String, String> VERSION = Map.of("version", "0.32.0");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Service service;

    OllamaRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/version", call -> call.answer(200, Json.of(VERSION))),
                Route.get("/api/tags", this::tags),
                Route.post("/api/show", saying(this::show)),
                Route.post("/api/generate", saying(this::generate)),
                Route.post("/api/chat", saying(this::chat)));
    }

    /** Says problems as Ollama does. */
    private static Route.Handler saying(Route.Handler handler) {
        return call -> {
            try {
                handler.handle(call);
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                Problem problem = Problems.of(e, call);
                problem.headers().forEach(call::header);
                call.fact("error", problem.code());
                call.answer(problem.status(), OllamaWriter.error(problem));
            }
        };
    }

    private void tags(Call call) {
        ServedModel model = service.model();
        ObjectNode entry = NODES.objectNode()
                .put("name", model.name() + ":latest")
                .put("model", model.name() + ":latest")
                .put("modified_at", Instant.ofEpochSecond(model.created()).toString())
                .put("size", 2 * model.parameters())
                .put("digest", model.fingerprint());
        entry.set("details", details(model));
        ObjectNode list = NODES.objectNode();
        list.putArray("models").add(entry);
        call.answer(200, list);
    }

    private static ObjectNode details(ServedModel model) {
        ObjectNode details = NODES.objectNode()
                .put("parent_model", "")
                .put("format", "safetensors")
                .put("family", "coda");
        details.putArray("families").add("coda");
        return details.put("parameter_size", String.format(Locale.ROOT, "%.1fM", model.parameters() / 1e6))
                .put("quantization_level", "unknown");
    }

    private void show(Call call) {
        ServedModel model = service.model();
        ObjectNode answer =
                NODES.objectNode().put("template", "{{ .Prompt }}{{ .Suffix }}").put("parameters", "");
        answer.set("details", details(model));
        answer.putObject("model_info")
                .put("general.architecture", "coda")
                .put("coda.context_length", model.maxPositions())
                .put("general.basename", model.name())
                .put("general.parameter_count", model.parameters());
        answer.putArray("capabilities").add("completion").add("insert");
        call.answer(200, answer);
    }

    private void generate(Call call) throws InterruptedException {
        Fields fields = body(call);
        TextBody body = TextBody.read(fields, 1);
        if (body.prompts().size() != 1) {
            throw Problem.wrong("prompt", "prompt must be one text");
        }
        AnswerOptions options = body.options();
        List<Planned> planned = service.planner().text(body.prompts().getFirst(), options, false);
        service.answer(call, options, planned, new OllamaWriter(service.head(), false));
    }

    private void chat(Call call) throws InterruptedException {
        ChatBody body = ChatBody.read(body(call), 1);
        List<Planned> planned = service.planner().chat(body.chat(), body.options());
        service.answer(call, body.options(), planned, new OllamaWriter(service.head(), true));
    }

    /** A body that wants a stream unless it says otherwise, and text in no format. */
    private Fields body(Call call) {
        Fields fields = service.body(call);
        if (fields.has("format") && !fields.node("format").asText().isEmpty()) {
            throw Problem.unsupported("format", "format is not supported yet: leave it out");
        }
        return fields.withDefault("stream", Json.of(true));
    }
}
