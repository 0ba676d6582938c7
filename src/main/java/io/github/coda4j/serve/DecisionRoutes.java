package io.github.coda4j.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.generate.decision.Decider;
import io.github.coda4j.generate.decision.Decision;
import io.github.coda4j.generate.decision.Question;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import io.github.coda4j.serve.wire.DecisionBody;
import io.github.coda4j.serve.wire.Problem;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Typed decisions as System One's clients ask for them. */
final class DecisionRoutes {
    private final Service service;

    DecisionRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(Route.post("/v1/systemone", this::decide));
    }

    private void decide(Call call) throws InterruptedException {
        DecisionBody body = DecisionBody.read(service.body(call));
        ServedModel model = service.model();
        Decider decider = decider(model);
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("model", model.name());
        ObjectNode answers = answer.putObject("answers");
        int most = service.options().maxSessions() + service.options().maxQueue();
        if (body.questions().size() > most) {
            throw Problem.wrong(
                    "questions",
                    "questions are " + body.questions().size() + ", at most " + most + " are decided at a time");
        }
        int tokens = 0;
        List<Decider.Pending> pending = new CopyOnWriteArrayList<>();
        Runnable cancel = () -> pending.forEach(Decider.Pending::cancel);
        Admission.Place place = service.admission().enter(body.questions().size(), cancel);
        try {
            call.onGone(cancel);
            body.questions().forEach((name, question) -> pending.add(submit(decider, body.state(), name, question)));
            int index = 0;
            for (String name : body.questions().keySet()) {
                Decision decision = await(pending.get(index++), name);
                answers.set(name, DecisionBody.answer(decision));
                tokens += decision.promptTokens();
            }
        } finally {
            cancel.run();
            place.close();
        }
        answer.putObject("usage").put("input_tokens", tokens).put("output_tokens", 0);
        call.answer(200, answer);
    }

    private static Decider decider(ServedModel model) {
        try {
            return new Decider(
                    model.generator(),
                    model.tokenizer(),
                    model.template()
                            .orElseThrow(() -> Problem.unsupported(
                                    "questions",
                                    "the model was trained on chats of another family: it is not asked so")),
                    model.maskId());
        } catch (IllegalArgumentException e) {
            throw Problem.unsupported("questions", e.getMessage());
        }
    }

    private Decider.Pending submit(Decider decider, String state, String name, Question question) {
        try {
            return decider.submit(state, question, Optional.of(service.options().requestTimeout()));
        } catch (IllegalArgumentException e) {
            throw Problem.wrong("questions." + name, e.getMessage());
        }
    }

    private static Decision await(Decider.Pending pending, String name) throws InterruptedException {
        try {
            return pending.await();
        } catch (IllegalArgumentException e) {
            throw Problem.wrong("questions." + name, e.getMessage());
        }
    }
}
