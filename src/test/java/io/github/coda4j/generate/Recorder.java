package io.github.coda4j.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers everything that a request tells. Read it when the request has ended. */
final class Recorder implements GenerationListener {
    final List<StepEvent> steps = new ArrayList<>();
    final List<String> pieces = new ArrayList<>();
    private final Map<Integer, StringBuilder> texts = new TreeMap<>();

    @Override
    public void onStep(StepEvent event) {
        steps.add(event);
    }

    @Override
    public void onText(int hole, String text) {
        pieces.add(text);
        texts.computeIfAbsent(hole, h -> new StringBuilder()).append(text);
    }

    /** Forgets it all. */
    void clear() {
        steps.clear();
        pieces.clear();
        texts.clear();
    }

    /** What was streamed for the hole. */
    String text(int hole) {
        return texts.containsKey(hole) ? texts.get(hole).toString() : "";
    }
}
