package io.github.coda4j.eval;

/**
 * How well one method fills holes of one kind whose length it is not told.
 *
 * @param kind what was taken out
 * @param method how its place was filled
 */
public record LengthResult(String kind, String method, LengthScore score) {}
