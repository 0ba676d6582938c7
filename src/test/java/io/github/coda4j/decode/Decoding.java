package io.github.coda4j.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.model.plan.Denoiser;
import java.util.ArrayList;
import java.util.List;

/** Runs sessions to their end. */
final class Decoding {
    private Decoding() {}

    static List<StepResult> run(DecodeSession session, Denoiser denoiser) {
        List<StepResult> steps = new ArrayList<>();
        while (!session.done()) {
            assertThat(steps).as("a session must end").hasSizeLessThan(10_000);
            steps.addAll(session.apply(denoiser.forward(List.of(session.plan())).getFirst()));
        }
        return steps;
    }
}
