package io.github.coda4j.eval;

import java.util.Optional;

/**
 * How well one method fills holes of one kind whose length it is not told.
 *
 * @param kind what was taken out
 * @param method how its place was filled
 * @param score empty where the model was not trained for the method
 */
public record LengthResult(String kind, String method, Optional<LengthScore> score) {}
