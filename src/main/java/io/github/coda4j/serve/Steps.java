package io.github.coda4j.serve;

import io.github.coda4j.decode.TokenLogprobs;
import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.serve.wire.StepFrame;
import io.github.coda4j.serve.wire.TokenLogprob;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What the steps of one answer committed, position by position. */
final class Steps {
    private static final String MASK = "\u2591";

    private final Tokenizer tokenizer;
    private final int maskId;
    private final Set<Integer> endTokens;
    private final TreeMap<Integer, CommitEvent> commits = new TreeMap<>();
    private int length = -1;
    private int first = -1;
    private int last = -1;
    private int firstHole;
    private List<StepFrame.Region> regions = List.of();

    Steps(Tokenizer tokenizer, int maskId, Set<Integer> endTokens) {
        this.tokenizer = tokenizer;
        this.maskId = maskId;
        this.endTokens = endTokens;
    }

    /** Another part of a document begins, whose first hole is that one. */
    void window(int hole) {
        firstHole = hole;
        length = -1;
    }

    void accept(StepEvent event) {
        regions = List.of();
        if (event.canvas().length != length) {
            // The length of a hole was found, or another window begins: places are counted anew.
            length = event.canvas().length;
            commits.clear();
            first = -1;
        }
        event.commits().forEach(commit -> commits.put(commit.position(), commit));
        if (first < 0) {
            int[] canvas = event.canvas();
            for (int position = 0; position < canvas.length; position++) {
                if (canvas[position] == maskId || commits.containsKey(position)) {
                    first = first < 0 ? position : first;
                    last = position;
                }
            }
            regions = regions(canvas);
        }
    }

    /** The runs of what is open, or was before this step: between two holes there is text. */
    private List<StepFrame.Region> regions(int[] canvas) {
        List<StepFrame.Region> found = new ArrayList<>();
        int start = -1;
        for (int position = first; first >= 0 && position <= last + 1; position++) {
            boolean open = position <= last && (canvas[position] == maskId || commits.containsKey(position));
            if (open && start < 0) {
                start = position;
            } else if (!open && start >= 0) {
                found.add(new StepFrame.Region(firstHole + found.size(), start - first, position - start));
                start = -1;
            }
        }
        return found;
    }

    /** What a step did, which was accepted. */
    StepFrame frame(StepEvent event) {
        List<StepFrame.Committed> committed = event.commits().stream()
                .sorted(Comparator.comparingInt(CommitEvent::position))
                .map(commit -> new StepFrame.Committed(
                        commit.position() - first,
                        commit.token(),
                        tokenizer.decode(commit.token()),
                        commit.probability()))
                .toList();
        int masks = 0;
        for (int position = Math.max(first, 0); position <= last; position++) {
            masks += event.canvas()[position] == maskId ? 1 : 0;
        }
        return new StepFrame(event.step(), committed, masks, text(event.canvas()), regions);
    }

    /** The text between the ends of the holes, up to an end token that nothing open stands before. */
    private String text(int[] canvas) {
        StringBuilder text = new StringBuilder();
        List<Integer> run = new ArrayList<>();
        boolean open = false;
        for (int position = Math.max(first, 0); position <= last; position++) {
            if (canvas[position] == maskId) {
                text.append(decoded(run)).append(MASK);
                open = true;
            } else if (!open && endTokens.contains(canvas[position])) {
                break;
            } else {
                run.add(canvas[position]);
            }
        }
        return text.append(decoded(run)).toString();
    }

    private String decoded(List<Integer> run) {
        String text = tokenizer.decode(run.stream().mapToInt(id -> id).toArray(), true);
        run.clear();
        return text;
    }

    /** The log-probabilities of an answer's tokens, from left to right. */
    List<TokenLogprob> logprobs(Completion completion) {
        List<TokenLogprob> logprobs = new ArrayList<>();
        List<Integer> ids =
                completion.holes().stream().flatMap(hole -> hole.ids().stream()).toList();
        // Behind what ends an answer there may be tokens that are no part of it.
        for (CommitEvent commit : commits.values()) {
            if (logprobs.size() < ids.size() && commit.token() == ids.get(logprobs.size())) {
                TokenLogprobs own = commit.logprobs().orElseThrow();
                List<TokenLogprob> best = own.best().stream()
                        .map(other -> logprob(other.token(), other.logprob(), List.of()))
                        .toList();
                logprobs.add(logprob(commit.token(), own.own(), best));
            }
        }
        return logprobs;
    }

    private TokenLogprob logprob(int id, double logprob, List<TokenLogprob> best) {
        return new TokenLogprob(id, tokenizer.decode(id), tokenizer.tokenBytes(id), logprob, best);
    }
}
