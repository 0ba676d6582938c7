package io.github.coda4j.serve;

import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.generate.Window;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.FrameStream;
import io.github.coda4j.serve.wire.AnswerOptions;
import io.github.coda4j.serve.wire.AnswerOptions.StreamKind;
import io.github.coda4j.serve.wire.AnswerWriter;
import io.github.coda4j.serve.wire.Choice;
import io.github.coda4j.serve.wire.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call's answers, from their submission to the last byte. When the client leaves they are cancelled, and when one
 * of them fails the others are; the call ends when all have ended.
 */
final class Answering {
    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    private final Call call;
    private final ServedModel model;
    private final AnswerOptions options;
    private final List<Planned> planned;
    private final AnswerWriter writer;
    private final IntFunction<TextRule> rules;
    private final Consumer<Cost> costs;
    private final Optional<FrameStream> stream;
    private final CountDownLatch left;

    /** Of everything that is under way. */
    private final List<Generation> generations = new ArrayList<>();

    private boolean cancelled;
    private Optional<Problem> brokenOff = Optional.empty();

    /** Of the writer and what it writes. */
    private final Object writing = new Object();

    private final Choice[] choices;
    private final List<Completion> completions = new ArrayList<>();
    private Optional<Throwable> failure = Optional.empty();

    /**
     * A call that is answered.
     *
     * @param rules a rule for each choice
     * @param costs is given what each answer took
     */
    Answering(
            Call call,
            ServedModel model,
            AnswerOptions options,
            List<Planned> planned,
            AnswerWriter writer,
            IntFunction<TextRule> rules,
            Consumer<Cost> costs) {
        this.costs = costs;
        this.call = call;
        this.model = model;
        this.options = options;
        this.planned = List.copyOf(planned);
        this.writer = writer;
        this.rules = rules;
        this.stream = options.stream() ? Optional.of(call.stream(writer.contentType())) : Optional.empty();
        this.choices = new Choice[planned.size()];
        this.left = new CountDownLatch(planned.size());
    }

    /**
     * Answers the call.
     *
     * @throws Problem when nothing was sent yet
     */
    void run(Admission admission) throws InterruptedException {
        if (!options.ignored().isEmpty()) {
            call.header("x-coda-ignored", String.join(", ", options.ignored()));
        }
        long running = planned.stream().filter(one -> one.request().isPresent()).count();
        if (running == 0) {
            submit();
            finish();
            return;
        }
        Admission.Place place = admission.enter((int) running, () -> breakOff(Admission.shuttingDown()));
        try {
            call.onGone(this::cancel);
            submit();
            left.await();
            tell();
            finish();
        } finally {
            place.close();
        }
    }

    private void submit() {
        for (int index = 0; index < planned.size(); index++) {
            Watch watch = new Watch(index, planned.get(index));
            watch.echo();
            if (planned.get(index).request().isEmpty()) {
                watch.ended(planned.get(index).completion(), null);
                continue;
            }
            try {
                Generation generation =
                        model.generator().submit(planned.get(index).request().get(), watch.listener());
                watch.generation = generation;
                add(generation);
                generation.completion().whenComplete(watch::ended);
            } catch (RuntimeException e) {
                fail(e);
                for (int rest = index; rest < planned.size(); rest++) {
                    left.countDown();
                }
                return;
            }
        }
    }

    private void add(Generation generation) {
        boolean late;
        synchronized (generations) {
            generations.add(generation);
            late = cancelled;
        }
        if (late) {
            generation.cancel();
        }
    }

    private void cancel() {
        List<Generation> all;
        synchronized (generations) {
            cancelled = true;
            all = List.copyOf(generations);
        }
        all.forEach(Generation::cancel);
    }

    private void breakOff(Problem problem) {
        synchronized (generations) {
            brokenOff = Optional.of(problem);
        }
        cancel();
    }

    private void fail(Throwable cause) {
        synchronized (generations) {
            if (failure.isEmpty()) {
                failure = Optional.of(cause);
            }
        }
        cancel();
    }

    /** Puts what it took into the call's line of the log. */
    private void tell() {
        synchronized (writing) {
            call.fact(
                    "forwards",
                    completions.stream().mapToInt(one -> one.cost().forwards()).sum());
            call.fact(
                    "queue_ms",
                    most(completions.stream()
                            .mapToDouble(one -> one.cost().queueMillis())
                            .toArray()));
            call.fact(
                    "decode_ms",
                    most(completions.stream()
                            .mapToDouble(one ->
                                    one.cost().promptMillis() + one.cost().decodeMillis())
                            .toArray()));
            call.fact(
                    "prompt_tokens",
                    completions.stream()
                            .mapToInt(one -> one.cost().promptTokens())
                            .sum());
            call.fact(
                    "new_tokens",
                    completions.stream().mapToInt(one -> one.cost().newTokens()).sum());
            if (!completions.isEmpty()) {
                FinishReason reason = completions.getFirst().finishReason();
                call.fact("finish", reason.name().toLowerCase(Locale.ROOT));
            }
        }
        if (!options.user().isEmpty()) {
            call.fact("user", options.user());
        }
        call.fact("cancelled", call.isGone());
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElse(0);
    }

