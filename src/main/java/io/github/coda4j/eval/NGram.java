package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * The most frequent continuation of the last tokens, with back-off to fewer of them: the baseline that a model has to
 * beat. Contexts are kept by a 64-bit hash in tables of fixed size; each keeps one candidate by the majority vote of
 * Boyer and Moore (1981), so that memory does not grow with the text.
 */
public final class NGram {
    private final int order;
    private final int mask;
    private final long[][] contexts;
    private final int[][] candidates;
    private final int[][] votes;

    /**
     * An empty model.
     *
     * @param order tokens of an n-gram, 2 to 8: the last {@code order - 1} tokens predict the next
     * @param slotBits each context length has 2^slotBits slots of 16 bytes, 4 to 28
     */
    public NGram(int order, int slotBits) {
        check(order >= 2 && order <= 8, "the order of an n-gram must be in [2, 8], got %d", order);
        check(slotBits >= 4 && slotBits <= 28, "slot bits must be in [4, 28], got %d", slotBits);
        this.order = order;
        this.mask = (1 << slotBits) - 1;
        this.contexts = new long[order][1 << slotBits];
        this.candidates = new int[order][1 << slotBits];
        this.votes = new int[order][1 << slotBits];
    }

    /** Counts every n-gram of the document. */
    public void learn(int[] document) {
        for (int i = 0; i < document.length; i++) {
            for (int length = 0; length < order && length <= i; length++) {
                vote(length, hash(document, i, length), document[i]);
            }
        }
    }

    private void vote(int length, long context, int token) {
        int slot = (int) (context & mask);
        if (votes[length][slot] == 0) {
            contexts[length][slot] = context;
            candidates[length][slot] = token;
            votes[length][slot] = 1;
        } else if (contexts[length][slot] == context && candidates[length][slot] == token) {
            votes[length][slot]++;
        } else {
            votes[length][slot]--;
        }
    }

    /** The token that most likely follows the first {@code count} of these, by the longest context that was seen. */
    public int next(int[] tokens, int count) {
        for (int length = Math.min(order - 1, count); length > 0; length--) {
            long context = hash(tokens, count, length);
            int slot = (int) (context & mask);
            if (votes[length][slot] > 0 && contexts[length][slot] == context) {
                return candidates[length][slot];
            }
        }
        return candidates[0][(int) (hash(tokens, count, 0) & mask)];
    }

    /** Fills in a span from its left side, token by token. */
    public int[] fill(InfillSpan span) {
        return fill(span.before(), span.answer().length);
    }

    /** The {@code count} tokens that most likely follow these, one after another. */
    public int[] fill(int[] before, int count) {
        int[] text = java.util.Arrays.copyOf(before, before.length + count);
        for (int i = before.length; i < text.length; i++) {
            text[i] = next(text, i);
        }
        return java.util.Arrays.copyOfRange(text, before.length, text.length);
    }

    /** Key of the {@code length} tokens before index {@code end}. */
    private static long hash(int[] tokens, int end, int length) {
        long key = length;
        for (int i = end - length; i < end; i++) {
            key = CounterRandom.key(key, tokens[i]);
        }
        return key;
    }
}
