package io.github.coda4j.eval;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Judges the same filling of the same span once: rules agree more often than not, and parsers are slow. */
final class RememberedValidity implements Validity {
    private final Validity judge;
    private final Map<InfillSpan, Map<Numbers, Optional<Boolean>>> known = new HashMap<>();

    RememberedValidity(Validity judge) {
        this.judge = judge;
    }

    @Override
    public Optional<Boolean> of(InfillSpan span, int[] filled) {
        return known.computeIfAbsent(span, _ -> new HashMap<>())
                .computeIfAbsent(new Numbers(filled), _ -> judge.of(span, filled));
    }
}
