package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Another writer's frames with the text in a bare fence: clients of edits cut between the first and the last one. */
public final class FencedWriter implements AnswerWriter {
    private static final String OPEN = "```\n";
    private static final String CLOSE = "\n```";

    private final AnswerWriter inner;
    private final Set<Integer> open = new HashSet<>();

    public FencedWriter(AnswerWriter inner) {
        this.inner = inner;
    }

    @Override
    public String contentType() {
        return inner.contentType();
    }

    @Override
    public String piece(int choice, String text) {
        return inner.piece(choice, open.add(choice) ? OPEN + text : text);
    }

    @Override
    public boolean showsDetails() {
        return inner.showsDetails();
    }

    /** The text so far is fenced too: it may be shown in place of the one before. */
    @Override
    public String step(int choice, StepFrame step) {
        return inner.step(choice, step.withText(OPEN + step.text() + CLOSE));
    }

    @Override
    public String finish(Choice choice) {
        return piece(choice.index(), CLOSE) + inner.finish(fenced(choice));
    }

    @Override
    public String end(List<Choice> choices) {
        return inner.end(choices);
    }

    @Override
    public String failure(Problem problem) {
        return inner.failure(problem);
    }

    @Override
    public JsonNode whole(List<Choice> choices) {
        return inner.whole(choices.stream().map(FencedWriter::fenced).toList());
    }

    private static Choice fenced(Choice choice) {
        return new Choice(
                choice.index(), OPEN + choice.text() + CLOSE, choice.finish(), choice.completion(), choice.logprobs());
    }
}
