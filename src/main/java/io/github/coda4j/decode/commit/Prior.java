package io.github.coda4j.decode.commit;

/**
 * A transform of scores: how much a position is preferred whatever the model proposes for it. It multiplies the
 * probability, which is never negative; a negative score would turn its order round.
 */
@FunctionalInterface
public interface Prior {
    /** 0 or positive. */
    double weight(int position);
}
