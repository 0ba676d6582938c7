package io.github.coda4j.serve;

import io.github.coda4j.generate.GenerateRequest;
import java.util.Optional;

/**
 * An answer that is to be made.
 *
 * @param request what the engine is asked; empty: nothing is generated, as for a ceiling of 0
 * @param promptTokens tokens that are given
 * @param echo what its text begins with
 */
record Planned(Optional<GenerateRequest> request, int promptTokens, String echo) {}
