package io.github.coda4j.testkit;

import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.Generator;
import io.github.coda4j.generate.HoleAnswer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Answers from a script in place of an engine: the listener hears every piece before {@code submit} returns. A script
 * that holds leaves the request open after its pieces, until it is cancelled. Prompts and options are recorded and not
 * looked at.
 */
public final class ScriptedGenerator implements Generator {
    /** One answer: a single hole filled with the pieces put together. */
    public record Script(List<String> pieces, FinishReason finishReason, boolean holds) {
        public Script {
            pieces = List.copyOf(pieces);
        }

        /** Text that ends at an end token. */
        public static Script says(String... pieces) {
            return new Script(List.of(pieces), FinishReason.STOP, false);
        }

        public Script endingWith(FinishReason reason) {
            return new Script(pieces, reason, holds);
        }

        public Script holding() {
            return new Script(pieces, finishReason, true);
        }
    }

    /**
     * What {@link Completion#cost} always is, apart from the number of new tokens, which is that of the text's
     * characters.
     */
    public static final Cost COST = new Cost(8, 1, 16, 5, 0, 1, 20, 80);

    private final Function<GenerateRequest, Script> scripts;
    private final List<GenerateRequest> requests = new CopyOnWriteArrayList<>();

    /** A function that throws makes {@code submit} throw. */
    public ScriptedGenerator(Function<GenerateRequest, Script> scripts) {
        this.scripts = scripts;
    }

    /** Answers every request with the same. */
    public static ScriptedGenerator always(Script script) {
        return new ScriptedGenerator(request -> script);
    }

    /** Every request, in order. */
    public List<GenerateRequest> requests() {
        return requests;
    }

    @Override
    public Generation submit(GenerateRequest request, GenerationListener listener) {
        requests.add(request);
        Script script = scripts.apply(request);
        Scripted generation = new Scripted(String.join("", script.pieces()));
        try {
            script.pieces().stream().filter(piece -> !piece.isEmpty()).forEach(piece -> listener.onText(0, piece));
        } catch (RuntimeException e) {
            generation.completion.completeExceptionally(e);
        }
        if (!script.holds()) {
            generation.end(script.finishReason());
        }
        return generation;
    }

    private static final class Scripted implements Generation {
        private final CompletableFuture<Completion> completion = new CompletableFuture<>();
        private final String text;

        Scripted(String text) {
            this.text = text;
        }

        @Override
        public CompletableFuture<Completion> completion() {
            CompletableFuture<Completion> copy = completion.copy();
            copy.whenComplete((_, _) -> {
                if (!completion.isDone()) {
                    cancel();
                }
            });
            return copy;
        }

        @Override
        public void cancel() {
            end(FinishReason.CANCELLED);
        }

        void end(FinishReason reason) {
            List<Integer> ids = text.chars().boxed().toList();
            Cost cost = new Cost(
                    COST.forwards(),
                    COST.cacheRefreshes(),
                    COST.commits(),
                    COST.promptTokens(),
                    ids.size(),
                    COST.queueMillis(),
                    COST.promptMillis(),
                    COST.decodeMillis());
            completion.complete(new Completion(List.of(new HoleAnswer(text, ids, reason)), ids, reason, cost));
        }
    }
}
