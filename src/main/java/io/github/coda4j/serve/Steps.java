package io.github.coda4j.serve;

import io.github.coda4j.decode.TokenLogprobs;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.serve.wire.StepFrame;
import io.github.coda4j.serve.wire.TokenLogprob;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Where each hole begins and ends, by what is masked at first; text stands between any two. */
    private final List<Block> holes = new ArrayList<>();
    /** Which hole of the request the first of these is. */
    private int firstHole;
    /** The texts of all holes so far, those of earlier windows too. */
    private final List<String> texts = new ArrayList<>();
    /** The tokens of all holes so far. */
    private final List<Integer> lengths = new ArrayList<>();
    /** Whether the step is the first one over a sequence of its length. */
    private boolean begins;
    /** What the step took back, its own commits among it. */
    private List<Integer> revoked = List.of();

    Steps(Tokenizer tokenizer, int maskId, Set<Integer> endTokens) {
        this.tokenizer = tokenizer;
        this.maskId = maskId;
        this.endTokens = endTokens;
    }

    /** Another part of a document begins, whose first hole is that one of the request. */
    void window(int hole) {
        firstHole = hole;
        length = -1;
        commits.clear();
    }

    void accept(StepEvent event) {
        if (event.canvas().length != length) {
            // The first one, or the canvas has grown or was cut: what is committed stays where it is.
            length = event.canvas().length;
            holes.clear();
            commits.tailMap(length).clear();
        }
        event.commits().forEach(commit -> commits.put(commit.position(), commit));
        int[] canvas = event.canvas();
        revoked = commits.keySet().stream()
                .filter(position -> canvas[position] == maskId)
                .toList();
        revoked.forEach(commits::remove);
        begins = holes.isEmpty();
        if (begins) {
            int start = -1;
            for (int position = 0; position <= canvas.length; position++) {
                boolean open =
                        position < canvas.length && (canvas[position] == maskId || commits.containsKey(position));
                if (open && start < 0) {
                    start = position;
                } else if (!open && start >= 0) {
                    holes.add(new Block(start, position));
                    start = -1;
                }
            }
        }
    }

    /** What a step did, which was accepted. */
    StepFrame frame(StepEvent event) {
        int[] canvas = event.canvas();
        List<StepFrame.Committed> committed = event.commits().stream()
                .sorted(Comparator.comparingInt(CommitEvent::position))
                .map(this::committed)
                .toList();
        int masks = (int) Arrays.stream(canvas).filter(id -> id == maskId).count();
        for (int i = 0; i < holes.size(); i++) {
            put(texts, firstHole + i, text(canvas, holes.get(i)));
            put(lengths, firstHole + i, holes.get(i).length());
        }
        return new StepFrame(
                event.step(),
                committed,
                revoked.stream().map(this::place).toList(),
                masks,
                begins ? lengths : List.of(),
                texts,
                String.join("", texts));
    }

    private static <T> void put(List<T> list, int index, T value) {
        if (index < list.size()) {
            list.set(index, value);
        } else {
            list.add(value);
        }
    }

    private StepFrame.Committed committed(CommitEvent commit) {
        return new StepFrame.Committed(
                place(commit.position()), commit.token(), tokenizer.decode(commit.token()), commit.probability());
    }

    private StepFrame.Place place(int position) {
        int hole = 0;
        while (holes.get(hole).end() <= position) {
            hole++;
        }
        return new StepFrame.Place(firstHole + hole, position - holes.get(hole).start());
    }

    /** The text in a hole, up to an end token that nothing open stands before. */
    private String text(int[] canvas, Block hole) {
        StringBuilder text = new StringBuilder();
        List<Integer> run = new ArrayList<>();
        boolean open = false;
        for (int position = hole.start(); position < hole.end(); position++) {
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
