package io.github.coda4j.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.ChatBody;
import io.github.coda4j.serve.wire.Fields;
import io.github.coda4j.serve.wire.InfillBody;
import io.github.coda4j.serve.wire.LlamaWriter;
import io.github.coda4j.serve.wire.Problem;
import io.github.coda4j.serve.wire.TextBody;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What llama.cpp's clients ask for: infilling and completions in its own words, tokens, the template, its state. */
final class LlamaRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Service service;

    LlamaRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/infill", this::infill),
                Route.post("/completion", this::completion),
                Route.get("/props", this::props),
                Route.get("/slots", this::slots),
                Route.post("/tokenize", this::tokenize),
                Route.post("/detokenize", this::detokenize),
                Route.post("/apply-template", this::applyTemplate));
    }

    private void infill(Call call) throws InterruptedException {
        InfillBody body = InfillBody.read(service.body(call), service.options().maxSessions());
        OptionalInt context = service.pace().tokensIn(body.maxPromptMillis());
        List<Planned> planned = service.planner()
                .infill(
                        body.before(),
                        body.after(),
                        body.options(),
                        context,
                        most -> service.pace()
                                .stepMillis()
                                .flatMap(step -> Haste.of(body.maxPredictMillis(), most, step)));
        service.answer(
                call,
                body.options(),
                planned,
                new LlamaWriter(service.head(), body.options(), body.responseFields()),
                choice -> rule(body.indent(), body.maxPredictMillis()));
    }

    private static TextRule rule(int indent, int maxMillis) {
        return indent == 0 && maxMillis <= 0
                ? TextRule.NONE
                : new LineRule(indent, Math.max(0, maxMillis), System::nanoTime);
    }

    private void completion(Call call) throws InterruptedException {
        Fields fields = service.body(call);
        TextBody body = TextBody.read(fields, service.options().maxSessions());
        AnswerOptions options = InfillBody.ofCompletion(fields, body.options());
        int indent = InfillBody.indent(fields);
        int maxMillis = InfillBody.maxPredictMillis(fields);
        if (body.prompts().size() != 1) {
            throw Problem.unsupported("prompt", "several prompts are not supported here: use /v1/completions");
        }
        List<Planned> planned = service.planner().text(body.prompts().getFirst(), options, body.echo());
        service.answer(
                call,
                options,
                planned,
                LlamaWriter.of(service.head(), options, fields),
                choice -> rule(indent, maxMillis));
    }

    private void props(Call call) {
        ServedModel model = service.model();
        ObjectNode props = NODES.objectNode();
        props.putObject("default_generation_settings").put("n_ctx", model.maxPositions());
        props.put("total_slots", service.options().maxSessions());
        props.put("model_path", model.name());
        props.put("chat_template", model.template().isPresent() ? "chatml" : "");
        props.put("build_info", "coda4j " + model.fingerprint());
        call.answer(200, props);
    }

    private void slots(Call call) {
        ServedModel model = service.model();
        int busy = service.admission().taken();
        ArrayNode slots = NODES.arrayNode();
        for (int id = 0; id < service.options().maxSessions(); id++) {
            slots.addObject().put("id", id).put("n_ctx", model.maxPositions()).put("is_processing", id < busy);
        }
        call.answer(200, slots);
    }

    private void tokenize(Call call) {
        Fields body = service.body(call);
        Tokenizer tokenizer = service.model().tokenizer();
        String content =
                body.text("content").orElseThrow(() -> Problem.wrong("content", "content is missing: give the text"));
        boolean pieces = body.truth("with_pieces", false);
        MarkedText text = body.truth("parse_special", true) ? MarkedText.trusted(content) : MarkedText.literal(content);
        ObjectNode answer = NODES.objectNode();
        ArrayNode tokens = answer.putArray("tokens");
        for (int id : tokenizer.encode(text)) {
            if (pieces) {
                tokens.addObject().put("id", id).put("piece", tokenizer.decode(id));
            } else {
                tokens.add(id);
            }
        }
        call.answer(200, answer);
    }

    private void detokenize(Call call) {
        Fields body = service.body(call);
        Tokenizer tokenizer = service.model().tokenizer();
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : body.list("tokens")) {
            String name = "tokens[" + ids.size() + "]";
            if (!id.isInt() || id.intValue() < 0) {
                throw Problem.wrong(name, name + " must be a token id, got " + id);
            }
            ids.add(id.intValue());
        }
        String text = tokenizer.decode(ids.stream().mapToInt(id -> id).toArray());
        call.answer(200, NODES.objectNode().put("content", text));
    }

    private void applyTemplate(Call call) {
        Fields body = service.body(call);
        String prompt = service.model()
                .template()
                .orElseThrow(() -> Problem.unsupported(
                        "messages", "the model was trained on chats of another family: it has no template here"))
                .render(ChatBody.conversation(body));
        call.answer(200, NODES.objectNode().put("prompt", prompt));
    }
}
