package io.github.coda4j.generate;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A step of a request was done. Steps that are known to commit nothing need no forward pass; they have events too.
 *
 * @param step index of the step within its request, from 0
 * @param commits what it committed, possibly nothing; a policy that masks tokens again may have taken some of it, or of
 *     earlier steps, back: the canvas shows masks there
 * @param canvas a copy of the whole sequence after it, masks included; of a document that is too long, the sequence of
 *     the window at work
 */
public record StepEvent(int step, List<CommitEvent> commits, int[] canvas) {
    public StepEvent {
        commits = List.copyOf(commits);
        requireNonNull(canvas, "canvas is null");
    }
}
