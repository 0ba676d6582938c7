package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The answer to a request. A cancelled or late one holds what was finished from the left of each hole.
 *
 * @param holes what fills the holes, from left to right, at least one; {@code document.fill(holeTexts())} is the whole
 *     text
 * @param ids the whole sequence as it was left, masks included where nothing was committed; of a document that is too
 *     long, the sequences of its windows one after the other
 * @param finishReason CANCELLED or DEADLINE when the request was cut off; otherwise LENGTH when a hole used all its
 *     tokens, else STOP_STRING when one ended at a stop string, else UNTIL when one ended where the request wants it,
 *     else STOP
 * @param cost what it took
 * @param notes what could not be done as asked and why, a line each; mostly none
 */
public record Completion(
        List<HoleAnswer> holes, List<Integer> ids, FinishReason finishReason, Cost cost, List<String> notes) {
    public Completion {
        holes = List.copyOf(holes);
        check(!holes.isEmpty(), "a completion has at least one hole");
        ids = List.copyOf(ids);
        requireNonNull(finishReason, "finishReason is null");
        requireNonNull(cost, "cost is null");
        notes = List.copyOf(notes);
    }

    /** One without notes. */
    public Completion(List<HoleAnswer> holes, List<Integer> ids, FinishReason finishReason, Cost cost) {
        this(holes, ids, finishReason, cost, List.of());
    }

    /** The texts of the holes, one after the other: the answer of a plain completion. */
    public String text() {
        return holes.stream().map(HoleAnswer::text).collect(Collectors.joining());
    }

    /** The text of each hole. */
    public List<String> holeTexts() {
        return holes.stream().map(HoleAnswer::text).toList();
    }
}