    private void finish() {
        if (call.isGone()) {
            return;
        }
        Optional<Problem> problem = problem();
        if (problem.isPresent()) {
            Problem told = problem.get();
            FrameStream open = stream.filter(FrameStream::begun).orElseThrow(() -> told);
            call.fact("error", told.code());
            open.cut(writer.failure(told));
            return;
        }
        synchronized (writing) {
            List<Choice> all = List.of(choices);
            stream.ifPresentOrElse(
                    open -> {
                        open.write(writer.end(all));
                        open.end();
                    },
                    () -> call.answer(200, writer.whole(all)));
        }
    }

    private Optional<Problem> problem() {
        synchronized (generations) {
            if (failure.isEmpty()) {
                return brokenOff;
            }
        }
        Throwable cause = failure.get();
        return Optional.of(cause instanceof EngineFailure ? internal(cause.getCause()) : Problems.of(cause, call));
    }

    private Problem internal(Throwable cause) {
        LOG.error("request {} failed", call.id(), cause);
        return Problem.internal(call.id(), cause);
    }

    /** The engine took the request and could not answer it: whatever it threw is no fault of the client. */
    private static final class EngineFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EngineFailure(Throwable cause) {
            super(cause);
        }
    }

    /** One answer while it comes. */
    private final class Watch {
        private final int index;
        private final Planned plan;
        private final TextRule rule;
        private final StringBuilder text = new StringBuilder();
        private final Steps steps;
        private volatile Generation generation;

        Watch(int index, Planned plan) {
            this.index = index;
            this.plan = plan;
            this.rule = rules.apply(index);
            this.steps = new Steps(model.tokenizer(), model.maskId(), model.endTokens());
        }

        /** Nobody listens where nothing is shown before the end. */
        GenerationListener listener() {
            boolean listens = stream.isPresent()
                    || rule != TextRule.NONE
                    || options.logprobs().isPresent();
            if (!listens) {
                return GenerationListener.NONE;
            }
            return new GenerationListener() {
                @Override
                public void onWindow(Window window) {
                    steps.window(window.firstHole());
                }

                @Override
                public void onStep(StepEvent event) {
                    if (options.logprobs().isPresent() || options.frames() != StreamKind.TEXT) {
                        step(event);
                    }
                }

                @Override
                public void onText(int hole, String piece) {
                    accept(hole, piece);
                }
            };
        }

        void echo() {
            if (!plan.echo().isEmpty()) {
                send(0, plan.echo());
            }
        }

        private void step(StepEvent event) {
            steps.accept(event);
            if (stream.isPresent() && options.frames() != StreamKind.TEXT) {
                synchronized (writing) {
                    stream.get().write(writer.step(index, steps.frame(event)));
                }
            }
        }

        private void accept(int hole, String piece) {
            if (rule.ended()) {
                return;
            }
            String passed = rule.accept(piece);
            if (!passed.isEmpty()) {
                text.append(passed);
                send(hole, passed);
            }
            if (rule.ended()) {
                generation().cancel();
            }
        }

        /** The first piece may come before the call that submits has returned. */
        private Generation generation() {
            while (generation == null) {
                Thread.onSpinWait();
            }
            return generation;
        }

        private void send(int hole, String piece) {
            stream.ifPresent(open -> {
                synchronized (writing) {
                    open.write(writer.piece(index, hole, piece));
                }
            });
        }

        void ended(Completion completion, Throwable cause) {
            try {
                if (cause != null) {
                    fail(new EngineFailure(cause instanceof CompletionException ? cause.getCause() : cause));
                    return;
                }
                costs.accept(completion.cost());
                synchronized (writing) {
                    completions.add(completion);
                }
                if (completion.finishReason() == FinishReason.CANCELLED && !rule.ended()) {
                    cutOff();
                    return;
                }
                choose(completion);
            } catch (RuntimeException e) {
                fail(new EngineFailure(e));
            } finally {
                left.countDown();
            }
        }

        /** Cancelled by us, or because the engine is closed. */
        private void cutOff() {
            synchronized (generations) {
                if (cancelled) {
                    return;
                }
            }
            breakOff(Admission.shuttingDown());
        }

        private void choose(Completion completion) {
            boolean byRule = rule.ended();
            String answer = plan.echo() + (rule == TextRule.NONE ? completion.text() : text);
            Choice choice = new Choice(
                    index,
                    answer,
                    byRule ? "stop" : Choice.finish(completion.finishReason()),
                    completion,
                    options.logprobs().isPresent() ? steps.logprobs(completion) : List.of());
            synchronized (writing) {
                choices[index] = choice;
                stream.ifPresent(open -> open.write(writer.finish(choice)));
            }
        }
    }
}
