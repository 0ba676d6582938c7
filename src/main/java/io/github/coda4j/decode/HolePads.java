package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.TokenFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Closes holes whose answer is shorter than they are. A model that was trained with padded holes says a pad for every
 * position behind the answer, so the pads of a hole stand at its end: as soon as one is committed, what is still masked
 * to the right of it is pad too. "Position i is pad" is "the answer has at most i tokens", so these statements contain
 * each other: that all positions from i on are pads is exactly as probable as that i is one, and closing costs nothing
 * in certainty. For the same reason masks directly to the left whose own pad is more probable than not close with it;
 * otherwise a policy that takes the surest proposals first would spend a forward on each pad, from the far end on.
 *
 * <p>Committed tokens stay. A pad is never committed to the left of a token of its hole: it is put off, and from the
 * first pad that a model proposes on, such positions are asked for something else ({@link TokenFilter}). Of pads and
 * tokens that one step chooses the more probable count. A pad that was put off in the last step of its block stands
 * alone and drops out of the text like the others. A model that never proposes the pad decodes as if there were none.
 */
final class HolePads {
    /** How probable a pad must be to close a hole from further left than where the policy chose one. */
    static final float SURE = 0.5f;

    private final int pad;
    private final Canvas canvas;
    private final List<Block> holes;
    private final Set<Integer> endTokens;
    /** Chosen pads that were not committed in the last step. */
    private final Map<Integer, Commit> putOff = new TreeMap<>();

    private boolean proposed;
    /** Where the holes begin that were closed. */
    private final Set<Integer> closed = new HashSet<>();

    /**
     * For a canvas that nothing was committed to.
     *
     * @param vocabSize of the model
     */
    HolePads(int pad, Canvas canvas, Set<Integer> endTokens, int vocabSize) {
        check(pad != canvas.maskId(), "the pad of holes is the mask, %d: it must be another token", pad);
        check(pad < vocabSize, "the pad of holes is %d, the model's vocabulary has %d tokens", pad, vocabSize);
        this.pad = pad;
        this.canvas = canvas;
        this.holes = canvas.maskedRuns();
        this.endTokens = endTokens;
    }

    /** Whether a hole was closed, so that blocks may be full before their steps are over. */
    boolean closed() {
        return !closed.isEmpty();
    }

    /** Whether the hole that begins there was closed. */
    boolean closed(int start) {
        return closed.contains(start);
    }

    /** What may be proposed for the positions; empty for everything everywhere. */
    List<TokenFilter> filters(int[] wanted) {
        if (!proposed || Arrays.stream(wanted).noneMatch(this::isBeforeText)) {
            return List.of();
        }
        TokenFilter noPad = TokenFilter.allBut(pad);
        return Arrays.stream(wanted)
                .mapToObj(position -> isBeforeText(position) ? noPad : TokenFilter.NONE)
                .toList();
    }

    /**
     * Which of the chosen commits are made, with those that closing adds, ascending.
     *
     * @param chosen ascending, none of them made yet
     */
    List<Commit> settle(List<Commit> chosen, Proposals proposals) {
        putOff.clear();
        proposed |= Arrays.stream(proposals.tokens()).anyMatch(token -> token == pad);
        List<Commit> made = new ArrayList<>(
                chosen.stream().filter(commit -> commit.token() != pad).toList());
        for (Block hole : holes) {
            List<Commit> pads = chosen.stream()
                    .filter(commit -> commit.token() == pad && hole.contains(commit.position()))
                    .toList();
            if (!pads.isEmpty()) {
                close(hole, pads, made, proposals);
            }
        }
        made.sort(Comparator.comparingInt(Commit::position));
        return made;
    }

    private void close(Block hole, List<Commit> pads, List<Commit> made, Proposals proposals) {
        for (Commit first : pads) {
            if (isBeforeText(first.position()) || first.probability() <= surestTextBehind(first, hole, made)) {
                putOff.put(first.position(), first);
                continue;
            }
            made.removeIf(commit -> isText(commit.token()) && isBehind(first, hole, commit));
            int start = leftmostSure(first.position(), hole, made, proposals);
            for (int position = start; position < Math.min(hole.end(), canvas.length()); position++) {
                if (canvas.isMasked(position) && !isAmong(made, position)) {
                    float probability = position == start ? probability(position, proposals) : 1;
                    made.add(new Commit(first.step(), position, pad, first.confidence(), probability));
                    putOff.remove(position);
                }
            }
            closed.add(hole.start());
            return;
        }
    }

    /** The probability of the most probable token to the right of a pad, 0 when there is none. */
    private float surestTextBehind(Commit first, Block hole, List<Commit> made) {
        return (float) made.stream()
                .filter(commit -> isText(commit.token()) && isBehind(first, hole, commit))
                .mapToDouble(Commit::probability)
                .max()
                .orElse(-1);
    }

    private static boolean isBehind(Commit first, Block hole, Commit commit) {
        return commit.position() > first.position() && hole.contains(commit.position());
    }

    private int leftmostSure(int from, Block hole, List<Commit> made, Proposals proposals) {
        int start = from;
        while (start > hole.start() && !isAmong(made, start - 1) && isSurePad(start - 1, proposals)) {
            start--;
        }
        return start;
    }

    /** That of the pad that closes the hole. */
    private static float probability(int position, Proposals proposals) {
        return proposals.probability()[Arrays.binarySearch(proposals.positions(), position)];
    }

    private boolean isSurePad(int position, Proposals proposals) {
        int index = Arrays.binarySearch(proposals.positions(), position);
        return index >= 0 && proposals.tokens()[index] == pad && proposals.probability()[index] >= SURE;
    }

    private static boolean isAmong(List<Commit> commits, int position) {
        return commits.stream().anyMatch(commit -> commit.position() == position);
    }

    /** How many chosen pads the last step put off. */
    int numPutOff() {
        return putOff.size();
    }

    /**
     * The pads that the last step put off although no other follows, as commits of a step of their own; empty for none.
     *
     * @param masked what the block leaves masked
     */
    List<Commit> alone(int[] masked, int step) {
        List<Commit> commits = Arrays.stream(masked)
                .filter(putOff::containsKey)
                .mapToObj(putOff::get)
                .map(pads -> new Commit(step, pads.position(), pad, pads.confidence(), pads.probability()))
                .toList();
        putOff.clear();
        return commits;
    }

    /** Whether a token of the same hole is committed further right. */
    private boolean isBeforeText(int position) {
        for (Block hole : holes) {
            if (hole.contains(position)) {
                for (int behind = position + 1; behind < hole.end(); behind++) {
                    if (isText(canvas.id(behind))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether it is a token of an answer: what stands behind an end token is not, wherever it comes from. */
    private boolean isText(int token) {
        return token != canvas.maskId() && token != pad && !endTokens.contains(token);
    }
}
