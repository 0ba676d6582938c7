package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.BlockChoice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What an answer took.
 *
 * @param forwards forward passes that this sequence took part in
 * @param lengthForwards how many of them served to find lengths and are not among those of the answer
 * @param lengthsTried how many lengths of open holes were looked at
 * @param cacheRefreshes how many of them filled its cache
 * @param commits positions committed
 * @param pads how many of them were left over when their hole closed, and are no part of an answer
 * @param promptTokens tokens that were given
 * @param cachedTokens how many of them were not run, because an earlier request had left what they come to
 * @param newTokens tokens in the answers
 * @param windows parts that the document was answered in; 1 for one that was seen whole and for other prompts
 * @param documentTokens tokens of the document's text; about as many where most of it was not even tokenized
 * @param leftOutTokens about how many of them were in no part
 * @param chosenBlock the block length that was chosen by measured steps, where the request left it open; of several
 *     windows the longest
 * @param queueMillis from submission to the start of the work
 * @param promptMillis from the start of the work to the first commit, or to its end when there is none
 * @param decodeMillis from the first commit to the end
 */
public record Cost(
        int forwards,
        int lengthForwards,
        int lengthsTried,
        int cacheRefreshes,
        int commits,
        int pads,
        int promptTokens,
        int cachedTokens,
        int newTokens,
        int windows,
        long documentTokens,
        long leftOutTokens,
        OptionalInt chosenBlock,
        double queueMillis,
        double promptMillis,
        double decodeMillis) {
    public Cost {
        check(
                forwards >= 0 && cacheRefreshes >= 0 && commits >= 0 && promptTokens >= 0 && newTokens >= 0,
                "counts of a cost must be 0 or positive, got %d forwards, %d refreshes, %d commits, %d and %d tokens",
                forwards,
                cacheRefreshes,
                commits,
                promptTokens,
                newTokens);
        check(
                0 <= cachedTokens && cachedTokens <= promptTokens,
                "%d of %d prompt tokens cannot be cached",
                cachedTokens,
                promptTokens);
        check(0 <= pads && pads <= commits, "%d of %d commits cannot be pads", pads, commits);
        check(
                0 <= lengthForwards && lengthForwards <= forwards && lengthsTried >= 0,
                "%d of %d forwards cannot have tried %d lengths",
                lengthForwards,
                forwards,
                lengthsTried);
        check(
                windows >= 1 && 0 <= leftOutTokens && leftOutTokens <= documentTokens,
                "a document of %d tokens cannot be seen in %d windows that leave %d out",
                documentTokens,
                windows,
                leftOutTokens);
        check(
                queueMillis >= 0 && promptMillis >= 0 && decodeMillis >= 0,
                "times of a cost must be 0 or positive, got %s, %s and %s ms",
                queueMillis,
                promptMillis,
                decodeMillis);
    }

    /** What an answer took whose prompt was seen whole and whose holes had lengths. */
    public Cost(
            int forwards,
            int cacheRefreshes,
            int commits,
            int promptTokens,
            int newTokens,
            double queueMillis,
            double promptMillis,
            double decodeMillis) {
        this(
                forwards,
                0,
                0,
                cacheRefreshes,
                commits,
                0,
                promptTokens,
                0,
                newTokens,
                1,
                promptTokens,
                0,
                OptionalInt.empty(),
                queueMillis,
                promptMillis,
                decodeMillis);
    }

    /** The same where so many of the commits are pads. */
    Cost withPads(int ofPads) {
        return changed(draft -> draft.pads = ofPads);
    }

    /** The same where so many of the prompt's tokens were not run. */
    Cost withCached(int ofPrompt) {
        return changed(draft -> draft.cachedTokens = ofPrompt);
    }

    /** The same with what it took to find lengths. */
    Cost withLengths(int searchForwards, int tried) {
        return changed(draft -> {
            draft.forwards += searchForwards;
            draft.lengthForwards = searchForwards;
            draft.lengthsTried = tried;
        });
    }

    /** The same in blocks of a length that was chosen, if it was. */
    Cost withChosenBlock(Optional<BlockChoice> choice) {
        return changed(draft -> draft.chosenBlock =
                choice.stream().mapToInt(BlockChoice::length).findFirst());
    }

    /** What two windows of a document took together, of which this much is left out. */
    Cost plus(Cost other, int numWindows, long allTokens, long leftOut) {
        return changed(draft -> {
            draft.forwards += other.forwards;
            draft.lengthForwards += other.lengthForwards;
            draft.lengthsTried += other.lengthsTried;
            draft.cacheRefreshes += other.cacheRefreshes;
            draft.commits += other.commits;
            draft.pads += other.pads;
            draft.promptTokens += other.promptTokens;
            draft.cachedTokens += other.cachedTokens;
            draft.newTokens += other.newTokens;
            draft.windows = numWindows;
            draft.documentTokens = allTokens;
            draft.leftOutTokens = leftOut;
            draft.chosenBlock = IntStream.concat(chosenBlock.stream(), other.chosenBlock.stream())
                    .max();
            draft.queueMillis += other.queueMillis;
            draft.promptMillis += other.promptMillis;
            draft.decodeMillis += other.decodeMillis;
        });
    }

    private Cost changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.cost();
    }

    /** A cost whose fields may be set one by one. */
    private static final class Draft {
        private int forwards;
        private int lengthForwards;
        private int lengthsTried;
        private int cacheRefreshes;
        private int commits;
        private int pads;
        private int promptTokens;
        private int cachedTokens;
        private int newTokens;
        private int windows;
        private long documentTokens;
        private long leftOutTokens;
        private OptionalInt chosenBlock;
        private double queueMillis;
        private double promptMillis;
        private double decodeMillis;

        Draft(Cost from) {
            forwards = from.forwards;
            lengthForwards = from.lengthForwards;
            lengthsTried = from.lengthsTried;
            cacheRefreshes = from.cacheRefreshes;
            commits = from.commits;
            pads = from.pads;
            promptTokens = from.promptTokens;
            cachedTokens = from.cachedTokens;
            newTokens = from.newTokens;
            windows = from.windows;
            documentTokens = from.documentTokens;
            leftOutTokens = from.leftOutTokens;
            chosenBlock = from.chosenBlock;
            queueMillis = from.queueMillis;
            promptMillis = from.promptMillis;
            decodeMillis = from.decodeMillis;
        }

        Cost cost() {
            return new Cost(
                    forwards,
                    lengthForwards,
                    lengthsTried,
                    cacheRefreshes,
                    commits,
                    pads,
                    promptTokens,
                    cachedTokens,
                    newTokens,
                    windows,
                    documentTokens,
                    leftOutTokens,
                    chosenBlock,
                    queueMillis,
                    promptMillis,
                    decodeMillis);
        }
    }

    /** All of it by name, as command line, server and logs write it. */
    public Map<String, Number> figures() {
        Map<String, Number> figures = new LinkedHashMap<>();
        figures.put("forwards", forwards);
        figures.put("length_forwards", lengthForwards);
        figures.put("lengths_tried", lengthsTried);
        figures.put("cache_refreshes", cacheRefreshes);
        figures.put("commits", commits);
        figures.put("pads", pads);
        figures.put("commits_per_forward", commitsPerForward());
        figures.put("prompt_tokens", promptTokens);
        figures.put("cached_tokens", cachedTokens);
        figures.put("new_tokens", newTokens);
        figures.put("windows", windows);
        figures.put("document_tokens", documentTokens);
        figures.put("left_out_tokens", leftOutTokens);
        chosenBlock.ifPresent(length -> figures.put("chosen_block_length", length));
        figures.put("queue_ms", queueMillis);
        figures.put("prompt_ms", promptMillis);
        figures.put("decode_ms", decodeMillis);
        figures.put("tokens_per_second", tokensPerSecond());
        return figures;
    }

    /** Commits per forward pass, pads aside; 0 without a forward. */
    public double commitsPerForward() {
        return forwards == 0 ? 0 : (double) (commits - pads) / forwards;
    }

    /** New tokens per second of work (prompt and decode, not the queue); 0 when nothing was measured. */
    public double tokensPerSecond() {
        double millis = promptMillis + decodeMillis;
        return millis == 0 ? 0 : newTokens * 1000.0 / millis;
    }
}
