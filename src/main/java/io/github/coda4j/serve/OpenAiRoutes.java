package io.github.coda4j.serve;

import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.ChatBody;
import io.github.coda4j.serve.wire.OpenAiWriter;
import io.github.coda4j.serve.wire.OpenAiWriter.Shape;
import io.github.coda4j.serve.wire.TextBody;
import io.github.coda4j.serve.wire.TextPrompt;
import java.util.ArrayList;
import java.util.List;

/** Chats and completions as OpenAI's clients ask for them, with and without {@code /v1}. */
final class OpenAiRoutes {
    private final Service service;

    OpenAiRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/chat/completions", this::chat),
                Route.post("/chat/completions", this::chat),
                Route.post("/v1/completions", this::text),
                Route.post("/completions", this::text),
                Route.post("/v1/beta/completions", this::text),
                Route.post("/beta/completions", this::text));
    }

    private void chat(Call call) throws InterruptedException {
        ChatBody body = ChatBody.read(service.body(call), service.options().maxSessions());
        List<Planned> planned = service.planner().chat(body.chat(), body.options());
        service.answer(call, body.options(), planned, new OpenAiWriter(Shape.CHAT, service.head(), body.options(), 1));
    }

    private void text(Call call) throws InterruptedException {
        TextBody body =
                TextBody.readWithRegions(service.body(call), service.options().maxSessions());
        AnswerOptions options = body.options();
        List<Planned> planned = new ArrayList<>();
        for (TextPrompt prompt : body.prompts()) {
            planned.addAll(service.planner().text(prompt, options, body.echo()));
        }
        OpenAiWriter writer = new OpenAiWriter(
                Shape.TEXT, service.head(), options, body.prompts().size());
        service.answer(call, options, planned, body.regions() ? writer.withRegions() : writer);
    }
}
