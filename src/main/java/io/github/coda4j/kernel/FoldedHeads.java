package io.github.coda4j.kernel;

/**
 * The heads of one sequence as attention has them, head after head, and one number for each head of each token.
 *
 * @param elements hold [heads, tokens, headDim] in F32 or BF16
 * @param first the element at which they start
 * @param numbers hold [heads, tokens]
 * @param firstNumber the index at which they start
 */
public record FoldedHeads(
        Elements elements, long first, float[] numbers, int firstNumber, int heads, int tokens, int headDim) {
    /** Index of a head of a token among the numbers. */
    int number(int head, int token) {
        return firstNumber + head * tokens + token;
    }

    /** First element of a head of a token. */
    long element(int head, int token) {
        return first + ((long) head * tokens + token) * headDim;
    }
}
