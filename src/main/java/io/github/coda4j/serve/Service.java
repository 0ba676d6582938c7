package io.github.coda4j.serve;

import io.github.coda4j.generate.Cost;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.wire.AnswerHead;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.AnswerWriter;
import io.github.coda4j.serve.wire.Fields;
import io.github.coda4j.serve.wire.Problem;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;

/** What routes have in common: the model, the way in, and how answers are made and sent. */
final class Service {
    private final ServeOptions options;
    private final Admission admission;
    private final InstantSource clock;
    private final Pace pace = new Pace();
    private final Meters meters;
    private volatile Optional<ServedModel> model = Optional.empty();

    Service(ServeOptions options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
        this.admission = new Admission(options.maxSessions() + options.maxQueue());
        this.meters = new Meters(admission::taken);
    }

    ServeOptions options() {
        return options;
    }

    Admission admission() {
        return admission;
    }

    Meters meters() {
        return meters;
    }

    /** An answer took this. */
    private void took(Cost cost) {
        pace.measured(cost);
        meters.answered(cost);
    }

    Pace pace() {
        return pace;
    }

    void serve(ServedModel ready) {
        model = Optional.of(ready);
    }

    /** @throws Problem while the model is being loaded, and once the server is being shut down */
    ServedModel model() {
        if (admission.isClosing()) {
            throw Admission.shuttingDown();
        }
        return model.orElseThrow(() -> Problem.unavailable("model_loading", "the model is being loaded"));
    }

    /** The body of a call that wants an answer; refused while there is none to be had. */
    Fields body(Call call) {
        model();
        return Fields.of(call.body());
    }

    Planner planner() {
        return new Planner(
                model(),
                options.requestTimeout(),
                () -> ThreadLocalRandom.current().nextLong(),
                Lengths.GROWING);
    }

    /** What the frames of a new answer have in common. */
    AnswerHead head() {
        return new AnswerHead(
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()),
                clock.instant().getEpochSecond(),
                model().name(),
                model().fingerprint());
    }

    /** Makes the answers and sends them. */
    void answer(Call call, AnswerOptions wanted, List<Planned> planned, AnswerWriter writer)
            throws InterruptedException {
        answer(call, wanted, planned, writer, choice -> TextRule.NONE);
    }

    /** The same where a dialect has a say in where each of them ends. */
    void answer(
            Call call, AnswerOptions wanted, List<Planned> planned, AnswerWriter writer, IntFunction<TextRule> rules)
            throws InterruptedException {
        AnswerOptions shown = writer.showsDetails() ? wanted : wanted.withoutDetails();
        new Answering(call, model(), shown, planned, writer, rules, this::took).run(admission);
    }
}
