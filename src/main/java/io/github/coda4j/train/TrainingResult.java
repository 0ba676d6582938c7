package io.github.coda4j.train;

import io.github.coda4j.Amounts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a run ended.
 *
 * @param run the run's folder
 * @param checkpoint of the last step that was made
 * @param state where that checkpoint stands
 * @param parameters of the model, a tied head counted once
 * @param loss of the last step that this process made; empty when it made none
 * @param waitedShare part of the steps' time that went into waiting for data, 0 to 1; empty as the loss
 * @param model the finished model; empty when the run was stopped, and on all ranks but the first
 * @param report the page with the curves; empty where none was asked for, and on all ranks but the first
 */
public record TrainingResult(
        TrainingLoop.Outcome outcome,
        Path run,
        Path checkpoint,
        RunState state,
        long parameters,
        OptionalDouble loss,
        OptionalDouble waitedShare,
        Optional<Path> model,
        Optional<Path> report) {

    /** The run in a few words, by what they are about. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("parameters", Amounts.count(parameters));
        facts.put("steps", Long.toString(state.step()));
        facts.put("tokens", Amounts.count(state.tokens()));
        loss.ifPresent(value -> facts.put("loss", String.format(Locale.ROOT, "%.4f", value)));
        state.heldOut().ifPresent(value -> facts.put("held-out loss", String.format(Locale.ROOT, "%.4f", value)));
        state.bestHeldOut()
                .ifPresent(value ->
                        facts.put("best", String.format(Locale.ROOT, "%.4f at step %d", value, state.bestStep())));
        waitedShare.ifPresent(
                share -> facts.put("data waiting", String.format(Locale.ROOT, "%.2f%% of step time", 100 * share)));
        return facts;
    }
}
