package io.github.coda4j.eval;

/**
 * The score of one method on one kind of spans.
 *
 * @param kind for example {@code 16 tokens}
 * @param method for example {@code threshold 0.9}
 * @param family methods that differ in one number
 */
public record InfillResult(String kind, String method, String family, InfillScore score) {}
